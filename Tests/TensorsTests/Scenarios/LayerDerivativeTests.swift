// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Norms, attention and recurrences, whose inputs are several: derivatives of first and second
/// order against differences, and batches against loops.
struct LayerDerivativeTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shapes: [Shape]
    let function: @Sendable ([Tensor<Double>]) -> Tensor<Double>

    init(
      _ name: String, _ shapes: [Shape],
      _ function: @escaping @Sendable ([Tensor<Double>]) -> Tensor<Double>
    ) {
      (testDescription, self.shapes, self.function) = (name, shapes, function)
    }

    var sample: OperationSample {
      OperationSample(.other(.custom), shapes.map { .init($0) }) { values in
        function(values.map { Tensor($0) }).value
      }
    }
  }

  private static func weights(_ tensors: ArraySlice<Tensor<Double>>) -> RecurrentWeights<Double> {
    let given = Array(tensors)
    return RecurrentWeights(
      input: given[0], recurrent: given[1], bias: given[2], recurrentBias: given[3])
  }

  static let all: [Function] = [
    .init("layer", [[2, 3], [3], [3]]) {
      layerNormalized($0[0], scale: $0[1], bias: $0[2], epsilon: 0.1)
    },
    .init("layer over two", [[2, 2, 3], [2, 3], [2, 3]]) {
      layerNormalized($0[0], overLast: 2, scale: $0[1], bias: $0[2], epsilon: 0.1)
    },
    .init("rms", [[2, 3], [3]]) { rmsNormalized($0[0], scale: $0[1], epsilon: 0.1) },
    .init("batch", [[3, 2, 2], [2], [2]]) {
      batchNormalized($0[0], scale: $0[1], bias: $0[2], epsilon: 0.1)
    },
    .init("group", [[2, 2, 4], [4], [4]]) {
      groupNormalized($0[0], groups: 2, scale: $0[1], bias: $0[2], epsilon: 0.1)
    },
    .init("attention", [[2, 3, 2], [2, 4, 2], [2, 4, 3]]) {
      scaledDotProductAttention($0[0], $0[1], $0[2])
    },
    .init("grouped causal attention", [[4, 3, 2], [2, 4, 2], [2, 4, 1]]) {
      scaledDotProductAttention($0[0], $0[1], $0[2], isCausal: true)
    },
    .init("masked attention", [[1, 2, 2], [1, 3, 2], [1, 3, 2]]) {
      let mask: Tensor<Bool> = [[true, false, true], [false, false, false]]
      return scaledDotProductAttention($0[0], $0[1], $0[2], mask: mask)
    },
    .init("rotary", [[2, 3, 4]]) { rotaryEmbedded($0[0], base: 10) },
    .init("rotary of neighbours", [[3, 4]]) {
      rotaryEmbedded($0[0], base: 10, isInterleaved: true)
    },
    .init("rnn", [[2, 3, 2], [2, 2], [2, 2], [2], [2]]) { rnn($0[0], weights($0[1...])).outputs },
    .init("gru", [[2, 3, 1], [1, 6], [2, 6], [6], [6]]) { gru($0[0], weights($0[1...])).outputs },
    .init("lstm", [[2, 3, 1], [1, 8], [2, 8], [8], [8]]) {
      lstm($0[0], weights($0[1...])).outputs
    },
    .init("lstm's cell", [[1, 2, 1], [1, 4], [1, 4], [4], [4]]) {
      lstm($0[0], weights($0[1...])).state.cell
    },
  ]

  @Test(arguments: all)
  func derivatives(_ function: Function) {
    GradientCheck(function.sample).expectDirectionalMatch(step: 1e-5, tolerance: 1e-6)
  }

  /// Over the first input, then over the second, the others the same for all examples.
  @Test(arguments: all)
  func batched(_ function: Function) {
    var random = SplitMix(seed: 4)
    let inputs = function.shapes.map { shape in
      Tensor<Double>(Value.leaf(shape, random.doubles(shape.elementCount)))
    }
    for place in inputs.indices.prefix(2) {
      let shape = [3] + inputs[place].shape
      let x = Tensor<Double>(Value.leaf(shape, random.doubles(shape.elementCount)))
      func value(_ x: Tensor<Double>) -> Tensor<Double> {
        var given = inputs
        given[place] = x
        return function.function(given)
      }
      func slope(_ x: Tensor<Double>) -> Tensor<Double> {
        gradient(of: value(x).squared().sum(), withRespectTo: x)
      }
      for function in [value, slope] {
        let found = PullbackTensors.batched(over: x, function)
        let looped = Tensor.stacked((0..<3).map { function(x[$0]) })
        #expect(found.shape == looped.shape)
        #expect(areClose(found.scalars, looped.scalars, 1e-13))
      }
    }
  }

  /// Rows of a far mean and of no spread.
  @Test func normsOfExtremeRows() {
    let x: Tensor<Float> = [[1e6, 1e6 + 1, 1e6 + 2], [5, 5, 5], [-3e18, 0, 3e18]]
    let y = layerNormalized(x, epsilon: 1e-5)
    let expected: Tensor<Float> = [
      [-1.2247448, 0, 1.2247448], [0, 0, 0], [-1.2247448, 0, 1.2247448],
    ]
    #expect(y.isClose(to: expected, absoluteTolerance: 1e-4))
    let g = gradient(of: (y * y * y).sum(), withRespectTo: x)
    #expect(g.scalars.allSatisfy { $0.isFinite })
  }

  @Test func attentionToNothingIsNothing() {
    let q = Tensor<Float>.ones([2, 3, 4]), none = Tensor<Float>.zeros([2, 0, 4])
    let y = scaledDotProductAttention(q, none, none)
    #expect(y.shape == [2, 3, 4] && y.scalars.allSatisfy { $0 == 0 })
    #expect(scaledDotProductAttention(none, q, q).shape == [2, 0, 4])
  }
}
