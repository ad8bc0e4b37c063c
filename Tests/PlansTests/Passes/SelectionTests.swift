// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Sums and differences that take in products, quotients and roots: bits of each
/// operation by itself.
@Suite struct SelectionTests {
  struct Form: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let tensors: @Sendable ([Tensor<Float>]) -> Tensor<Float>
    let numbers: @Sendable ([Float]) -> Float
  }

  private static func form(
    _ name: String, _ tensors: @escaping @Sendable ([Tensor<Float>]) -> Tensor<Float>,
    _ numbers: @escaping @Sendable ([Float]) -> Float
  ) -> Form {
    Form(testDescription: name, tensors: tensors, numbers: numbers)
  }

  // Each product and quotient is a variable of its own, so that no compiler fuses them here.
  static let forms: [Form] = [
    form(
      "a b + c", { $0[0] * $0[1] + $0[2] },
      {
        let p = $0[0] * $0[1]; return p + $0[2]
      }),
    form(
      "c + a b", { $0[2] + $0[0] * $0[1] },
      {
        let p = $0[0] * $0[1]; return $0[2] + p
      }),
    form(
      "c - a b", { $0[2] - $0[0] * $0[1] },
      {
        let p = $0[0] * $0[1]; return $0[2] - p
      }),
    form(
      "a b - c", { $0[0] * $0[1] - $0[2] },
      {
        let p = $0[0] * $0[1]; return p - $0[2]
      }),
    form(
      "0 where |a| < 1/2", { $0[0].replacing(with: 0, where: abs($0[0]) .< 0.5) },
      { abs($0[0]) < 0.5 ? 0 : $0[0] }),
    form("a b + c d", { $0[0] * $0[1] + $0[2] * $0[3] }) {
      let (p, q) = ($0[0] * $0[1], $0[2] * $0[3])
      return p + q
    },
    form("a b - c d", { $0[0] * $0[1] - $0[2] * $0[3] }) {
      let (p, q) = ($0[0] * $0[1], $0[2] * $0[3])
      return p - q
    },
    form(
      "a / b + c", { $0[0] / $0[1] + $0[2] },
      {
        let q = $0[0] / $0[1]; return q + $0[2]
      }),
    form(
      "c + a / b", { $0[2] + $0[0] / $0[1] },
      {
        let q = $0[0] / $0[1]; return $0[2] + q
      }),
    form(
      "c - a / b", { $0[2] - $0[0] / $0[1] },
      {
        let q = $0[0] / $0[1]; return $0[2] - q
      }),
    form("a b + c / d", { $0[0] * $0[1] + $0[2] / $0[3] }) {
      let (p, q) = ($0[0] * $0[1], $0[2] / $0[3])
      return p + q
    },
    form(
      "a b + a b",
      {
        let p = $0[0] * $0[1]; return p + p
      }
    ) {
      let p = $0[0] * $0[1]
      return p + p
    },
    form(
      "(a b + c d) (a b)",
      {
        let p = $0[0] * $0[1]; return (p + $0[2] * $0[3]) * p
      }
    ) {
      let (p, q) = ($0[0] * $0[1], $0[2] * $0[3])
      let sum = p + q
      return sum * p
    },
    form("a b + c (d d)", { $0[0] * $0[1] + $0[2] * $0[3].squared() }) {
      let (p, square) = ($0[0] * $0[1], $0[3] * $0[3])
      let q = $0[2] * square
      return p + q
    },
    form("(a b) c + d (a a)", { $0[0] * $0[1] * $0[2] + $0[3] * ($0[0] * $0[0]) }) {
      let (p, square) = ($0[0] * $0[1], $0[0] * $0[0])
      let (q, r) = (p * $0[2], $0[3] * square)
      return q + r
    },
    form("sqrt a + b", { sqrt($0[0]) + $0[1] }) {
      let root = $0[0].squareRoot()
      return root + $0[1]
    },
    form("a b + sqrt c", { $0[0] * $0[1] + sqrt($0[2]) }) {
      let (p, root) = ($0[0] * $0[1], $0[2].squareRoot())
      return p + root
    },
    form("d - a b / c", { $0[3] - $0[0] * $0[1] / $0[2] }) {
      let p = $0[0] * $0[1]
      let q = p / $0[2]
      return $0[3] - q
    },
    form(
      "a b - a b / c",
      {
        let p = $0[0] * $0[1]; return p - p / $0[2]
      }
    ) {
      let p = $0[0] * $0[1]
      let q = p / $0[2]
      return p - q
    },
    form("(a b) c", { $0[0] * $0[1] * $0[2] }) {
      let p = $0[0] * $0[1]
      return p * $0[2]
    },
    form("c (a / b)", { $0[2] * ($0[0] / $0[1]) }) {
      let q = $0[0] / $0[1]
      return $0[2] * q
    },
    form("a where above 0, else a / 2", { leakyReLU($0[0], slope: 0.5) }) {
      $0[0] > 0 ? $0[0] : $0[0] * 0.5
    },
    form("a between -1 and 3", { $0[0].clipped(to: -1...3) }) {
      $0[0] <= -1 ? -1 : $0[0] >= 3 ? 3 : $0[0]
    },
    form("a + b between 0 and 2", { ($0[0] + $0[1]).clipped(to: 0...2) }) {
      let sum = $0[0] + $0[1]
      return sum <= 0 ? 0 : sum >= 2 ? 2 : sum
    },
    form("hard sigmoid", { hardSigmoid($0[0] * 5) }) {
      let x = $0[0] * 5
      let above = (x <= -3 ? -3 : x >= 3 ? 3 : x) + 3
      return above * (1 / 6 as Float)
    },
    form("hard swish", { hardSwish($0[0] * 5) }) {
      let x = $0[0] * 5
      let above = (x <= -3 ? -3 : x >= 3 ? 3 : x) + 3
      let gate = above * (1 / 6 as Float)
      return (x <= -3 ? -3 : x) * gate
    },
    form(
      "b where a is within limits",
      { gradient(of: ($0[0].clipped(to: -0.5...0.25) * $0[1]).sum(), withRespectTo: $0[0]) }
    ) { $0[0] <= -0.5 ? 0 : $0[0] >= 0.25 ? 0 : $0[0].isNaN ? .nan : $0[1] },
    form(
      "c where a is above a limit",
      { gradient(of: ($0[0].clipped(to: (-0.5)...) * $0[2]).sum(), withRespectTo: $0[0]) }
    ) { $0[0] <= -0.5 ? 0 : $0[0].isNaN ? .nan : $0[2] },
    form(
      "limits that are tensors",
      {
        let (x, least, most) = ($0[0].value, $0[1].value, $0[2].value)
        let below = Value.select(x.compared(.greaterOrEqual, to: most), most, x)
        return Tensor(Value.select(x.compared(.lessOrEqual, to: least), least, below))
      }
    ) { $0[0] <= $0[1] ? $0[1] : $0[0] >= $0[2] ? $0[2] : $0[0] },
    form("d - (a b) / (c + d)", { $0[3] - $0[0] * $0[1] / ($0[2] + $0[3]) }) {
      let (p, s) = ($0[0] * $0[1], $0[2] + $0[3])
      let q = p / s
      return $0[3] - q
    },
  ]

  /// Of very different sizes, so that a missing rounding shows; zeros of both signs,
  /// infinities, NaN.
  private static let special: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .nan,
  ]

  /// What is multiplied by its gate has the bits that it has where the gate is asked for, too:
  /// within limits beyond which the gate is 0 and 1, and within others.
  @Test(arguments: [1000, 1.5, 0] as [Float])
  func gatesAreRounded(limit: Float) {
    var generator = SplitMix(seed: 3)
    let numbers =
      Self.special + (0..<1000).map { _ in Float.random(in: -20...20, using: &generator) }
    let x = Tensor(numbers)
    for gate in [Unary.sigmoid, .normalDistribution] {
      let least = Tensor(-limit).value, most = Tensor(limit).value
      func parts() -> (Tensor<Float>, Tensor<Float>) {
        let above = Value.select(x.value.compared(.greaterOrEqual, to: most), most, x.value)
        let z = Value.select(x.value.compared(.lessOrEqual, to: least), least, above)
        let open = z.unary(gate)
        return (Tensor(x.value.binary(.maximum, least) * open), Tensor(open))
      }
      let (alone, _) = parts(), (beside, open) = parts()
      evaluate(beside, open)
      for (a, b) in zip(alone.scalars, beside.scalars) {
        #expect(a.bitPattern == b.bitPattern || a.isNaN && b.isNaN)
      }
    }
    let (alone, y) = (x * sigmoid(-x), sigmoid(-x)), beside = x * y
    evaluate(beside, y)
    for (a, b) in zip(alone.scalars, beside.scalars) {
      #expect(a.bitPattern == b.bitPattern || a.isNaN && b.isNaN)
    }
  }

  @Test(arguments: forms)
  func eachOperationIsRounded(form: Form) {
    let count = 1500
    var choice = SplitMix(seed: form.testDescription.utf8.count)
    let operands = (0..<4).map { operand in
      (0..<count).map { index -> Float in
        if index % 7 == operand {
          return SelectionTests.special.randomElement(using: &choice)!
        }
        return .random(in: -1..<1, using: &choice) * (index % 3 == 0 ? 1e-4 : 1)
      }
    }
    let result = form.tensors(operands.map { Tensor($0) }).scalars
    for index in 0..<count {
      let expected = form.numbers(operands.map { $0[index] })
      let isEqual = result[index].bitPattern == expected.bitPattern
      #expect(isEqual || result[index].isNaN && expected.isNaN, "element \(index)")
    }
  }

  @Test("Int32 wraps in merged sums too")
  func integers() {
    let (a, b): ([Int32], [Int32]) = ([.max, .min, 7, -3], [2, 3, .max, .min])
    let (x, y) = (Tensor(a), Tensor(b))
    #expect((x * y + y * y).scalars == zip(a, b).map { $0 &* $1 &+ $1 &* $1 })
    #expect((y - x * y).scalars == zip(a, b).map { $1 &- $0 &* $1 })
    let parts = zip(a, b).map { Int32(clamping: Int64($0) / Int64($1)) }
    #expect((x / y + x).scalars == zip(parts, a).map { $0 &+ $1 })
  }
}
