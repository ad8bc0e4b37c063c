// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// A norm, an attention or a recurrence and what PyTorch made of it, from `Fixtures/layers.txt`;
/// the format is described in Scripts/fixtures/layers.py, which wrote it.
struct LayerCase: Sendable, CustomTestStringConvertible {
  typealias Array = (name: String, shape: Shape, numbers: [Double])

  private(set) var words: [String]
  private(set) var inputs: [Array] = []
  private(set) var outputs: [Array] = []
  private(set) var gradients: [String: [Double]] = [:]

  var testDescription: String {
    words.joined(separator: " ") + " of \(inputs.map { "\($0.shape)" }.joined(separator: " "))"
  }

  static let all: [LayerCase] = {
    var cases: [LayerCase] = []
    for line in Fixture.lines("layers.txt") {
      let words = line.split(separator: " ").map { String($0) }
      if words[0] == "case" {
        cases.append(LayerCase(words: .init(words.dropFirst())))
      } else {
        cases[cases.count - 1].add(words)
      }
    }
    return cases
  }()

  private init(words: [String]) { self.words = words }

  private mutating func add(_ words: [String]) {
    func numbers(from start: Int) -> [Double] { words.dropFirst(start).map { Double($0)! } }
    func shape(_ word: String) -> Shape {
      Shape(word == "-" ? [] : word.split(separator: "x").map { Int($0)! })
    }
    switch words[0] {
    case "in": inputs.append((words[1], shape(words[2]), numbers(from: 3)))
    case "out": outputs.append(("", shape(words[1]), numbers(from: 2)))
    default: gradients[words[1]] = numbers(from: 2)
    }
  }

  func setting(_ name: String) -> String? {
    words.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  private func number(_ name: String) -> Double { Double(setting(name)!)! }

  private func integer(_ name: String) -> Int { Int(setting(name)!)! }

  /// The results for these inputs.
  func apply<Scalar: FloatingPointScalar>(_ given: [String: Tensor<Scalar>]) -> [Tensor<Scalar>] {
    let scale = given["scale"], bias = given["bias"]
    switch words[0] {
    case "layer":
      return [
        layerNormalized(
          given["x"]!, overLast: integer("overLast"), scale: scale, bias: bias,
          epsilon: number("epsilon"))
      ]
    case "rms":
      return [
        rmsNormalized(
          given["x"]!, overLast: integer("overLast"), scale: scale, epsilon: number("epsilon"))
      ]
    case "batch":
      return [
        batchNormalized(given["x"]!, scale: scale, bias: bias, epsilon: number("epsilon"))
      ]
    case "known":
      return [
        batchNormalized(
          given["x"]!, mean: given["mean"]!, variance: given["variance"]!, scale: scale,
          bias: bias, epsilon: number("epsilon"))
      ]
    case "group":
      return [
        groupNormalized(
          given["x"]!, groups: integer("groups"), scale: scale, bias: bias,
          epsilon: number("epsilon"))
      ]
    case "attention": return [attention(given)]
    case "rotary":
      let start = integer("start"), count = given["x"]!.shape[given["x"]!.rank - 2]
      return [
        rotaryEmbedded(
          given["x"]!, positions: Tensor(range: start..<start + count), base: number("base"),
          isInterleaved: setting("isInterleaved") == "true")
      ]
    default: return recurrence(given)
    }
  }

  private func attention<Scalar: FloatingPointScalar>(
    _ given: [String: Tensor<Scalar>]
  ) -> Tensor<Scalar> {
    let mask = inputs.first { $0.name == "mask" }.map { mask in
      Tensor<Bool>(shape: mask.shape, scalars: mask.numbers.map { $0 == 1 })
    }
    return scaledDotProductAttention(
      given["q"]!, given["k"]!, given["v"]!, mask: mask, isCausal: setting("isCausal") == "true",
      scale: Double(setting("scale")!))
  }

  private func recurrence<Scalar: FloatingPointScalar>(
    _ given: [String: Tensor<Scalar>]
  ) -> [Tensor<Scalar>] {
    let weights = RecurrentWeights(
      input: given["input"]!, recurrent: given["recurrent"]!, bias: given["bias"],
      recurrentBias: given["recurrentBias"])
    let x = given["x"]!, hidden = given["hidden"]
    switch words[0] {
    case "rnn":
      let activation = RecurrentActivation(rawValue: setting("activation")!)!
      let (y, last) = rnn(x, weights, from: hidden, activation: activation)
      return [y, last]
    case "gru":
      let (y, last) = gru(x, weights, from: hidden)
      return [y, last]
    case "lstm":
      let state = hidden.map { LSTMState(hidden: $0, cell: given["cell"]!) }
      let (y, last) = lstm(x, weights, from: state)
      return [y, last.hidden, last.cell]
    default: fatalError("\(words[0]) is not known here")
    }
  }

  func tensors<Scalar: FloatingPointScalar>(of type: Scalar.Type) -> [String: Tensor<Scalar>] {
    Dictionary(
      uniqueKeysWithValues: inputs.map { name, shape, numbers in
        (name, Tensor(shape: shape, scalars: numbers.map { Scalar($0) }))
      })
  }
}

struct LayerFixtureTests {
  private func check<Scalar: FloatingPointScalar>(
    _ known: LayerCase, _ type: Scalar.Type, _ tolerance: Double
  ) {
    let given = known.tensors(of: type), names = known.gradients.keys.sorted()
    let results = known.apply(given)
    var loss = Tensor<Scalar>(0)
    for (result, expected) in zip(results, known.outputs) {
      #expect(result.shape == expected.shape)
      #expect(areClose(result.scalars.map(\.asDouble), expected.numbers, tolerance))
      let weights = expected.numbers.indices.map { Scalar(1 + Double($0 % 7) / 4) }
      loss = loss + (result * Tensor(shape: expected.shape, scalars: weights)).sum()
    }
    let found = gradient(of: loss, withRespectTo: names.map { given[$0]! })
    for (name, gradient) in zip(names, found) {
      let expected = known.gradients[name]!
      #expect(
        areClose(gradient.scalars.map(\.asDouble), expected, tolerance), "the gradient of \(name)")
    }
  }

  @Test(arguments: LayerCase.all)
  func doublesAreThoseOfPyTorch(_ known: LayerCase) { check(known, Double.self, 1e-8) }

  /// Of a large mean Float keeps few digits before anything is computed.
  @Test(
    arguments: LayerCase.all.filter { known in
      known.inputs[0].numbers.allSatisfy { abs($0) < 10 } && known.setting("epsilon") != "1e-05"
    })
  func floatsAreNear(_ known: LayerCase) { check(known, Float.self, 2e-4) }
}
