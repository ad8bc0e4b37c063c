// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Testing
import PullbackTestSupport

/// An operation as a function of inputs whose numbers can be chosen.
struct OperationSample: Sendable, CustomTestStringConvertible {
  struct Input: Sendable {
    let shape: Shape
    let type: ElementType
    let domain: Domain

    init(_ shape: Shape, _ type: ElementType = .double, _ domain: Domain = .signed) {
      self.shape = shape
      self.type = type
      self.domain = domain
    }
  }

  /// Which numbers are safe to differentiate at.
  enum Domain: Sendable {
    /// Apart from 0 and from each other, over all inputs, by more than a difference step.
    case signed
    case positive
    case indices(below: Int)
    case truth
  }

  let kind: OperationKind
  let inputs: [Input]
  let function: @Sendable ([Value]) -> Value
  /// The function whose derivative it has: itself, but where a derivative is a matter of
  /// definition.
  let likeness: @Sendable ([Value]) -> Value

  init(
    _ kind: OperationKind, _ inputs: [Input],
    likeness: (@Sendable ([Value]) -> Value)? = nil,
    _ function: @escaping @Sendable ([Value]) -> Value
  ) {
    self.kind = kind
    self.inputs = inputs
    self.function = function
    self.likeness = likeness ?? function
  }

  var testDescription: String {
    "\(kind) \(inputs.map(\.shape.description).joined(separator: " "))"
  }

  /// The inputs that have a derivative.
  var differentiable: [Int] { inputs.indices.filter { inputs[$0].type == .double } }

  /// Numbers for all inputs.
  func numbers(seed: UInt64) -> [[Double]] {
    var random = SplitMix(seed: seed)
    return inputs.enumerated().map { index, input in
      let count = input.shape.elementCount
      switch input.domain {
      case .indices(let bound):
        return (0..<count).map { _ in Double(Int.random(in: 0..<bound, using: &random)) }
      case .truth: return (0..<count).map { _ in Bool.random(using: &random) ? 1 : 0 }
      case .signed, .positive:
        // A shuffled grid, moved a little for each input.
        let distance = 2 / Double(Swift.max(count, 4))
        return (0..<count).shuffled(using: &random).map { place in
          let jitter = Double.random(in: 0...0.1, using: &random)
          let number = 0.3 + distance * (Double(place) + 0.2 * Double(index) + jitter)
          if case .positive = input.domain { return number }
          return Bool.random(using: &random) ? number : -number
        }
      }
    }
  }

  func leaves(_ numbers: [[Double]]) -> [Value] {
    zip(inputs, numbers).map { Value.leaf($0.shape, $1, $0.type) }
  }

  /// A loss that is no linear function of the result: Σ w y + v y², with fixed weights.
  static func loss(_ result: Value) -> Value {
    let y = result.converted(to: .double)
    var random = SplitMix(seed: 99)
    let w = Value.leaf(y.shape, random.doubles(y.shape.elementCount))
    let v = Value.leaf(y.shape, random.doubles(y.shape.elementCount))
    return (w * y + v * y * y).sum
  }

  static let all: [OperationSample] = OperationKind.allCases.flatMap(samples)
}

@Suite struct OperationSampleTests {
  @Test("Samples use the operation they are for", arguments: OperationKind.allCases)
  func samplesMatchTheirKind(_ kind: OperationKind) {
    let samples = OperationSample.samples(of: kind)
    #expect(!samples.isEmpty)
    for sample in samples where !sample.isTrivial {
      #expect(sample.kind == kind)
      let result = sample.function(sample.leaves(sample.numbers(seed: 1)))
      let nodes = GraphOrder(of: [result]) { _ in false }.nodes
      #expect(nodes.contains { OperationKind($0.operation) == kind })
    }
  }
}

extension OperationSample {
  /// True for shapes where nothing is left to do, as stretching [3] to [3].
  fileprivate var isTrivial: Bool {
    let result = function(leaves(numbers(seed: 1)))
    return inputs.count == 1 && result.node.operation.isData
  }
}

extension Operation {
  fileprivate var isData: Bool {
    if case .creation(.data) = self { return true }
    return false
  }
}
