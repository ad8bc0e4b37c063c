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
        others(step, contribution).compactMap { other in
          truth(with: other.value, insteadOf: contribution.stretched).map {
            PlantedFault(fault: fault, description: other.description, value: $0)
          }
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
      switch step.node.operation {
      case .unary(.relu):
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
      case .selection:
        let condition = step.node.inputs[0]
        let isFirst = contribution.input === step.node.inputs[1].node
        return [
          ("the mask of select is missing", g),
          (
            "the mask of select is the wrong way round",
            isFirst ? Value.select(condition, zero, g) : Value.select(condition, g, zero)
          ),
        ]
      case .binary(.maximum), .binary(.minimum):
        return [
          ("the mask of \(step.node.operation.name) is missing", g),
          (
            "the mask of \(step.node.operation.name) is the wrong way round",
            g - contribution.stretched
          ),
        ]
      case .unary, .creation, .random, .identity, .binary, .comparison, .conversion, .reduction,
        .contraction, .movement, .gathering:
        return []
      }
    }
  }

  /// Products with an operand that should have been transposed; only square ones let it pass.
  func transpositions() -> [PlantedFault] {
    exchanging(.transposed) { step, contribution in
      guard case .contraction(let batchRank) = step.node.operation else { return [] }
      let (a, b) = (step.node.inputs[0], step.node.inputs[1]), g = step.cotangent
      let isLeft = contribution.input === a.node
      let columns = b.shape[batchRank + 1], rows = b.shape[batchRank]
      if isLeft, rows == columns {
        let text = "\(name(of: b)) must be transposed: \(name(of: a)).g = g @ \(name(of: b))ᵀ"
        return [(text, g.contracted(with: b, batchRank: batchRank))]
      }
      if !isLeft, a.shape[batchRank] == a.shape[batchRank + 1] {
        let text = "\(name(of: a)) must be transposed: \(name(of: b)).g = \(name(of: a))ᵀ @ g"
        return [(text, a.contracted(with: g, batchRank: batchRank))]
      }
      return []
    }
  }

  /// Differences and negations treated like sums.
  func signs() -> [PlantedFault] {
    exchanging(.sign) { step, contribution in
      switch step.node.operation {
      case .unary(.negate): return [("the sign of the negation is missing", step.cotangent)]
      case .binary(.subtract) where contribution.input === step.node.inputs[1].node:
        let what = "what is subtracted gets the gradient with the sign of a sum"
        return [(what, step.cotangent)]
      case .unary, .binary, .creation, .random, .identity, .comparison, .selection, .conversion,
        .reduction, .contraction, .movement, .gathering:
        return []
      }
    }
  }

  /// Divisions by a count left out.
  func divisions() -> [PlantedFault] {
    steps.compactMap { step in
      guard let count = step.node.divisor, let contribution = step.contributions.first,
        let value = truth(with: step.cotangent, insteadOf: contribution.stretched)
      else { return nil }
      return PlantedFault(
        fault: .missingDivision(by: count),
        description: "1/\(count) is missing: a mean is on the way", value: value)
    }
  }
}

extension Node {
  /// The whole number above 1 that this node divides by, if it does.
  var divisor: Int? {
    guard case .binary(.divide) = operation,
      case .creation(let creation) = inputs[1].node.operation
    else { return nil }
    switch creation {
    case .constant(let number), .scalar(let number, _):
      return Int(exactly: number).flatMap { $0 > 1 ? $0 : nil }
    case .data, .iota: return nil
    }
  }
}
