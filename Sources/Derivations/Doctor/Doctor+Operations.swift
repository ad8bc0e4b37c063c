// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Doctor {
  /// For each step back through some operation the true gradient with another step there.
  private func exchanging(
    _ fault: GradientFault,
    _ others: (ReverseStep, ReverseStep.Contribution) -> [(description: String, value: Value)]
  ) -> [PlantedFault] {
    steps.flatMap { step in
      step.contributions.flatMap { contribution in
        others(step, contribution).map { other in
          PlantedFault(
            fault: fault, description: other.description, value: other.value,
            insteadOf: contribution.stretched)
        }
      }
    }
  }

  private func name(of value: Value) -> String {
    names.entry(of: value.node).map { names.entries[$0].name } ?? "x"
  }

  /// Masks of relu, select, and of the larger or smaller of two.
  func masks() -> [PlantedFault] {
    exchanging(.wrongMask) { step, contribution in
      let g = step.cotangent, zero = Value.constant(0, g.elementType)
      if case .unary(.relu) = step.node.operation {
        let x = step.node.inputs[0], name = name(of: x)
        return [
          (
            "the mask of relu is taken from the gradient: it is 1{\(name) > 0}",
            Value.select(g .> 0, g, zero)
          ),
          (
            "the mask of relu is applied to \(name) instead of the gradient",
            Value.select(x .> 0, x, zero)
          ),
          (
            "the mask of relu is taken from the gradient and applied to \(name)",
            Value.select(g .> 0, x, zero)
          ),
          (
            "the mask of relu is the wrong way round: it is 1{\(name) > 0}",
            Value.select(x .> 0, zero, g)
          ),
          (
            "only the mask of relu is there, not the gradient that it masks",
            Value.select(x .> 0, Value.full(g.shape, 1, g.elementType), zero)
          ),
          ("the mask of relu is missing: * 1{\(name) > 0}", g),
        ]
      }
      if case .choice = step.node.notation {
        let condition = step.node.inputs[0]
        let isFirst = contribution.input === step.node.inputs[1].node
        return [
          ("the mask of select is missing", g),
          (
            "the mask of select is the wrong way round",
            isFirst ? Value.select(condition, zero, g) : Value.select(condition, g, zero)
          ),
        ]
      }
      if case .equalInputs = step.node.operation.kink {
        return [
          ("the mask of \(step.node.operation.name) is missing", g),
          (
            "the mask of \(step.node.operation.name) is the wrong way round",
            g - contribution.stretched
          ),
        ]
      }
      return []
    }
  }

  /// Products with an operand that should have been transposed; only square ones let it pass.
  func transpositions() -> [PlantedFault] {
    exchanging(.transposed) { step, contribution in
      guard case .contraction(let batch, let rowRank, 1) = step.node.operation,
        step.node.inputs[1].rank == batch + 2
      else { return [] }
      let (a, b) = (step.node.inputs[0], step.node.inputs[1]), g = step.cotangent
      let isLeft = contribution.input === a.node
      let columns = b.shape[b.rank - 1], rows = b.shape[batch]
      if isLeft, rows == columns {
        let text = "\(name(of: b)) must be transposed: \(name(of: a)).g = g @ \(name(of: b))ᵀ"
        return [(text, g.contracted(with: b, batch: batch, rows: rowRank))]
      }
      if !isLeft, rowRank == 1, a.shape[batch] == a.shape[batch + 1] {
        let text = "\(name(of: a)) must be transposed: \(name(of: b)).g = \(name(of: a))ᵀ @ g"
        return [(text, a.contracted(with: g, batch: batch))]
      }
      return []
    }
  }

  /// Differences and negations treated like sums.
  func signs() -> [PlantedFault] {
    exchanging(.sign) { step, contribution in
      if case .minus = step.node.notation {
        return [("the sign of the negation is missing", step.cotangent)]
      }
      if case .difference = step.node.notation, contribution.input === step.node.inputs[1].node {
        let what = "what is subtracted gets the gradient with the sign of a sum"
        return [(what, step.cotangent)]
      }
      return []
    }
  }

  /// Divisions by a count left out.
  func divisions() -> [PlantedFault] {
    steps.compactMap { step in
      guard let count = step.node.divisor, let contribution = step.contributions.first else {
        return nil
      }
      return PlantedFault(
        fault: .missingDivision(by: count),
        description: "1/\(count) is missing: a mean is on the way", value: step.cotangent,
        insteadOf: contribution.stretched)
    }
  }
}

extension Node {
  /// The whole number above 1 that this node divides by, if it does.
  var divisor: Int? {
    guard case .quotient = notation, case .number(let number) = inputs[1].node.notation else {
      return nil
    }
    return Int(exactly: number).flatMap { $0 > 1 ? $0 : nil }
  }
}
