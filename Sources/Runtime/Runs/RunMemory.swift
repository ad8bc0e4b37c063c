// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// Numbers the slots of a plan, so that a run finds any of them in one table.
struct SlotNumbering {
  private let argumentCount: Int
  private let outputCount: Int
  private let parameterCount: Int
  let count: Int
  /// The first so many are bound anew for each run; the others stay where they are in an arena.
  var boundCount: Int { argumentCount + outputCount }

  init(_ plan: Plan) {
    argumentCount = plan.arguments.count
    outputCount = plan.outputs.count
    parameterCount = plan.parameterCount
    count = argumentCount + outputCount + parameterCount + plan.buffers.count
  }

  func number(of slot: Slot) -> Int {
    switch slot {
    case .argument(let number): number
    case .output(let number): argumentCount + number
    case .parameter(let number): argumentCount + outputCount + number
    case .buffer(let number): argumentCount + outputCount + parameterCount + number
    }
  }
}

/// Where the slots of a plan are during one run. Plain pointers, so that copying counts nothing.
///
/// The memory behind each pointer is as large as the plan says: arguments and outputs hold their
/// shape's elements, a buffer its place in the arena. All accesses of all steps stay inside because
/// their views were derived from those shapes by the movement rules.
struct RunMemory {
  let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private let parameters: UnsafeMutablePointer<UInt64>
  /// Alive as long as the run.
  let failure: Unmanaged<FailedCheck>

  init(
    slots: UnsafeMutablePointer<UnsafeMutableRawPointer>,
    parameters: UnsafeMutablePointer<UInt64>, failure: Unmanaged<FailedCheck>
  ) {
    self.slots = slots
    self.parameters = parameters
    self.failure = failure
  }

  /// The same with another table of all slots.
  func with(_ table: UnsafeMutablePointer<UnsafeMutableRawPointer>) -> RunMemory {
    RunMemory(slots: table, parameters: parameters, failure: failure)
  }

  func pointer(_ slot: Int) -> UnsafeMutableRawPointer { slots[slot] }

  /// Says where all arguments are, which must be known.
  func bind(arguments: [Storage?]) {
    for index in arguments.indices { slots[index] = arguments[index]!.base }
  }

  /// Says where outputs are.
  func bind(_ storages: [Storage], from first: Int) {
    for index in storages.indices { slots[first + index] = storages[index].base }
  }

  /// Says where one of them is.
  func bind(_ storage: Storage, at slot: Int) { slots[slot] = storage.base }

  /// Gives all parameters their bits.
  func setParameters(_ bits: [UInt64]) {
    for index in bits.indices { parameters[index] = bits[index] }
  }

  /// Gives a parameter its bits; `index` is below the plan's parameter count.
  func setParameter(_ index: Int, _ bits: UInt64) { parameters[index] = bits }
}
