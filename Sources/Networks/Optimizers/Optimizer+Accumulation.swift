// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Gradients of losses that no step has been taken with yet.
public struct AccumulatedGradients: Sendable {
  /// How many losses they are of.
  public let count: Int
  /// Their sums in the order of the optimizer's parameters, each once; nil where none of the losses
  /// depended on one.
  public let sums: [Tensor<Float>?]

  /// Sums that were kept when a training stopped.
  public init(count: Int, sums: [Tensor<Float>?]) {
    self.count = count
    self.sums = sums
  }
}

extension Optimizer {
  /// How many losses a step is taken with, 1 at the start. The gradients of the first ones are
  /// summed, and the parameters stay as they are; the last one takes a step with the mean of all
  /// gradients, as with one large batch. Only steps are counted.
  ///
  /// It may change at any time: a step is taken with the next loss, or gradients that are applied,
  /// if enough are there then. A model file holds no sums: save between two steps, or
  /// ``accumulated`` beside it.
  ///
  /// ```swift
  /// let w = Parameter(value: [4])
  /// let optimizer = Optimizer(SGD(learningRate: 0.5), for: ["w": w])
  /// optimizer.accumulation = 2
  /// optimizer.minimize((w.value * 2).sum())
  /// print(w.value, optimizer.stepCount)   // [4.] 0
  /// optimizer.minimize((w.value * 4).sum())
  /// print(w.value, optimizer.stepCount)   // [2.5] 1
  /// ```
  public var accumulation: Int {
    get { course.accumulation }
    set {
      if newValue < 1 {
        Mistake("Optimizer.accumulation", "\(newValue) losses a step", fix: "use 1 or more")
          .stop(at: nil)
      }
      course.accumulation = newValue
      if newValue > 1, course.sums == nil { course.sums = GradientSums(for: parameters.distinct) }
    }
  }

  /// What has been summed since the last step; setting it goes on from there. A mistake if there
  /// are more or fewer sums than parameters, or of other shapes.
  ///
  /// ```swift
  /// let w = Parameter(value: [4])
  /// let optimizer = Optimizer(SGD(learningRate: 0.5), for: ["w": w])
  /// optimizer.accumulation = 2
  /// optimizer.minimize((w.value * 2).sum())
  /// let other = Optimizer(SGD(learningRate: 0.5), for: ["w": w])
  /// other.accumulation = 2
  /// other.accumulated = optimizer.accumulated
  /// other.minimize((w.value * 4).sum())
  /// print(w.value)   // [2.5]
  /// ```
  public var accumulated: AccumulatedGradients {
    get {
      guard let sums = course.sums else {
        return AccumulatedGradients(count: 0, sums: parameters.distinct.map { _ in nil })
      }
      let reached = Set(sums.reached)
      return AccumulatedGradients(
        count: sums.count,
        sums: sums.sums.enumerated().map { reached.contains($0) ? $1.value : nil })
    }
    set {
      checkGradients(newValue.sums, in: "accumulated", at: nil)
      if newValue.count < 0 {
        Mistake("accumulated", "\(newValue.count) losses", fix: "give 0 or more").stop(at: nil)
      }
      let sums = course.sums ?? GradientSums(for: parameters.distinct)
      sums.restore(newValue.sums, of: newValue.count)
      course.sums = sums
    }
  }
}
