// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// Adds rows up where their indices say: see `ScatterCore`.
struct CompiledScatter: BitwiseCopyable {
  private let values: Int
  private let indices: Int
  private let elementType: ElementType
  private let batch: Int
  private let count: Int
  private let updates: Int
  private let rest: Int

  init(_ core: ScatterCore, _ slots: SlotNumbering) {
    values = slots.number(of: core.values.slot)
    indices = slots.number(of: core.indices.slot)
    elementType = core.values.elementType
    (batch, count, updates, rest) = (core.batch, core.count, core.updates, core.rest)
  }

  /// Adds rows up where their indices say, in order; the indices were checked by an earlier step.
  func run(_ memory: RunMemory, into target: UnsafeMutableRawPointer) {
    let size = elementType.byteCount
    let source = memory.pointer(values)
    let numbers = memory.pointer(indices).assumingMemoryBound(to: Int32.self)
    let add = pb_map_for(PB_ADD, elementType.kernelType)!
    _ = target.initializeMemory(
      as: UInt8.self, repeating: 0, count: batch * count * rest * size)
    for group in 0..<batch {
      for update in 0..<updates {
        let row = group * updates + update
        let place = target + (group * count + Int(numbers[row])) * rest * size
        add(rest, place, place, source + row * rest * size, place, place)
      }
    }
  }
}
