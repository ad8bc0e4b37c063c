// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// A function of a tensor and what PyTorch made of it, from `Fixtures/functions.txt`; the format is
/// described in Scripts/fixtures/functions.py, which wrote it.
struct FunctionCase: Sendable, CustomTestStringConvertible {
  let words: [Substring]
  let x: (shape: Shape, numbers: [Double])
  let y: (shape: Shape, numbers: [Double])
  let gradient: [Double]

  var testDescription: String { words.joined(separator: " ") }

  /// What y is multiplied by before it is added up.
  var weights: [Double] { y.numbers.indices.map { 1 + Double($0 % 7) / 4 } }

  static let all = cases(in: "functions.txt")

  static func cases(in file: String) -> [FunctionCase] {
    let lines = Fixture.lines(file).map { $0.split(separator: " ") }
    return stride(from: 0, to: lines.count, by: 4).map { FunctionCase(lines[$0..<($0 + 4)]) }
  }

  private init(_ lines: ArraySlice<[Substring]>) {
    func numbers(_ words: some Sequence<Substring>) -> [Double] { words.map { Double($0)! } }
    func array(_ words: [Substring]) -> (Shape, [Double]) {
      let extents = words[1] == "-" ? [] : words[1].split(separator: "x").map { Int($0)! }
      return (Shape(extents), numbers(words.dropFirst(2)))
    }
    let first = lines.startIndex
    words = Array(lines[first].dropFirst())
    (x, y) = (array(lines[first + 1]), array(lines[first + 2]))
    gradient = numbers(lines[first + 3].dropFirst())
  }

  /// The functions of each element that have no arguments.
  private static let plain:
    [String: (
      single: @Sendable (Tensor<Float>) -> Tensor<Float>,
      double: @Sendable (Tensor<Double>) -> Tensor<Double>
    )] = [
      "sigmoid": (sigmoid, sigmoid), "logSigmoid": (logSigmoid, logSigmoid),
      "softplus": (softplus, softplus), "silu": (silu, silu), "relu6": (relu6, relu6),
      "hardTanh": (hardTanh, hardTanh), "hardSigmoid": (hardSigmoid, hardSigmoid),
      "hardSwish": (hardSwish, hardSwish), "selu": (selu, selu), "expm1": (expm1, expm1),
      "log1p": (log1p, log1p), "floor": (floor, floor), "ceil": (ceil, ceil),
      "round": (round, round),
    ]

  func apply(_ x: Tensor<Double>) -> Tensor<Double> {
    let name = String(words[0])
    if let function = FunctionCase.plain[name] { return function.double(x) }
    switch name {
    case "gelu": return gelu(x, approximation: .init(rawValue: String(words[1]))!)
    case "leakyReLU": return leakyReLU(x, slope: Double(words[1])!)
    case "elu": return elu(x, alpha: Double(words[1])!)
    default: return generic(x)
    }
  }

  func apply(_ x: Tensor<Float>) -> Tensor<Float> {
    let name = String(words[0])
    if let function = FunctionCase.plain[name] { return function.single(x) }
    switch name {
    case "gelu": return gelu(x, approximation: .init(rawValue: String(words[1]))!)
    case "leakyReLU": return leakyReLU(x, slope: Float(words[1])!)
    case "elu": return elu(x, alpha: Float(words[1])!)
    default: return generic(x)
    }
  }

