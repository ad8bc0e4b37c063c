// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How the losses of elements or rows become one number, or stay apart.
///
/// Each loss says what it has one of: a loss for each element, or one for each row. Weights, if
/// they are given, have one number for each example, [n], or for more of the leading axes of these
/// losses, and multiply the losses there.
public enum LossReduction: Sendable, Hashable {
  /// Σ l / count, the sum divided by the number of losses. With weights Σ w l / Σ w, each weight
  /// counted as often as it multiplies a loss; if they add up to 0, Σ w l.
  case mean
  /// Σ l, with weights Σ w l.
  case sum
  /// The losses as they are, with weights w l: no number to be minimised, but one for each example.
  case none
}

extension LossReduction {
  /// Without weights.
  package func callAsFunction<Scalar: FloatingPointScalar>(
    _ losses: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    switch self {
    case .mean: losses.mean()
    case .sum: losses.sum()
    case .none: losses
    }
  }

  /// - Parameters:
  ///   - weights: of the leading axes of the losses; nil for 1.
  ///   - counts: as how many each loss counts in a mean, in the shape of the losses; nil for 1.
  ///   - operation: the loss that the user called.
  func callAsFunction<Scalar: FloatingPointScalar>(
    _ losses: Tensor<Scalar>, weights: Tensor<Scalar>?, counts: Tensor<Scalar>? = nil,
    in operation: String, at site: CallSite
  ) -> Tensor<Scalar> {
    guard weights != nil || counts != nil else { return self(losses) }
    let weights = weights?.weights(over: losses.shape, in: operation, at: site)
    let weighted = weights.map { losses * $0 } ?? losses
    guard case .mean = self else { return self(weighted) }
    let divisors = counts.map { counts in weights.map { counts * $0 } ?? counts } ?? weights!
    let repeats = Double(losses.elementCount) / Double(max(divisors.elementCount, 1))
    let total = divisors.sum() * Tensor(.count(repeats, Scalar.elementType))
    return weighted.sum() / select(total .== 0, 1, total)
  }
}

extension Tensor where Scalar: FloatingPointScalar {
  /// These weights with axes of extent 1 where the losses have more axes. A mistake if they are not
  /// those of the leading axes.
  func weights(over wanted: Shape, in operation: String, at site: CallSite) -> Tensor {
    let given = shape
    guard given.rank > 0 || wanted.rank == 0, given.rank <= wanted.rank,
      given.elementsEqual(wanted.prefix(given.rank))
    else {
      let examples = wanted.rank == 0 ? Shape() : [wanted[0]]
      Mistake(
        operation, "the weights \(value.label) do not fit losses of shape \(wanted)",
        fix: "give one weight for each example: \(examples)"
          + (wanted.rank > 1 ? ", or one for each loss: \(wanted)" : "")
      ).stop(at: site)
    }
    if given.rank == wanted.rank { return self }
    let ones = [Int](repeating: 1, count: wanted.rank - given.rank)
    return Tensor(value.reshaped(to: Shape(Array(given) + ones)))
  }
}

/// Stops a loss of two tensors that differ in shape: nothing broadcasts by accident.
///
/// - Parameters:
///   - x: what has the shape that is right.
///   - names: what the loss calls both.
@inline(__always)
func checkEqualShapes<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ other: Tensor<Scalar>,
  _ names: (String, String) = ("prediction", "target"),
  in operation: String, at site: CallSite
) {
  if x.shape != other.shape { refuseShapes(x.value, other.value, names, operation, site) }
}

private func refuseShapes(
  _ x: Value, _ other: Value, _ names: (String, String), _ operation: String, _ site: CallSite
) -> Never {
  let fix =
    if x.shape.elementCount == other.shape.elementCount {
      "\(names.1).reshaped(to: \(x.shape))"
    } else if other.shape.broadcast(with: x.shape) == x.shape {
      "\(names.1).expanded(to: \(x.shape)), if the same numbers are meant for all"
    } else {
      "give both one shape"
    }
  Mistake(
    operation,
    "the \(names.0) \(x.label) and the \(names.1) \(other.label) differ in shape, and "
      + "broadcasting them would give a wrong loss", fix: fix
  ).stop(at: site)
}
