// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Models that PyTorch saved give here what they gave there: see Scripts/fixtures/modules.py.
struct StateDictTests {
  private func path(_ name: String) -> String { Fixture.path("modules/\(name).safetensors") }

  private func check<Scalar: TensorScalar, Net: Layer<Tensor<Scalar>, Tensor<Float>>>(
    _ name: String, _ model: Net, names: [String: PyTorchTensor] = [:]
  ) throws {
    try model.loadPyTorch(at: path(name), names: names)
    let values = try Safetensors.read(at: path("\(name)-values"))
    let x = try values.load("x", as: Scalar.self), y = try values.load("y", as: Float.self)
    let found = model(x)
    #expect(found.shape == y.shape)
    #expect(found.isClose(to: y, relativeTolerance: 0, absoluteTolerance: 1e-5), "\(found) \(y)")
  }

  private struct Recurrent<Cell: Layer<Tensor<Float>, Tensor<Float>>>: Layer {
    let words = Embedding(7, 5), cell: Cell, head = Linear(4, 3)
    var parameters: Parameters { ["words": words, "cell": cell, "head": head] }
    func callAsFunction(_ x: Tensor<Int32>) -> Tensor<Float> { head(cell(words(x))) }
  }

  @Test func recurrencesLoadAsTheyAre() throws {
    try check("rnn", Recurrent(cell: RNN(5, 4)))
    try check("gru", Recurrent(cell: GRU(5, 4)))
    try check("lstm", Recurrent(cell: LSTM(5, 4)))
  }

  private static let encoder: [String: PyTorchTensor] = [
    "attentionNorm": "norm1", "mlpNorm": "norm2", "up": "linear1", "down": "linear2",
    "attention.queryKeyValue.weight": "self_attn.in_proj_weight".inPyTorch.transposed(1, 0),
    "attention.queryKeyValue.bias": "self_attn.in_proj_bias",
    "attention.output": "self_attn.out_proj",
  ]

  @Test func aTransformerLoadsByATable() throws {
    try check("transformer", TransformerBlock(8, heads: 2, hidden: 16), names: Self.encoder)
  }

  /// Queries, keys and values apart, of fewer heads.
  @Test func linearLayersAreJoined() throws {
    let norm = RMSNorm(8)
    let attention = MultiHeadAttention(
      8, heads: 4, keyValueHeads: 2, isCausal: true, bias: false)
    try check(
      "llama", Pullback.Residual(norm, attention),
      names: [
        "inner.0": "norm", "inner.1.output": "o_proj",
        "inner.1.queryKeyValue.weight": .joined(
          ["q_proj.weight", "k_proj.weight", "v_proj.weight"], along: 0
        ).transposed(1, 0),
      ])
  }

