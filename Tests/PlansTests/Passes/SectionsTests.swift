// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Large buffers whose pieces come and go one after the other.
@Suite struct SectionsTests {
  init() { Plan.verifiesByDefault = true }

  /// A training step of a recurrence over 32 positions.
  private func plan(batch: Int) -> Plan {
    let model = LSTM(16, 64).initialized(seed: 1), head = Linear(64, 10).initialized(seed: 2)
    let x = Tensor<Float>.normal([batch, 32, 16], key: RandomKey(seed: 3))
    let labels = Tensor<Int32>.ones([batch, 32])
    evaluate(x, labels)
    let parameters: Parameters = ["lstm": model.parameters, "head": head.parameters]
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: parameters)
    return optimizer.plan(minimizing: softmaxCrossEntropy(head(model(x)), labels: labels))
  }

  /// The product that drives all positions is given up from the first on, and the gradients of the
  /// gates are there from the last on: neither is beside all activations.
  @Test func recurrencesGiveUpWhatTheyAreDrivenWith() {
    let plan = plan(batch: 256)
    let state = 256 * 32 * 64 * 4
    let drivers = plan.buffers.filter { $0.part == nil && $0.numberByteCount == 4 * state }
    #expect(drivers.count == 2)
    for driver in drivers {
      #expect(driver.sections.count >= 2, "\(plan)")
      #expect(driver.sections.reduce(0) { $0 + $1.bytes.count } == 4 * state)
    }
    // One at its end, the other at its beginning.
    #expect(drivers.contains { Set($0.sections.map(\.firstStep)).count == 1 })
    #expect(drivers.contains { Set($0.sections.map(\.lastStep)).count == 1 })
    // Four gates, cells, their tanh and outputs are kept; a driver is as much as four of these.
    #expect(plan.arenaByteCount < state * 10, "\(plan.arenaByteCount) \(state)")
  }

  @Test func smallOnesLiveAsOne() {
    #expect(plan(batch: 1).buffers.allSatisfy { $0.sections.isEmpty })
  }

  /// Slices with gaps between them, some read twice, some over each other.
  @Test func numbersAreThoseOfEachAlone() {
    func values() -> [Value] {
      let w = Tensor<Float>.normal([96, 96], key: RandomKey(seed: 1)) / 10
      let driver = Tensor<Float>.normal([12 * 96, 96], key: RandomKey(seed: 2)) • w
      var state = w
      for position in [0, 3, 1, 1, 7, 9, 8, 11] {
        let start = 96 * position + (position == 8 ? 40 : 0)
        state = tanh(w • state + driver[start..<start + 96])
      }
      return [state.value, driver.sum().value]
    }
    let (together, alone) = (values(), values())
    for node in GraphOrder(of: alone, isLeaf: { _ in false }).nodes { evaluate([Value(node)]) }
    evaluate(together)
    #expect(together.map(\.bits) == alone.map(\.bits))
  }

  @Test func lifetimesThatAreTooShortAreFound() {
    let plan = plan(batch: 256)
    var count = 0
    for (number, buffer) in plan.buffers.enumerated() {
      for section in buffer.sections.indices {
        let piece = buffer.sections[section]
        for (first, last) in [
          (piece.lastStep + 1, piece.lastStep), (piece.firstStep, piece.firstStep - 1),
        ] {
          var broken = plan
          broken.buffers[number].sections[section] = Plan.Buffer.Section(
            bytes: piece.bytes, firstStep: first, lastStep: last)
          #expect(throws: Illegality.self) { try broken.check() }
          count += 1
        }
      }
    }
    #expect(count > 8)
  }

  @Test func sectionsAreAllOfTheirBuffer() throws {
    let plan = plan(batch: 256)
    let number = try #require(plan.buffers.firstIndex { !$0.sections.isEmpty })
    var broken = plan
    broken.buffers[number].sections.removeLast()
    #expect(throws: Illegality.self) { try broken.check() }
    broken = plan
    broken.buffers[number].sections.swapAt(0, 1)
    #expect(throws: Illegality.self) { try broken.check() }
  }
}
