// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A loss or a weight became NaN or infinite, and where that came from: the step was taken once
/// more, each operation by itself, from the weights before it.
///
/// The model and its optimizer stand where they stood before the step, with finite weights.
///
/// ```swift
/// let w = Parameter(value: [1, 2])
/// let model: Parameters = ["scale": w]
/// let trainer = Trainer(model, Optimizer(SGD(learningRate: 0.1), for: model)) { _, x, y in
///   (log(x * w.value) - y).squared().mean()
/// }
/// let data = Dataset(inputs: [[1, 2], [3, 0], [5, 6]], targets: Tensor<Float>.zeros([3, 2]))
/// do {
///   try trainer.fit(data, epochs: 1, batch: 3)
/// } catch {
///   print(error)
/// }
/// // training diverged in epoch 1 at step 1, batch 0: the loss is inf
/// // first in the forward pass, at scale: log(inputs * scale) [3, 2] has 1 number that is not finite, -inf
/// //   of inputs * scale [3, 2] in 0.0 ... 12.0
/// // rows 1 of the training examples
/// ```
public struct TrainingDiverged: Error, Sendable, Hashable {
  /// Counted from 1.
  public let epoch: Int
  /// The number of the step, counted from 1; of a validation, that of the step before it.
  public let step: Int
  /// The number of the batch in its pass, counted from 0.
  public let batch: Int
  /// True if the loss of a validation is no finite number, while those of training are.
  public let isValidation: Bool
  /// The loss of the batch.
  public let loss: Float
  /// The positions, in the source of the batches, of the examples in question: those in which the
  /// number came up first, or all of the batch where an operation has gone over all of them.
  public let rows: [Int]
  /// Where the number came from; nil if taking the step once more gave finite numbers, for a source
  /// that is not the same at each pass.
  public let origin: NonFiniteOrigin?
}

extension TrainingDiverged: CustomStringConvertible {
  public var description: String {
    let place = "epoch \(epoch) \(isValidation ? "validating after" : "at") step \(step)"
    let what =
      loss.isFinite ? "a weight is no finite number" : "the loss is \(written(Double(loss)))"
    var lines = ["training diverged in \(place), batch \(batch): \(what)"]
    if let origin { lines.append("\(origin)") }
    let mostShown = 10, rest = rows.count - mostShown
    let shown = rows.prefix(mostShown).map(String.init).joined(separator: ", ")
    lines.append(
      "rows \(shown)\(rest > 0 ? " and \(rest) more" : "") of the "
        + "\(isValidation ? "validation" : "training") examples")
    return lines.joined(separator: "\n")
  }
}

/// The first operation that made a number that is not finite of finite ones.
public struct NonFiniteOrigin: Sendable, Hashable {
  /// A part of a training step.
  public enum Phase: String, Sendable, Hashable {
    /// What comes in: examples, tensors from outside, weights.
    case data
    /// The loss.
    case forward
    /// The gradients.
    case backward
    /// The new weights.
    case update
  }

  /// Where in the step it is.
  public let phase: Phase
  /// The path of the layer, or of the last one before; nil if there is none, and for what a loss
  /// does with what the model gives.
  public let layer: String?
  /// What the operation is called: "log", "/".
  public let operation: String
  /// The operation with what it is applied to: "log(relu(hidden.weight))".
  public let formula: String
  /// Of the result.
  public let shape: Shape
  /// How many numbers of the result are not finite.
  public let count: Int
  /// The first of them.
  public let value: Double
  /// What the operation is applied to.
  public let inputs: [Operand]

  /// A tensor that an operation is applied to.
  public struct Operand: Sendable, Hashable {
    /// Its name, or how it was computed.
    public let formula: String
    /// Its extents.
    public let shape: Shape
    /// The least and the largest of its numbers, without those that are NaN; nil if there are none.
    public let range: ClosedRange<Double>?
  }
}

extension NonFiniteOrigin: CustomStringConvertible {
  public var description: String {
    let pass = phase == .data ? "in what comes in" : "in the \(phase.rawValue) pass"
    let place = phase == .update ? "in the update" : pass
    let head =
      "first \(place)\(layer.map { ", at \($0)" } ?? ""): \(formula) \(shape) has "
      + "\(counted(count, "number")) that \(count == 1 ? "is" : "are") not finite, \(written(value))"
    return ([head] + inputs.map { "  of \($0)" }).joined(separator: "\n")
  }
}

extension NonFiniteOrigin.Operand: CustomStringConvertible {
  public var description: String {
    let numbers = range.map { range in
      let least = written(range.lowerBound), largest = written(range.upperBound)
      return shape.elementCount == 1 ? ", \(least)" : " in \(least) ... \(largest)"
    }
    return "\(formula) \(shape)" + (numbers ?? ", all NaN")
  }
}

/// A number as its element type prints it; the sign of a NaN says nothing.
private func written(_ number: Double) -> String {
  if number.isNaN { return "nan" }
  let float = Float(number)
  return Double(float) == number ? "\(float)" : "\(number)"
}
