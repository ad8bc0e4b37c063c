// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The gradients of losses that no step has been taken with yet, summed.
final class GradientSums {
  /// For each of the optimizer's parameters; zeros at the start of a round.
  let sums: [Parameter]
  /// The losses of this round so far.
  private(set) var count = 0
  /// The parameters that any of them depended on, in order.
  private(set) var reached: [Int] = []
  private let numbers: [UInt64: Int]

  init(for parameters: [Parameter]) {
    sums = parameters.map { Parameter(value: .zeros($0.shape)) }
    numbers = Dictionary(
      uniqueKeysWithValues: sums.enumerated().map { ($0.element.slot.number, $0.offset) })
  }

  /// Counts a loss whose gradients are added to these.
  func addOne() { count += 1 }

  /// Notes that these slots, of sums, were added to.
  func note(slots: [UInt64]) {
    let new = slots.compactMap { numbers[$0] }.filter { !reached.contains($0) }
    if !new.isEmpty { reached = (reached + new).sorted() }
  }

  /// The step that ends the round leaves zeros.
  func endRound() {
    count = 0
    reached = []
  }

  /// Goes on from sums; nil where no loss depended on a parameter.
  func restore(_ sums: [Tensor<Float>?], of count: Int) {
    self.count = count
    reached = sums.indices.filter { sums[$0] != nil }
    let values = zip(self.sums, sums).map { $1 ?? .zeros($0.shape) }
    Parameter.setValues(of: self.sums, to: values)
  }

  /// Drops what was summed for a parameter that is not trained from now on.
  func forget(_ number: Int) {
    guard let place = reached.firstIndex(of: number) else { return }
    reached.remove(at: place)
    sums[number].value = .zeros(sums[number].shape)
  }
}
