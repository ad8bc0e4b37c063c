// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Norms, attention, recurrences and what goes around them come back from files as they were.
struct LayerFileTests {
  private let folder = TemporaryFolder()

  private func checkReturn(_ model: Sequential<Tensor<Int32>>) throws {
    let path = folder.file("model.safetensors"), x: Tensor<Int32> = [[1, 2, 0], [4, 4, 3]]
    let optimizer = Optimizer(Adam(learningRate: 0.1), for: model.parameters)
    let y = Pass.training(key: RandomKey(seed: 1)) { model(x) }
    optimizer.minimize(y.squared().sum())
    try ModelFile(model).save(to: path)
    let same = try ModelFile.load(at: path).makeModel(as: Sequential<Tensor<Int32>>.self)
    #expect(same(x).scalars == model(x).scalars)
    #expect("\(same)" == "\(model)" && same.parameters.paths == model.parameters.paths)
    #expect(same.parameters.trained.paths == model.parameters.trained.paths)
  }

  @Test func layersComeBack() throws {
    try checkReturn(
      Sequential(
        Embedding(5, 8), LayerNorm(8), LayerNorm(shape: [3, 8], bias: false, epsilon: 0.1),
        LayerNorm(8, scale: false, bias: false), RMSNorm(8), RMSNorm(8, scale: false, epsilon: 1)))
    try checkReturn(
      Sequential(
        Embedding(5, 8), BatchNorm(8, momentum: 0.5), BatchNorm(8, scale: false, epsilon: 0.1),
        GroupNorm(groups: 2, channels: 8, bias: false),
        Pullback.Residual(Linear(8, 8), Tanh())))
    try checkReturn(
      Sequential(
        Embedding(5, 8), MultiHeadAttention(8, heads: 2),
        MultiHeadAttention(8, heads: 4, keyValueHeads: 2, isCausal: true, rotaryBase: 50),
        TransformerBlock(8, heads: 2, hidden: 5, isCausal: true, dropout: 0.25, bias: false),
        TransformerBlock(8, heads: 4, keyValueHeads: 1, rotaryBase: 10, epsilon: 0.5)))
    try checkReturn(
      Sequential(
        Embedding(5, 8), RNN(8, 4, activation: .relu), RNN(4, 6, bias: false), GRU(6, 3),
        LSTM(3, 4), LSTM(4, 2, bias: false)))
  }

  /// What needs more axes than a table's rows have is no model of tables.
  @Test(
    arguments: [
      LSTM(3, 2), GRU(3, 2), RNN(3, 2), LayerNorm(shape: [4, 3]), TransformerBlock(3, heads: 1),
      Pullback.Residual(MultiHeadAttention(3, heads: 3)), Convolution1D(3, 3, kernelSize: 1),
      Convolution2D(3, 3, kernelSize: 1), TransposedConvolution1D(3, 3, kernelSize: 1),
      TransposedConvolution2D(3, 3, kernelSize: 1), MaxPool(1), AveragePool(1),
      GlobalAveragePool(), Pullback.Residual(MaxPool(1)), Sequential(Flatten(), Linear(5, 3)),
    ] as [any StoredLayer<Tensor<Float>, Tensor<Float>>])
  func sequencesAreNoTables(_ layer: any StoredLayer<Tensor<Float>, Tensor<Float>>) throws {
    let path = folder.file("model.safetensors")
    try ModelFile(Sequential(Linear(3, 3), layer).initialized(seed: 1)).save(to: path)
    let error = #expect(throws: FileError.self) { try TableModel.load(at: path) }
    #expect(error?.description == "\(path): holds a model of sequences or images, not of rows")
    try ModelFile(Sequential(BatchNorm(3), LayerNorm(3), RMSNorm(3)).initialized(seed: 1))
      .save(to: path)
    _ = try TableModel.load(at: path)
  }

  /// A row is flat already.
  @Test func flatRowsAreRows() throws {
    let model = Sequential(Flatten(), Linear(3, 4), Pullback.Residual(Flatten()), Linear(4, 2))
      .initialized(seed: 1)
    let path = folder.file("model.safetensors")
    try ModelFile(model).save(to: path)
    let x = Tensor<Float>.normal([5, 3], key: RandomKey(seed: 2))
    let rows = StoredTensor(shape: x.shape, scalars: x.scalars)
    let numbers = try TableModel.load(at: path).predict(rows).numbers.flatMap { $0 }
    #expect(numbers.map { Float($0) } == model(x).scalars)
  }

  /// As a file may say it: which setting is wrong.
  @Test(
    arguments: [
      (LayerNorm.self, ["shape": .list([]), "scale": .truth(true)], "shape: [] where"),
      (
        BatchNorm.self, ["channels": .integer(2), "momentum": .integer(2)],
        "momentum: 2.0 where a number in 0...1 is expected"
      ),
      (
        GroupNorm.self, ["groups": .integer(2), "channels": .integer(3)],
        "3 channels are not 2 groups of one size"
      ),
      (Embedding.self, ["count": .integer(2), "features": .integer(0)], "features: 0 where"),
      (
        MultiHeadAttention.self,
        ["features": .integer(8), "heads": .integer(0), "keyValueHeads": .integer(1)],
        "heads: 8 features for 0 heads"
      ),
      (
        MultiHeadAttention.self,
        ["features": .integer(1 << 62), "heads": .integer(1), "keyValueHeads": .integer(1)],
        "the shape"
      ),
      (
        MultiHeadAttention.self,
        [
          "features": .integer(6), "heads": .integer(2), "keyValueHeads": .integer(2),
          "rotaryBase": .integer(10),
        ], "rotaryBase: rotary positions"
      ),
      (
        LSTM.self, ["inputs": .integer(1), "hidden": .integer(1 << 61), "bias": .truth(true)],
        "more elements than can be counted"
      ),
      (
        RNN.self,
        [
          "inputs": .integer(1), "hidden": .integer(1), "bias": .truth(true),
          "activation": .text("sin"),
        ], "activation: tanh or relu expected"
      ),
      (
        Pullback.Residual.self, ["inner": .layer(Linear(2, 3))],
        "inner: Linear(2, 3) makes 3 of 2 inputs"
      ),
    ] as [(any StoredLayer.Type, LayerSettings, String)])
  func wrongSettingsAreRefused(
    _ type: any StoredLayer.Type, _ settings: LayerSettings, _ problem: String
  ) {
    let error = #expect(throws: LayerError.self) { _ = try type.init(settings: settings) }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "none")")
  }
}
