// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// A loss as a function of the numbers of parameters, which do not change while it is tried.
struct TrialLoss {
  /// Numbers for all parameters, and what they give.
  struct Point {
    let numbers: [Tensor<Float>]
    let loss: Double
    let gradients: [Tensor<Float>]
    /// The largest component of the gradient, in size.
    let steepness: Double

    var isFinite: Bool { loss.isFinite && steepness.isFinite }
  }

  let shapes: [Shape]
  /// What the parameters would hold.
  private let slots: [LeafSlot]
  private let evaluate: WrittenFunction
  private let largest: WrittenFunction

  /// A mistake if the loss depends on none of the parameters.
  init(of parameters: [Parameter], at site: CallSite, _ loss: () -> Tensor<Float>) {
    let recording = Recording()
    let traced = recording.trace(loss).value
    let leaves = parameters.map { recording.standIn(for: $0.value.value, in: $0.slot) }
    let gradients = gradientsIfReached(of: traced, withRespectTo: leaves, at: site)
    if gradients.allSatisfy({ $0 == nil }) {
      Mistake(
        "minimize", "the loss \(traced.label) depends on none of the parameters",
        fix: "read the model inside the function"
      ).stop(at: site)
    }
    shapes = parameters.map(\.shape)
    slots = parameters.map { _ in LeafSlot() }
    let own = Set(parameters.map(\.slot.number))
    evaluate = WrittenFunction(
      reading: Array(zip(leaves, slots)) + recording.slots.filter { !own.contains($0.slot.number) },
      results: [traced]
        + zip(gradients, shapes).map { $0 ?? Tensor<Float>.zeros($1).value })
    largest = WrittenFunction(of: shapes) { gradients in
      let sizes = gradients.filter { $0.shape.elementCount > 0 }.map { abs($0).max() }
      return [sizes.reduce(Tensor(0), maximum)]
    }
  }

  /// The loss and its gradients where the parameters have these numbers.
  func callAsFunction(_ numbers: [Tensor<Float>]) -> Point {
    LeafSlot.setLeaves(of: slots, to: numbers.map(\.value))
    let results = evaluate(), gradients = Array(results.dropFirst())
    return Point(
      numbers: numbers, loss: Double(results[0].scalars[0]), gradients: gradients,
      steepness: Double(largest(gradients)[0].scalars[0]))
  }
}
