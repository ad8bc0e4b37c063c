// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Layers describe themselves, those of users too: what is saved can be made again.
struct ArchitectureTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("model.safetensors") }
  private let x = Tensor<Float>.uniform([5, 4], key: RandomKey(seed: 1))

  private func bits(_ y: Tensor<Float>) -> [UInt32] { y.scalars.map(\.bitPattern) }

  /// Saves a model, loads it and computes the same bits with it.
  private func checkReturn<Model: StoredLayer>(_ model: Model, at x: Model.Input) throws
  where Model.Output == Tensor<Float> {
    try ModelFile(model.initialized(seed: 7)).save(to: path)
    let file = try ModelFile.load(at: path, layers: layersOfOthers)
    let same = try file.makeModel(as: Model.self)
    #expect(bits(same(x)) == bits(model(x)))
    #expect("\(same)" == "\(model)" && same.parameters.paths == model.parameters.paths)
    #expect(same.parameters.scalarCount == model.parameters.scalarCount)
    #expect(try file.architecture == Architecture(of: model))
    // Each call makes a model of its own, also in memory.
    let other = try ModelFile(model).makeModel(as: Model.self)
    other.parameters[0].parameter.value = .zeros(other.parameters[0].parameter.shape)
    #expect(bits(same(x)) == bits(model(x)))
  }

  @Test func modelsComeBack() throws {
    try checkReturn(
      Sequential(Linear(4, 3), ReLU(), Dropout(0.1), GELU(), Linear(3, 2), Softmax()), at: x)
    try checkReturn(
      Sequential(
        Linear(4, 3), LeakyReLU(slope: 0.2), ELU(alpha: 0.5), SELU(), ReLU6(), Sigmoid(),
        LogSigmoid(), Softplus(), SiLU(), GELU(approximation: .tanh), HardTanh(), HardSigmoid(),
        HardSwish(), LogSoftmax()),
      at: x)
    try checkReturn(Sequential(Scaling(4), Linear(4, 3, bias: false), Scaling(3)), at: x)
    try checkReturn(Linear(4, 3), at: x)
    try checkReturn(Residual(Sequential(Linear(4, 4), Tanh()), rate: 0.1, name: "\0ü\""), at: x)
    try checkReturn(
      Sequential(
        Residual(Residual(Linear(4, 4))), Sequential(Sequential(Linear(4, 2)), Sequential()), Tanh()
      ),
      at: x)
  }

  @Test func aModelOfIndicesComesBack() throws {
    let indices: Tensor<Int32> = [3, 0, 3]
    let model = Sequential(Rows(5, width: 4), Linear(4, 2))
    try checkReturn(model, at: indices)
    let file = try ModelFile.load(at: path, layers: [Rows.self])
    let error = #expect(throws: FileError.self) { try file.makeModel() }
    #expect(
      error?.description
        == "\(path): holds a model of type Sequential<Tensor<Int32>>, not "
        + "Sequential<Tensor<Float>>; use makeModel(as: Sequential<Tensor<Int32>>.self)")
    let other = #expect(throws: FileError.self) {
      _ = try file.makeModel(as: (any Layer<Tensor<Float>, Tensor<Float>>).self)
    }
    #expect(
      other?.problem
        == "holds a model of type Sequential<Tensor<Int32>>, not any Layer<Tensor<Float>, "
        + "Tensor<Float>>; use makeModel(as: Sequential<Tensor<Int32>>.self)")
    let any = try file.makeModel(as: (any Layer<Tensor<Int32>, Tensor<Float>>).self)
    #expect(bits(any(indices)) == bits(model(indices)))
  }

  /// Layers that stand there twice are one layer when they are loaded: trained once.
  @Test func sharedLayersStayShared() throws {
    let one = Linear(4, 4), two = Residual(Linear(4, 4))
    try checkReturn(Sequential(one, ReLU(), one, two, two, Sequential(two, one)), at: x)
    let model = try ModelFile.load(at: path, layers: layersOfOthers).makeModel()
    #expect(model.parameters.distinct.count == 4 && model.parameters.count == 12)
    #expect(try ModelFile.load(at: path, layers: layersOfOthers).weights.count == 4)
    #expect(
      try "\(Architecture(of: Sequential(one, one, Linear(4, 4))))"
        == "[linear(inputs: 4, outputs: 4, bias: true), shared(layer: \"architecture[0]\"), "
        + "linear(inputs: 4, outputs: 4, bias: true)]")
    // The same parameters in a layer of other settings are not the same layer.
    try checkReturn(Twice(Sequential(one, ReLU())), at: x)
    let scale = Scaling(4)
    try checkReturn(Sequential(Residual(scale, rate: 0.5), Residual(scale, rate: 0.25)), at: x)
  }

  @Test func whatOnlyAParameterTiesIsRefused() throws {
    struct Transposed: StoredLayer {
      static let kind = "transposed"
      let weight: Parameter
      var parameters: Parameters { ["weight": weight] }
      func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x • weight.value.transposed() }
      var settings: LayerSettings {
        ["extents": .list(weight.shape.map { .integer($0) })]
      }
      init(_ weight: Parameter) { self.weight = weight }
      init(settings: LayerSettings) throws {
        weight = Parameter(shape: try settings.shape("extents"), .zeros)
      }
    }
    let encoder = Linear(4, 2)
    let model = Sequential(encoder, Transposed(encoder.weight)).initialized(seed: 1)
    #expect(
      refusal(of: model)
        == "1.weight: the architecture has it, the weights do not; if layers share it, use one "
        + "layer at both places, or write a StoredLayer of them")
  }

  private func refusal(of model: some ParameterTree) -> String? {
    let error = #expect(throws: FileError.self) { try ModelFile(model).save(to: path) }
    #expect(error?.kind == .unwritable && error?.file == path && folder.names == [])
    return error.map { String($0.description.dropFirst(path.count + 2)) }
  }

  /// What does not describe itself is saved as weights alone.
  @Test func otherModelsKeepTheirWeights() throws {
    let model = Sequential(Linear(4, 3), Activation(relu)).initialized(seed: 1)
    try ModelFile(model).save(to: path)
    let file = try ModelFile.load(at: path)
    #expect(file.architecture == nil && file.weights.names == ["0.weight", "0.bias"])
    let again = Sequential(Linear(4, 3), Activation(relu))
    try file.restore(again)
    #expect(bits(again(x)) == bits(model(x)))
    let error = #expect(throws: LayerError.self) { try Architecture(of: model) }
    #expect(
      error?.description == "architecture[1]: Activation is no StoredLayer, which a file could hold"
    )
    let inner = #expect(throws: LayerError.self) {
      try Architecture(of: Sequential(Residual(Activation(abs))))
    }
    #expect(inner?.setting == "architecture[0].inner")
  }

  /// Files that an earlier version wrote: the text is theirs, not written by this one.
  @Test func formerFilesLoad() throws {
    let file = try ModelFile.load(from: ModelContents(.none).bytes)
    let model = try file.makeModel()
    #expect(
      "\(model)"
        == """
        path   layer                      parameters  bytes
        0      Linear(4, 3)                       15     60
        1      ReLU()                              0      0
        2      Dropout(0.25)                       0      0
        3      Linear(3, 2, bias: false)           6     24
        4      Tanh()                              0      0
        5      Linear(2, 3)                        9     36
        total                                     30    120
        """)
    func weight(_ name: String) -> Tensor<Float> { try! file.weights[name]!.tensor() }
    let hidden = relu(x • weight("0.weight") + weight("0.bias"))
    let y = tanh(hidden • weight("3.weight")) • weight("5.weight") + weight("5.bias")
    #expect(bits(model(x)) == bits(y))
    // And are written as they were.
    let written: [String] = [
      "linear(inputs: 4, outputs: 3, bias: true)", "relu", "dropout(rate: 0.25)",
      "linear(inputs: 3, outputs: 2, bias: false)", "tanh",
      "linear(inputs: 2, outputs: 3, bias: true)",
    ]
    #expect(file.architecture?.description == "[\(written.joined(separator: ", "))]")
    try file.save(to: path)
    #expect(
      try Safetensors.read(at: path).metadata["architecture"]
        == "\(ModelContents(.none).metadata["architecture"]!)")
  }

  /// x - mean, with a mean that no optimizer changes.
  struct Centering: StoredLayer {
    static let kind = "centering"
    let mean: Parameter, shift: Parameter
    init(_ columns: Int) {
      (mean, shift) = (Parameter(shape: [columns], .zeros), Parameter(shape: [columns], .zeros))
    }
    var parameters: Parameters { ["mean": mean.marked(isTrained: false), "shift": shift] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x - mean.value + shift.value }
    var settings: LayerSettings { ["columns": .integer(mean.shape[0])] }
    init(settings: LayerSettings) throws { self.init(try settings.count("columns")) }
  }

  /// What is not trained is saved with the rest, and training goes on with the same bits.
  @Test func whatIsNotTrainedComesBack() throws {
    func train(_ model: Sequential<Tensor<Float>>, _ adam: Optimizer<Adam>) {
      for _ in 0..<3 { adam.minimize(model(x).squared().mean()) }
    }
    let whole = Sequential(Linear(4, 3), Centering(3)).initialized(seed: 1)
    whole.parameters["1.mean"]!.value = [1, 2, 3]
    let adam = Optimizer(Adam(), for: whole.parameters)
    train(whole, adam)
    try ModelFile(whole, optimizer: adam).save(to: path)
    train(whole, adam)
    let file = try ModelFile.load(at: path, layers: [Centering.self])
    let second = try file.makeModel()
    let resumed = Optimizer(Adam(), for: second.parameters)
    try file.restore(resumed)
    train(second, resumed)
    #expect(second.parameters["1.mean"]!.value.scalars == [1, 2, 3])
    #expect(bits(second(x)) == bits(whole(x)))
    #expect(second.parameters.trained.paths == ["0.weight", "0.bias", "1.shift"])
    #expect(file.optimizer!.numbers["firstMoment/1.mean"] == nil)
  }

  /// A snapshot is saved as its model is, with the marks of its parameters.
  @Test func snapshotsAndCopiesAreModels() throws {
    let model = Sequential(Linear(4, 3), Centering(3)).initialized(seed: 1)
    let snapshot = model.copy().snapshot(), before = bits(model(x)), copy = model.copy()
    #expect(copy.parameters.trained.paths == ["0.weight", "0.bias", "1.shift"])
    Optimizer(SGD(learningRate: 0.1), for: model.parameters).minimize(model(x).squared().mean())
    try ModelFile(snapshot).save(to: path)
    let same = try ModelFile.load(at: path, layers: [Centering.self]).makeModel()
    #expect(bits(same(x)) == before && bits(model(x)) != before)
    let average = WeightAverage(of: snapshot.copy(), .equal)
    try ModelFile(average).save(to: path)
    let averaged = try ModelFile.load(at: path, layers: [Centering.self]).makeModel()
    #expect(bits(averaged(x)) == before && bits(average.snapshot()(x)) == before)
    let rows = Sequential(Rows(3, width: 2)).initialized(seed: 1), indices: Tensor<Int32> = [2, 0]
    #expect(bits(rows.snapshot()(indices)) == bits(rows(indices)))
  }
}
