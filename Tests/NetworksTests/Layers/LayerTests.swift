// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Layers of any input, and what has parameters without being a layer.
struct LayerTests {
  /// As it was written before layers had types.
  struct Net: Layer {
    let output = Linear(3, 2)
    var parameters: Parameters { ["output": output.parameters] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(x) }
  }

  struct Rows: Layer {
    let table = Parameter(shape: [5, 3], .normal(standardDeviation: 1))
    var parameters: Parameters { ["table": table] }
    func callAsFunction(_ indices: Tensor<Int32>) -> Tensor<Float> { table.value.gathered(indices) }
  }

  struct Pair { let left: Tensor<Float>, right: Tensor<Float> }

  struct Product: Layer {
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Pair) -> Tensor<Float> { x.left * x.right }
  }

  /// With several functions, the one that is meant is named.
  struct Several: Layer {
    typealias Input = Tensor<Float>
    typealias Output = Tensor<Float>
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x }
    func callAsFunction(_ x: Tensor<Double>) -> Tensor<Double> { x }
  }

  struct Every: Layer {
    var parameters: Parameters { [:] }
    func callAsFunction<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x }
  }

  /// What takes two tensors is no layer and has parameters all the same.
  struct Attention: ParameterTree {
    let query = Linear(3, 3), key = Linear(3, 3)
    var parameters: Parameters { ["query": query, "key": key] }
    func callAsFunction(_ x: Tensor<Float>, _ context: Tensor<Float>) -> Tensor<Float> {
      query(x) • key(context).transposed()
    }
  }

  private let x: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]

  /// The types that a caller sees: this compiles.
  private func floats(_ layer: some Layer<Tensor<Float>, Tensor<Float>>) -> Tensor<Float> {
    layer(x)
  }

  @Test func typesAreReadOffTheFunction() {
    #expect(floats(Net().initialized(seed: 1)).shape == [2, 2])
    #expect(floats(Several()).scalars == x.scalars && floats(Every()).scalars == x.scalars)
    let rows: any Layer<Tensor<Int32>, Tensor<Float>> = Rows().initialized(seed: 1)
    #expect(rows([4, 0]).shape == [2, 3])
  }

  @Test func aSequenceTakesWhatItsFirstLayerTakes() {
    let words = Sequential(Rows(), Net(), Several(), Every(), ReLU()).initialized(seed: 1)
    let indices: Tensor<Int32> = [1, 4, 1]
    let table = words.parameters["0.table"]!.value
    let net = words.layers[1] as! Net
    #expect(words(indices).scalars == relu(net(table.gathered(indices))).scalars)
    let pairs = Sequential(Product(), ReLU())
    #expect(pairs(Pair(left: x, right: x - 2)).scalars == [0, 0, 3, 8, 15, 24])
    let nested = Sequential(Sequential(Rows(), Linear(3, 2)), Sequential(ReLU()), Sequential())
    #expect(nested.initialized(seed: 1)(indices).shape == [3, 2])
    #expect(nested.parameters.paths == ["0.0.table", "0.1.weight", "0.1.bias"])
  }

  @Test func layersOfASequenceCanBeCalled() {
    let model = Sequential(Linear(3, 4), Tanh(), Linear(4, 2)).initialized(seed: 1)
    let hidden = model.layers.dropLast().reduce(x) { $1($0) }
    #expect(model.layers[2](hidden).scalars == model(x).scalars)
    let list: [any Layer<Tensor<Float>, Tensor<Float>>] = [Net(), ReLU()]
    #expect(Sequential(list).layers.count == 2 && Sequential([]).layers.isEmpty)
  }

  /// Against the functions themselves.
  @Test func functionsAsLayers() {
    let x = x - 3.5
    let pairs: [(any Layer<Tensor<Float>, Tensor<Float>>, Tensor<Float>)] = [
      (ReLU(), relu(x)), (Tanh(), tanh(x)), (GELU(), gelu(x)), (Softmax(), softmax(x, along: -1)),
      (GELU(approximation: .tanh), gelu(x, approximation: .tanh)), (Sigmoid(), sigmoid(x)),
      (LogSigmoid(), logSigmoid(x)), (Softplus(), softplus(x)), (SiLU(), silu(x)),
      (LogSoftmax(), logSoftmax(x, along: -1)), (LeakyReLU(), leakyReLU(x, slope: 0.01)),
      (LeakyReLU(slope: 0.2), leakyReLU(x, slope: 0.2)), (ELU(), elu(x, alpha: 1)),
      (ELU(alpha: 0.5), elu(x, alpha: 0.5)), (SELU(), selu(x)), (ReLU6(), relu6(x)),
      (HardTanh(), hardTanh(x)), (HardSigmoid(), hardSigmoid(x)), (HardSwish(), hardSwish(x)),
    ]
    for (layer, expected) in pairs { #expect(layer(x).scalars == expected.scalars) }
  }

  @Test func whateverHasParametersIsInitialized() {
    let attention = Attention().initialized(seed: 3)
    #expect(attention(x, x).shape == [2, 2])
    let alike = (["query": Linear(3, 3)] as Parameters).initialized(seed: 3)
    #expect(
      attention.query.weight.value.scalars == alike["query.weight"]!.value.scalars)
    #expect(Parameter(shape: [2], .constant(4)).initialized(seed: 1).value.scalars == [4, 4])
  }

  /// A layer that says it takes rows makes rows of them, of as many numbers as it says.
  @Test func rowsStayRows() {
    let layers: [any StoredLayer<Tensor<Float>, Tensor<Float>>] = [
      Linear(3, 2), Dropout(0.5), ReLU(), LeakyReLU(), ELU(), SELU(), ReLU6(), Tanh(), Sigmoid(),
      LogSigmoid(), Softplus(), SiLU(), GELU(), HardTanh(), HardSigmoid(), HardSwish(), Softmax(),
      LogSoftmax(), LayerNorm(3), LayerNorm(shape: [4, 3]), RMSNorm(3), BatchNorm(3),
      GroupNorm(groups: 1, channels: 3), Pullback.Residual(Linear(3, 3)),
      Pullback.Residual(MaxPool(1)), MultiHeadAttention(3, heads: 1), TransformerBlock(3, heads: 1),
      RNN(3, 2), GRU(3, 2), LSTM(3, 2), Convolution1D(3, 2, kernelSize: 1),
      Convolution2D(3, 2, kernelSize: 1), TransposedConvolution1D(3, 2, kernelSize: 1),
      TransposedConvolution2D(3, 2, kernelSize: 1), MaxPool(1), AveragePool(1),
      GlobalAveragePool(), Flatten(), Sequential(Flatten(), Linear(3, 2)),
      Sequential(Linear(3, 4), Flatten(), Linear(3, 2)), Sequential(Linear(3, 4), MaxPool(1)),
    ]
    let kinds = Set(layers.map { type(of: $0).kind })
    #expect(kinds.union(["embedding"]) == Set(ownLayers.map { $0.kind }).union(["sequential"]))
    var takingRows = 0
    for layer in layers {
      guard let axis = layer.lastAxisOfRows else { continue }
      takingRows += 1
      #expect(layer.initialized(seed: 1)(x).shape == [2, axis.outputs ?? 3], "\(layer)")
    }
    #expect(takingRows == 25)
  }
}