  /// A convolution as a sum over the places of its kernel.
  private struct Convolution: Layer {
    let kernel = Parameter(shape: [3, 3, 2, 4], .zeros), bias = Parameter(shape: [4], .zeros)
    var parameters: Parameters {
      [
        "kernel": kernel.marked(inPyTorch: "weight", axes: 2, 3, 1, 0),
        "bias": bias.marked(inPyTorch: "bias"),
      ]
    }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      let (h, w) = (x.shape[1], x.shape[2])
      let padded = Tensor<Float>(
        x.value.padded(to: [x.shape[0], h + 2, w + 2, x.shape[3]], at: [0, 1, 1, 0]))
      var y = bias.value.expanded(to: [x.shape[0], h, w, 4])
      for i in 0..<3 {
        for j in 0..<3 { y = y + padded[.all, i..<i + h, j..<j + w] • kernel.value[i, j] }
      }
      return y
    }
  }

  private struct Pooling: Layer {
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      let (n, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
      return x.reshaped(to: [n, h / 2, 2, w / 2, 2, c]).max(along: 2, 4)
    }
  }

  /// Channels last: what a linear layer is given after the images comes in another order.
  @Test func aNetworkOfImagesLoads() throws {
    let flat = Activation { $0.reshaped(to: [$0.shape[0], -1]) }
    let model = Sequential(
      Convolution(), BatchNorm(4), ReLU(), GroupNorm(groups: 2, channels: 4), Pooling(), flat,
      Linear(24, 6), BatchNorm(6), LayerNorm(6), Linear(6, 3))
    let weight = "6.weight".inPyTorch.reshaped(to: [6, 4, 3, 2]).transposed(2, 3, 1, 0)
    try check("cnn", model, names: ["6.weight": weight.reshaped(to: [24, 6])])
  }

  /// Every layout, of tensors whose numbers say their places.
  @Test func layouts() throws {
    struct Parts: ParameterTree {
      let a = Parameter(shape: [4], .zeros), b = Parameter(shape: [2, 2], .zeros)
      let c = Parameter(shape: [2], .zeros), d = Parameter(shape: [1, 4], .zeros)
      var parameters: Parameters { ["a": a, "b": b, "c": c, "d": d] }
    }
    let bytes = ModelContents.bytes(
      of: [.init("one", [4], [1, 2, 3, 4]), .init("two", [2, 2], [5, 6, 7, 8])], metadata: [])
    let model = Parts(), one = "one".inPyTorch, two = "two".inPyTorch
    try model.loadPyTorch(
      from: bytes,
      names: [
        "a": one.blocks(1, 0, along: 0), "b": .sum([two, two.transposed(1, 0)]),
        "c": one.part(1..<3, along: 0), "d": .joined([two, two], along: 1).part(1..<2, along: 0),
      ])
    #expect(model.a.value.scalars == [3, 4, 1, 2] && model.b.value.scalars == [10, 13, 13, 16])
    #expect(model.c.value.scalars == [2, 3] && model.d.value.scalars == [7, 8, 7, 8])
  }

  @Test(
    arguments: [
      (["up": "linear9"], "linear9.weight: the model has it, the file does not"),
      (["down": "linear1"], "down.weight: has the shape [8, 16], the model's the shape [16, 8]"),
      (["dawn": "linear2"], "dawn: the table has it, the model does not"),
      (
        ["up": "linear1".inPyTorch.transposed(1, 0)],
        "up: is a layer, whose parameters cannot be made of linear1.transposed(1, 0)"
      ),
      (
        ["up.weight": "linear1.weight".inPyTorch.transposed(0, 2)],
        "linear1.weight.transposed(0, 2): cannot be made of a tensor of shape [16, 8]"
      ),
      (
        ["up.weight": "linear1.weight".inPyTorch.part(0..<17, along: 0)],
        "linear1.weight.part(0..<17, along: 0): cannot be made of a tensor of shape [16, 8]"
      ),
      (
        ["up.weight": "linear1.weight".inPyTorch.blocks(0, 0, along: 0)],
        "linear1.weight.blocks(0, 0, along: 0): cannot be made of a tensor of shape [16, 8]"
      ),
      (
        ["up.weight": .joined(["linear1.weight", "norm1.bias"], along: 0)],
        "joined(linear1.weight, norm1.bias, along...: tensors of shapes [16, 8] and [8] do not "
          + "stand behind each other"
      ),
      (
        ["up.weight": .sum(["linear1.weight", "other"])],
        "other: the table has it, the file does not"
      ),
      (
        ["up.weight": "linear1.weight".inPyTorch.reshaped(to: [-1, 3])],
        "linear1.weight.reshaped(to: [-1, 3]): cannot be made of a tensor of shape [16, 8]"
      ),
    ] as [([String: PyTorchTensor], String)])
  func whatDoesNotFitIsNamed(_ changes: [String: PyTorchTensor], _ problem: String) {
    let model = TransformerBlock(8, heads: 2, hidden: 16)
    let names = Self.encoder.merging(changes) { $1 }
    let error = #expect(throws: FileError.self) {
      try model.loadPyTorch(at: path("transformer"), names: names)
    }
    #expect(error?.description == "\(path("transformer")): \(problem)")
    #expect(!model.parameters.contains { $0.parameter.isInitialized })
  }

  @Test func whatTheModelNeedsNotIsNamedOrIgnored() throws {
    let model = Linear(8, 16)
    let names: [String: PyTorchTensor] = ["weight": "linear1.weight".inPyTorch.transposed(1, 0)]
    let all = names.merging(["bias": "linear1.bias"]) { $1 }
    let error = #expect(throws: FileError.self) {
      try model.loadPyTorch(at: path("transformer"), names: all)
    }
    #expect(error?.description.hasSuffix("the file has it, the model does not") == true)
    try model.loadPyTorch(at: path("transformer"), names: all) { !$0.hasPrefix("linear1.") }
    #expect(model.weight.isInitialized)
  }
}