  private func generic<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    switch words[0] {
    case "softmax": return softmax(x, along: Int(words[1])!)
    case "logSoftmax": return logSoftmax(x, along: Int(words[1])!)
    case "clipped":
      let bounds = words.dropFirst().map { Double($0).map { Scalar($0) } }
      if let least = bounds[0] {
        return bounds[1].map { x.clipped(to: least...$0) } ?? x.clipped(to: least...)
      }
      return x.clipped(to: ...bounds[1]!)
    default: return reduced(x)
    }
  }

  private func reduced<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    let keeps = words.last == "keep", written = words[words.count - 2]
    let axes = written == "-" ? [] : written.split(separator: ",").map { Int($0)! }
    let number = Double(words[1]) ?? 0
    switch (words[0], axes.count) {
    case ("logSumExp", 0): return x.logSumExp(keepingAxes: keeps)
    case ("logSumExp", 1): return x.logSumExp(along: axes[0], keepingAxes: keeps)
    case ("logSumExp", _): return x.logSumExp(along: axes[0], axes[1], keepingAxes: keeps)
    case ("norm", 0): return x.norm(order: number, keepingAxes: keeps)
    case ("norm", 1): return x.norm(order: number, along: axes[0], keepingAxes: keeps)
    case ("norm", _): return x.norm(order: number, along: axes[0], axes[1], keepingAxes: keeps)
    case ("variance", 0): return x.variance(correction: Int(number), keepingAxes: keeps)
    case ("variance", 1):
      return x.variance(along: axes[0], correction: Int(number), keepingAxes: keeps)
    case ("variance", _):
      return x.variance(along: axes[0], axes[1], correction: Int(number), keepingAxes: keeps)
    case ("standardDeviation", 0):
      return x.standardDeviation(correction: Int(number), keepingAxes: keeps)
    case ("standardDeviation", 1):
      return x.standardDeviation(along: axes[0], correction: Int(number), keepingAxes: keeps)
    case ("standardDeviation", _):
      return x.standardDeviation(
        along: axes[0], axes[1], correction: Int(number), keepingAxes: keeps)
    default: fatalError("unknown function \(words[0])")
    }
  }
}

@Suite struct FunctionFixtureTests {
  @Test("As PyTorch computes it, in Double", arguments: FunctionCase.all)
  func double(_ example: FunctionCase) {
    let x = Tensor(shape: example.x.shape, scalars: example.x.numbers), y = example.apply(x)
    #expect(y.shape == example.y.shape)
    #expect(Self.areClose(y.scalars, example.y.numbers, 1e-7, above: 1e-3))
    let weights = Tensor(shape: y.shape, scalars: example.weights)
    let slope = vectorJacobianProduct(of: y, withRespectTo: x, vector: weights)
    #expect(Self.areClose(slope.scalars, example.gradient, 1e-7, above: 1e-3))
  }

  /// Against the same in Double, at the same numbers.
  @Test("In Float", arguments: FunctionCase.all)
  func single(_ example: FunctionCase) {
    let x = Tensor(shape: example.x.shape, scalars: example.x.numbers.map { Float($0) })
    let y = example.apply(x), wide = Tensor<Double>(x), expected = example.apply(wide)
    #expect(Self.areClose(y.scalars.map { Double($0) }, Self.rounded(expected.scalars), 1e-6))
    let weights = Tensor(shape: y.shape, scalars: example.weights)
    let slope = vectorJacobianProduct(of: y, withRespectTo: x, vector: Tensor<Float>(weights))
    let slopeOfDouble = vectorJacobianProduct(of: expected, withRespectTo: wide, vector: weights)
    #expect(
      Self.areClose(slope.scalars.map { Double($0) }, Self.rounded(slopeOfDouble.scalars), 1e-6))
  }

  @Test func fixtureIsComplete() {
    #expect(FunctionCase.all.count >= 100)
    #expect(Set(FunctionCase.all.map { $0.words[0] }).count >= 24)
  }

  /// What Float does not hold is infinite.
  private static func rounded(_ numbers: [Double]) -> [Double] { numbers.map { Double(Float($0)) } }

  /// Within a part of the expected number, or of the least that is told from 0.
  private static func areClose(
    _ actual: [Double], _ expected: [Double], _ tolerance: Double, above least: Double = 1
  ) -> Bool {
    actual.count == expected.count
      && zip(actual, expected).allSatisfy { actual, expected in
        actual == expected || actual.isNaN && expected.isNaN
          || abs(actual - expected) <= tolerance * max(abs(expected), least)
      }
  }
}
