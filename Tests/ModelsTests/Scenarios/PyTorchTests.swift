// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct PyTorchTests {
  /// Linear(4, 4), ReLU, Linear(4, 3) with PyTorch's output for two rows: see
  /// Scripts/fixtures/formats.py. The square weight would load in either orientation.
  @Test func weightsGivePyTorchsOutput() throws {
    let model = Sequential(Linear(4, 4), Activation(relu), Linear(4, 3))
    try model.loadPyTorch(at: Fixture.path("pytorch.safetensors"))
    let lines = try String(contentsOfFile: Fixture.path("pytorch.txt"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: " ").map { Float($0)! } }
    let y = model(Tensor(shape: [2, 4], scalars: lines[0]))
    #expect(y.isClose(to: Tensor(shape: [2, 3], scalars: lines[1])))
  }

  /// `model.half()` saves float16, `nn.DataParallel` a prefix.
  @Test func halvesLoadAndAPrefixIsNamed() throws {
    let file = try Safetensors.read(at: Fixture.path("pytorch.safetensors"))
    var halves = NamedTensors(), prefixed = NamedTensors()
    for name in file.names {
      let numbers = try file.load(name, as: Float.self)
      halves.add(name, StoredTensor(numbers, as: .float16))
      prefixed.add("module.\(name)", numbers)
    }
    let folder = TemporaryFolder(), path = folder.file("weights.safetensors")
    func model() -> Sequential<Tensor<Float>> {
      Sequential(Linear(4, 4), Activation(relu), Linear(4, 3))
    }
    let whole = model(), half = model()
    try whole.loadPyTorch(at: Fixture.path("pytorch.safetensors"))
    try Safetensors.write(halves, to: path)
    try half.loadPyTorch(at: path)
    // Float16 has 11 bits: each weight within 2^-11 of its size, each output a sum of few.
    let x = Tensor<Float>.uniform([8, 4], key: RandomKey(seed: 1))
    #expect(half(x).isClose(to: whole(x), relativeTolerance: 0, absoluteTolerance: 4e-3))
    #expect(half(x).scalars != whole(x).scalars)
    try Safetensors.write(prefixed, to: path)
    let error = #expect(throws: FileError.self) { try model().loadPyTorch(at: path) }
    #expect(error?.description == "\(path): 0.weight: the model has it, the file does not")
  }

  /// Files of tensors that are right by themselves and are not the model's.
  @Test(
    arguments: [
      ("0.weight", "F32", [12], "has the shape [12], the model's the shape [4, 3]"),
      ("0.weight", "F32", [4, 3], "has the shape [3, 4], the model's the shape [4, 3]"),
      ("0.weight", "F32", [], "has the shape [], the model's the shape [4, 3]"),
      (
        "0.weight", "F32", [0, 1 << 40],
        "has the shape [1099511627776, 0], the model's the shape [4, 3]"
      ),
      ("0.bias", "F32", [3, 1], "has the shape [3, 1], the model's the shape [3]"),
      ("0.weight\0", "F32", [3, 4], "the model has it, the file does not"),
      ("", "F32", [3, 4], "the model has it, the file does not"),
    ] as [(String, String, [Int], String)])
  func otherTensorsAreRefused(name: String, type: String, shape: [Int], problem: String) {
    let count = shape.reduce(1, *)
    let good = [
      ModelContents.Part("0.weight", [3, 4], .init(repeating: 0.5, count: 12)),
      .init("0.bias", [3], [0, 0, 0]),
    ]
    let isBias = name.hasSuffix("bias")
    let parts = [
      good[isBias ? 0 : 1], .init(name, type, shape, .init(repeating: 0, count: 4 * count)),
    ]
    let model = Sequential(Linear(4, 3))
    let error = #expect(throws: FileError.self) {
      try model.loadPyTorch(from: ModelContents.bytes(of: parts, metadata: []), name: "weights")
    }
    #expect(error?.description == "weights: \(isBias ? "0.bias" : "0.weight"): \(problem)")
    #expect(!model.parameters.contains { $0.parameter.isInitialized })
  }

  @Test func weightsThatAreNotFiniteLoad() throws {
    let model = Sequential(Linear(1, 2))
    let parts: [ModelContents.Part] = [
      .init("0.weight", [2, 1], [.nan, 1]), .init("0.bias", [2], [0, -.infinity]),
    ]
    try model.loadPyTorch(from: ModelContents.bytes(of: parts, metadata: []))
    let y = model([[1]]).scalars
    #expect(y[0].isNaN && y[1] == -.infinity)
  }

  @Test func aModelFileIsRefused() throws {
    let folder = TemporaryFolder(), path = folder.file("model.safetensors")
    let model = Sequential(Linear(4, 4)).initialized(seed: 1)
    try ModelFile(model).save(to: path)
    let error = #expect(throws: FileError.self) { try model.loadPyTorch(at: path) }
    #expect(error?.description == "\(path): is a model that Pullback saved; use ModelFile.load")
  }

  @Test func anotherModelIsRefused() throws {
    let path = Fixture.path("pytorch.safetensors")
    func message(_ model: Sequential<Tensor<Float>>) -> String? {
      let error = #expect(throws: FileError.self) { try model.loadPyTorch(at: path) }
      #expect(!model.parameters.contains { $0.parameter.isInitialized })
      return error.map { String($0.description.dropFirst(path.count)) }
    }
    #expect(
      message(Sequential(Linear(4, 4), Linear(4, 3)))
        == ": 1.weight: the model has it, the file does not")
    #expect(
      message(Sequential(Linear(4, 4), Activation(relu), Linear(4, 5)))
        == ": 2.weight: has the shape [4, 3], the model's the shape [4, 5]")
    #expect(
      message(Sequential(Linear(4, 4), Activation(relu), Linear(4, 3, bias: false)))
        == ": 2.bias: the file has it, the model does not")
  }

  /// A convolution as it will be: other names, other axes, and one parameter that PyTorch keeps as
  /// it is.
  struct Windows: Layer {
    let kernel = Parameter(shape: [2, 1, 3, 4], .zeros), shift = Parameter(shape: [4], .zeros)
    let table = Parameter(shape: [2, 2], .zeros)
    var parameters: Parameters {
      [
        "kernel": kernel.marked(inPyTorch: "weight", axes: 2, 3, 1, 0),
        "shift": shift.marked(inPyTorch: "bias"), "table": table.marked(inPyTorch: "table"),
      ]
    }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x }
  }

  struct Net: Layer {
    let stem = Windows(), head = Sequential(Linear(4, 2), Scaling(2))
    var parameters: Parameters { ["stem": stem, "head": head] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { head(stem(x)) }
  }

  /// Any model takes weights, by the names and axes that its layers say. Each number says its
  /// place.
  @Test func layersSayHowPyTorchKeepsThem() throws {
    let numbers = (0..<24).map(Float.init), four: [Float] = [1, 2, 3, 4]
    let parts: [ModelContents.Part] = [
      // [out, in, height, width]
      .init("stem.weight", [4, 3, 2, 1], numbers), .init("stem.bias", [4], four),
      .init("stem.table", [2, 2], four), .init("head.0.weight", [2, 4], (0..<8).map(Float.init)),
      .init("head.0.bias", [2], [1, 2]), .init("head.1.factor", [2], [3, 4]),
    ]
    let model = Net()
    try model.loadPyTorch(from: ModelContents.bytes(of: parts, metadata: []))
    let kernel = model.stem.kernel.value.scalars
    for (position, number) in kernel.enumerated() {
      let (h, i, o) = (position / 12, position / 4 % 3, position % 4)
      #expect(number == numbers[(o * 3 + i) * 2 + h])
    }
    #expect(model.stem.table.value.scalars == four)
    #expect(model.parameters["head.0.weight"]!.value.scalars == [0, 4, 1, 5, 2, 6, 3, 7])
    #expect(model.parameters["head.1.factor"]!.value.scalars == [3, 4])
    let error = #expect(throws: FileError.self) {
      try model.loadPyTorch(
        from: ModelContents.bytes(of: Array(parts.dropFirst()), metadata: []), name: "weights")
    }
    #expect(error?.description == "weights: stem.weight: the model has it, the file does not")
  }

  /// A square weight would load in either orientation.
  @Test func aMatrixOfWhichNothingIsSaidIsRefused() {
    let model = Sequential(Rows(2, width: 2))
    let error = #expect(throws: FileError.self) {
      try model.loadPyTorch(from: ModelContents.bytes(of: [], metadata: []), name: "weights")
    }
    #expect(
      error?.description
        == "weights: 0.table: its layer does not say how PyTorch keeps it; use "
        + "marked(inPyTorch:axes:) there")
  }

  /// A name in the table says nothing of the axes; a layout does.
  @Test func aTableSaysTheAxesOfWhatNoLayerKnows() throws {
    struct Tied: ParameterTree {
      let words = Parameter(shape: [2, 2], .zeros)
      var parameters: Parameters { ["words": words] }
    }
    let bytes = ModelContents.bytes(of: [.init("wte.weight", [2, 2], [1, 2, 3, 4])], metadata: [])
    let model = Tied()
    let error = #expect(throws: FileError.self) {
      try model.loadPyTorch(from: bytes, name: "weights", names: ["words": "wte.weight"])
    }
    #expect(
      error?.description
        == "weights: words: neither its layer nor the table says its axes; with the same ones "
        + "there, write \"wte.weight\".inPyTorch.transposed(0, 1)")
    try model.loadPyTorch(
      from: bytes, names: ["words": "wte.weight".inPyTorch.transposed(0, 1)])
    #expect(model.words.value.scalars == [1, 2, 3, 4])
  }

  /// All names of a model below one of the file, but for those that are said.
  @Test func aWholeModelHasAName() throws {
    let parts: [ModelContents.Part] = [
      .init("encoder.0.weight", [2, 1], [1, 2]), .init("encoder.0.bias", [2], [3, 4]),
      .init("head.weight", [1, 2], [5, 6]), .init("head.bias", [1], [7]),
    ]
    let bytes = ModelContents.bytes(of: parts, metadata: [])
    let model = Sequential(Linear(1, 2), Tanh(), Linear(2, 1))
    try model.loadPyTorch(from: bytes, names: ["": "encoder", "2": "head"])
    #expect(model.parameters["0.weight"]!.value.scalars == [1, 2])
    #expect(model.parameters["2.weight"]!.value.scalars == [5, 6])
    let one = Linear(1, 2)
    try one.loadPyTorch(from: bytes, names: ["": "encoder.0"]) { $0.hasPrefix("head") }
    #expect(one.bias!.value.scalars == [3, 4])
  }
}
