// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// A function over windows and what PyTorch made of it, from `Fixtures/convolutions.txt`; the
/// format is described in Scripts/fixtures/convolutions.py, which wrote it.
struct WindowCase: Sendable, CustomTestStringConvertible {
  let name: String
  let number: Int
  private var settings: [Substring: [Int]] = [:]
  private var arrays: [Substring: (shape: Shape, numbers: [Double])] = [:]

  var testDescription: String { "\(number) \(name)" }

  static let all: [WindowCase] = {
    var cases: [WindowCase] = []
    for line in Fixture.lines("convolutions.txt") {
      let words = line.split(separator: " ")
      if words[0] == "case" {
        cases.append(WindowCase(words, number: cases.count))
      } else {
        let extents = words[1].split(separator: "x").map { Int($0)! }
        let numbers = words.dropFirst(2).map { Double($0)! }
        cases[cases.count - 1].arrays[words[0]] = (Shape(extents), numbers)
      }
    }
    return cases
  }()

  private init(_ words: [Substring], number: Int) {
    name = String(words[1])
    self.number = number
    for word in words.dropFirst(2) {
      let parts = word.split(separator: "=")
      settings[parts[0]] = parts[1].split(separator: ",").map { Int($0)! }
    }
  }

  func array<Scalar: FloatingPointScalar>(_ name: Substring) -> Tensor<Scalar> {
    let (shape, numbers) = arrays[name]!
    return Tensor<Scalar>(Tensor<Double>(shape: shape, scalars: numbers))
  }

  var hasKernels: Bool { arrays["w"] != nil }

  private func setting(_ name: Substring) -> PerAxis { PerAxis(settings[name]!) }

  private var padding: WindowPadding { WindowPadding(settings["padding"]!) }

  func apply<Scalar: FloatingPointScalar>(
    _ x: Tensor<Scalar>, _ w: Tensor<Scalar>?
  ) -> Tensor<Scalar> {
    switch name {
    case "convolution":
      return convolution(
        x, w!, stride: setting("stride"), padding: padding, dilation: setting("dilation"),
        groups: settings["groups"]![0])
    case "same":
      return convolution(x, w!, padding: .same, dilation: setting("dilation"))
    case "transposed":
      return transposedConvolution(
        x, w!, stride: setting("stride"), padding: padding, outputPadding: setting("more"),
        dilation: setting("dilation"), groups: settings["groups"]![0])
    case "max":
      return x.maxPooled(
        size: setting("size"), stride: setting("stride"), padding: padding,
        dilation: setting("dilation"))
    default:
      return x.averagePooled(
        size: setting("size"), stride: setting("stride"), padding: padding,
        countsPadding: name == "average")
    }
  }
}

@Suite struct WindowFixtureTests {
  @Test("As PyTorch computes it, in Double", arguments: WindowCase.all)
  func double(_ example: WindowCase) { check(example, Double.self, 1e-12) }

  @Test("As PyTorch computes it, in Float", arguments: WindowCase.all)
  func single(_ example: WindowCase) { check(example, Float.self, 1e-5) }

  private func check<Scalar: FloatingPointScalar>(
    _ example: WindowCase, _ type: Scalar.Type, _ tolerance: Double
  ) {
    let x: Tensor<Scalar> = example.array("x"), expected: Tensor<Scalar> = example.array("y")
    let w: Tensor<Scalar>? = example.hasKernels ? example.array("w") : nil
    let y = example.apply(x, w)
    #expect(y.shape == expected.shape)
    #expect(isClose(y, expected, tolerance))
    let numbers = (0..<y.elementCount).map { (index: Int) -> Double in
      1 + Double(index % 7) / 4
    }
    let weights = Tensor<Scalar>(Tensor<Double>(shape: y.shape, scalars: numbers))
    let xg = vectorJacobianProduct(of: y, withRespectTo: x, vector: weights)
    #expect(isClose(xg, example.array("xg"), tolerance))
    guard let w else { return }
    let wg = vectorJacobianProduct(of: y, withRespectTo: w, vector: weights)
    #expect(isClose(wg, example.array("wg"), tolerance))
  }

  /// The same numbers in another order in memory, to the bit.
  @Test("Layouts turned", arguments: WindowCase.all)
  func layouts(_ example: WindowCase) {
    func turned(_ x: Tensor<Float>) -> Tensor<Float> {
      let other = x.transposed()
      evaluate(other)
      return Tensor(other.value.detached()).transposed()
    }
    let x: Tensor<Float> = example.array("x")
    let w: Tensor<Float>? = example.hasKernels ? example.array("w") : nil
    let y = example.apply(x, w), weights = y.detached() + 0.5
    let otherX = turned(x), otherW = w.map { turned($0) }, other = example.apply(otherX, otherW)
    #expect(other.scalars == y.scalars)
    let xg = vectorJacobianProduct(of: y, withRespectTo: x, vector: weights)
    let otherXG = vectorJacobianProduct(of: other, withRespectTo: otherX, vector: turned(weights))
    #expect(otherXG.scalars == xg.scalars)
  }

  @Test func fixtureIsComplete() {
    #expect(WindowCase.all.count >= 150)
    let names: Set<String> = [
      "convolution", "same", "transposed", "max", "average", "averageOfThere",
    ]
    #expect(Set(WindowCase.all.map(\.name)) == names)
  }

  private func isClose<Scalar: FloatingPointScalar>(
    _ actual: Tensor<Scalar>, _ expected: Tensor<Scalar>, _ tolerance: Double
  ) -> Bool {
    actual.shape == expected.shape
      && zip(actual.value.numbers, expected.value.numbers).allSatisfy {
        abs($0 - $1) <= tolerance * max(abs($1), 1)
      }
  }
}
