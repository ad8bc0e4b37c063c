// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// A product of tensors and what NumPy and PyTorch made of it, from `Fixtures/contractions.txt`;
/// the format is described in Scripts/fixtures/contractions.py, which wrote it.
struct ContractionCase: Sendable, CustomTestStringConvertible {
  typealias Array = (shape: Shape, numbers: [Double])

  let words: [Substring]
  private(set) var operands: [Array] = []
  private(set) var result: Array = ([], [])
  private(set) var gradients: [[Double]] = []

  var testDescription: String { words.joined(separator: " ") }

  static let all: [ContractionCase] = {
    var cases: [ContractionCase] = []
    for line in Fixture.lines("contractions.txt") {
      let words = line.split(separator: " "), last = cases.count - 1
      switch words[0] {
      case "case": cases.append(ContractionCase(words: Swift.Array(words.dropFirst())))
      case "x": cases[last].operands.append(array(words))
      case "y": cases[last].result = array(words)
      default: cases[last].gradients.append(words.dropFirst().map { Double($0)! })
      }
    }
    return cases
  }()

  private init(words: [Substring]) { self.words = words }

  private static func array(_ words: [Substring]) -> Array {
    let extents = words[1] == "-" ? [] : words[1].split(separator: "x").map { Int($0)! }
    return (Shape(extents), words.dropFirst(2).map { Double($0)! })
  }

  func apply<Scalar: FloatingPointScalar>(_ x: [Tensor<Scalar>]) -> Tensor<Scalar> {
    switch words[0] {
    case "einsum": return einsum(words[1].map { $0 == "_" ? " " : String($0) }.joined(), x)
    case "outer": return outer(x[0], x[1])
    case "matmul": return matmul(x[0], x[1])
    case "tensordot":
      if let count = Int(words[1]) { return tensordot(x[0], x[1], axes: count) }
      let sides = words[1].split(separator: ";").map { $0.split(separator: ",").map { Int($0)! } }
      return tensordot(x[0], x[1], axes: (sides[0], sides[1]))
    default: fatalError("unknown product \(words[0])")
    }
  }
}

@Suite struct ContractionFixtureTests {
  @Test("As NumPy and PyTorch have it", arguments: ContractionCase.all)
  func fixture(test: ContractionCase) {
    let x = test.operands.map { Tensor<Double>(shape: $0.shape, scalars: $0.numbers) }
    let y = test.apply(x)
    #expect(y.shape == test.result.shape)
    #expect(areClose(y.scalars, test.result.numbers, 1e-12))
    let single = test.apply(x.map { Tensor<Float>($0) })
    #expect(areClose(single.scalars.map { Double($0) }, test.result.numbers, 1e-5))
    let weights = y.scalars.indices.map { 1 + Double($0 % 7) / 4 }
    let loss = (y * Tensor(shape: y.shape, scalars: weights)).sum()
    let gradients = gradient(of: loss, withRespectTo: x)
    for (gradient, expected) in zip(gradients, test.gradients) {
      #expect(areClose(gradient.scalars, expected, 1e-12))
    }
  }

  /// As if it were written down for each example.
  @Test("Batched over the first, the last and all operands", arguments: ContractionCase.all)
  func batched(test: ContractionCase) {
    let whole = test.operands.map { array in
      let numbers = (0..<3).flatMap { example in array.numbers.map { $0 + Double(example) } }
      return Tensor<Double>(shape: [3] + array.shape, scalars: numbers)
    }
    let all = Set(whole.indices)
    for chosen in [[0], [whole.count - 1], all] {
      let placeholders = whole.map { Value.placeholder(Shape($0.shape.dropFirst()), .double) }
      let inputs = whole.indices.map { index in
        chosen.contains(index) ? Tensor<Double>(placeholders[index]) : whole[index][0]
      }
      let result = PullbackTensors.batched(
        [test.apply(inputs).value], over: chosen.map { (placeholders[$0], whole[$0].value) },
        extent: 3)[0]
      for example in 0..<3 {
        let expected = test.apply(
          whole.indices.map { whole[$0][chosen.contains($0) ? example : 0] })
        #expect(Tensor<Double>(result)[example].scalars == expected.scalars)
      }
    }
  }

  @Test func integersWrap() {
    let ofA: [[Int32]] = [[.max, 2], [3, 4]], ofB: [[Int32]] = [[2, 1], [5, .min]]
    let a = Tensor(ofA), b = Tensor(ofB)
    // 2 (2³¹ - 1) + 10, 2³¹ - 1 - 2 · 2³¹, 26 and 3 - 4 · 2³¹, all modulo 2³².
    let expected: [Int32] = [8, .max, 26, 3]
    #expect(einsum("ij,jk->ik", a, b).scalars == expected)
    let products: [Int32] = [-2, .max, .max - 4, .min]
    #expect(outer(a, b)[0, 0].scalars == products)
  }

  /// Products by themselves keep what sums of them lose.
  @Test func signsOfZero() {
    let zero: Tensor<Float> = [-0.0, 0], one: Tensor<Float> = [1, -1]
    let expected: [FloatingPointSign] = [.minus, .plus, .plus, .minus]
    #expect(outer(zero, one).scalars.map(\.sign) == expected)
    #expect(einsum("i,j->ij", zero, one).scalars.map(\.sign) == expected)
  }

  /// Off the diagonal numbers are not even looked at.
  @Test func diagonalsOfInfinity() {
    let numbers: [[Float]] = [[1, .infinity], [.nan, 2]]
    let x = Tensor(numbers)
    #expect(einsum("ii", x).scalars == [3])
    #expect(gradient(of: einsum("ii", x), withRespectTo: x).scalars == [1, 0, 0, 1])
  }
}
