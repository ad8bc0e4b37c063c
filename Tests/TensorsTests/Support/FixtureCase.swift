// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport
import Testing

/// A program of `Fixtures/tensors.txt` and what NumPy and JAX made of it; the format is described
/// in Scripts/fixtures/tensors.py, which wrote it.
struct FixtureCase: Sendable, CustomTestStringConvertible {
  let name: String
  let number: Int
  /// 0: every number must be the same.
  let tolerance: Double
  private(set) var steps: [[Substring]] = []
  private(set) var results: [Expectation] = []
  private(set) var gradients: [Expectation] = []

  struct Expectation: Sendable {
    let index: Int
    let shape: Shape
    let numbers: [Double]
  }

  var testDescription: String { "\(number) \(name)" }

  static func cases(in lines: [Substring]) -> [FixtureCase] {
    var cases: [FixtureCase] = []
    for line in lines {
      let words = line.split(separator: " ")
      switch words[0] {
      case "case":
        cases.append(
          FixtureCase(
            name: String(words[1]), number: cases.count, tolerance: Double(words[2]) ?? 0))
      case "is": cases[cases.count - 1].results.append(Expectation(words))
      case "gradient": cases[cases.count - 1].gradients.append(Expectation(words))
      default: cases[cases.count - 1].steps.append(words)
      }
    }
    return cases
  }

  private init(name: String, number: Int, tolerance: Double) {
    self.name = name
    self.number = number
    self.tolerance = tolerance
  }

  /// All arrays of the program.
  func run() -> [Value] {
    var values: [Value] = []
    for step in steps { values.append(Self.value(of: step, values)) }
    return values
  }

  private static func value(of step: [Substring], _ values: [Value]) -> Value {
    let name = String(step[0]), words = step.dropFirst()
    if name == "leaf" {
      let type = ElementType.allCases.first { $0.name.lowercased() == words[1] }!
      return .leaf(shape(words[2]), words.dropFirst(2).map { Double($0)! }, type)
    }
    if name == "normal" {
      let key = RandomKey(seed: UInt64(words[1])!)
      return .random(.normal, [Int(words[2])!], .double, key: key)
    }
    func input(_ place: Int) -> Value { values[Int(words[place])!] }
    func axes() -> [Int] { words[2] == "-" ? [] : words[2].split(separator: ",").map { Int($0)! } }
    let x = input(1), site = CallSite(#fileID, #line)
    switch name {
    case "add": return x + input(2)
    case "subtract": return x - input(2)
    case "multiply": return x * input(2)
    case "divide": return x / input(2)
    case "maximum": return x.binary(.maximum, input(2))
    case "minimum": return x.binary(.minimum, input(2))
    case "less": return x.compared(.less, to: input(2))
    case "equal": return x .== input(2)
    case "greater_equal": return x.compared(.greaterOrEqual, to: input(2))
    case "negative": return -x
    case "exp": return x.unary(.exp)
    case "log": return x.unary(.log)
    case "sqrt": return x.unary(.squareRoot)
    case "tanh": return x.unary(.tanh)
    case "erf": return x.unary(.erf)
    case "sin": return x.unary(.sin)
    case "cos": return x.unary(.cos)
    case "power": return x.binary(.power, input(2))
    case "relu": return x.unary(.relu)
    case "where": return Value.select(x, input(2), input(3))
    case "sum", "max", "min", "argmax", "argmin":
      return x.reduced(
        Reduction.allCases.first { $0.symbol == name }!, along: axes(),
        keepingAxes: words[3] == "keep", at: site)
    case "mean":
      let tensor = Tensor<Double>(x)
      return tensor.mean(along: axes()[0], keepingAxes: words[3] == "keep").value
    case "reshape": return x.reshaped(to: shape(words[2]))
    case "transpose": return x.transposed(Shape(axes()))
    case "expand": return x.expanded(to: shape(words[2]))
    case "index":
      return stopping(at: site) { () throws(Mistake) in
        try x.indexed(words.dropFirst().map(index))
      }
    case "take":
      let row = input(2).checked(below: x.shape[0], for: .gather)
      return x.gathered(row)
    case "matmul": return x.matmul(input(2), at: site)
    default: fatalError("unknown operation \(name)")
    }
  }

  fileprivate static func shape(_ word: Substring) -> Shape {
    word == "-" ? [] : Shape(word.split(separator: "x").map { Int($0)! })
  }

  private static func index(_ word: Substring) -> IndexStep {
    if word == "new" { return .newAxis }
    if word == "..." { return .ellipsis }
    if word == ":" { return .all }
    guard let colon = word.firstIndex(of: ":") else { return Int(word)!.step }
    let lower = Int(word[..<colon])!, upper = Int(word[word.index(after: colon)...])
    return upper.map { (lower..<$0).step } ?? (lower...).step
  }
}

extension FixtureCase.Expectation {
  fileprivate init(_ words: [Substring]) {
    index = Int(words[1])!
    shape = FixtureCase.shape(words[2])
    numbers = words.dropFirst(3).map { Double($0)! }
  }

  /// The sign of zero is left open: NumPy's maximum and sums do not promise it.
  func matches(_ value: Value, tolerance: Double) -> Bool {
    value.shape == shape && areClose(value.numbers, numbers, tolerance)
  }
}
