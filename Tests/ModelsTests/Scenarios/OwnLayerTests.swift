// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Layers of users that could not be made again are refused before a file is written or used.
struct OwnLayerTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("model.safetensors") }

  private func refusal(of model: some ParameterTree) -> String? {
    let error = #expect(throws: FileError.self) {
      try ModelFile(model.initialized(seed: 1)).save(to: path)
    }
    #expect(error?.kind == .unwritable && error?.file == path && folder.names == [])
    return error.map { String($0.description.dropFirst(path.count + 2)) }
  }

  /// The message of loading a file with these layers.
  private func message(_ layers: JSON, _ types: [any StoredLayer.Type] = layersOfOthers) -> String?
  {
    var contents = ModelContents(.own)
    contents.metadata["architecture"] = layers
    let error = #expect(throws: FileError.self) {
      try ModelFile.load(from: contents.bytes, name: "model", layers: types)
    }
    #expect(error?.kind == .malformed)
    return error?.description
  }

  /// A layer of which the settings can be wrong in many ways.
  struct Odd: StoredLayer {
    static let kind = "odd"
    let settings: LayerSettings
    init(_ settings: LayerSettings) { self.settings = settings }
    init(settings: LayerSettings) throws {
      self.settings = settings["new"] == nil ? settings : ["value": .integer(2)]
    }
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x }
  }

  struct Thrower: StoredLayer {
    struct Failure: Error {}
    static let kind = "thrower"
    var settings: LayerSettings { [:] }
    init() {}
    init(settings: LayerSettings) throws { throw Failure() }
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x }
  }

  struct Linear2: StoredLayer {
    static let kind = "linear"
    var settings: LayerSettings { [:] }
    init() {}
    init(settings: LayerSettings) {}
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x }
  }

  struct Shared: StoredLayer {
    static let kind = "shared"
    var settings: LayerSettings { [:] }
    init() {}
    init(settings: LayerSettings) {}
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x }
  }

  struct OtherScaling: StoredLayer {
    static let kind = "scaling"
    var settings: LayerSettings { [:] }
    init() {}
    init(settings: LayerSettings) {}
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x }
  }

  @Test func settingsMustMakeTheLayerAgain() {
    #expect(
      refusal(of: Sequential(ReLU(), Odd(["new": .integer(1)])))
        == "architecture[1]: made from odd(new: 1) it is odd(value: 2)")
    #expect(
      refusal(of: Odd(["rate": .number(.nan)])) == "architecture.rate: nan is no number of a file")
    #expect(
      refusal(of: Odd(["rates": .list([.number(1), .number(-.infinity)])]))
        == "architecture.rates[1]: -inf is no number of a file")
    #expect(
      refusal(of: Odd(["a": .integer(1), "a": .integer(1)])) == "architecture.a: stands there twice"
    )
    #expect(
      refusal(of: Odd(["type": .text("relu")])) == "architecture.type: stands there twice")
    #expect(
      refusal(of: Sequential(Residual(Thrower())))
        == "architecture[0].inner: Thrower cannot be made from its settings: Failure()")
    #expect(
      refusal(of: Residual(Linear(3, 2)))
        == "architecture.inner: a layer that keeps the shape expected")
    var deep: any Layer<Tensor<Float>, Tensor<Float>> = ReLU()
    for _ in 0..<40 { deep = Sequential(deep) }
    #expect(refusal(of: Sequential(deep)) == "architecture: layers nested too deep")
  }

  @Test func kindsAreOfOneTypeEach() throws {
    let own =
      "architecture: Linear2 has the kind \"linear\", which is that of Linear: give it another"
    #expect(refusal(of: Sequential(Linear2())) == own)
    #expect(message([], [Linear2.self]) == "model: \(own)")
    let two =
      "architecture: OtherScaling has the kind \"scaling\", which is that of Scaling: give it "
      + "another"
    #expect(refusal(of: Sequential(Scaling(2), OtherScaling())) == two)
    #expect(message([], [Scaling.self, OtherScaling.self]) == "model: \(two)")
    #expect(
      refusal(of: Shared())
        == "architecture: Shared has the kind \"shared\", which no layer can have")
    // A type may be named twice, and one of this package too.
    let bytes = ModelContents(.own).bytes
    _ = try ModelFile.load(from: bytes, layers: layersOfOthers + [Scaling.self, Linear.self])
  }

  @Test func kindsThatNobodyKnowsAreNamed() {
    #expect(
      message([["type": "scaling", "columns": 3]], [])
        == "model: architecture[0].type: \"scaling\" is no layer that is known here; if it is your "
        + "own, load with layers: [its type]")
  }

  @Test(
    arguments: [
      ([["type": "scaling"]], "[0]: the member \"columns\" is missing"),
      ([["type": "scaling", "columns": nil]], "[0]: the member \"columns\" is missing"),
      ([["type": "rows", "extents": [3, nil]]], "[0].extents[1]: a value expected"),
      (
        [["type": "scaling", "columns": .integer(1 << 40)]],
        "[0].columns: 1099511627776 where a whole number from 0 on up to 2147483647 is expected"
      ),
      (
        [["type": "rows", "extents": [3, "a"]]], "[0].extents[1]: a whole number from 0 on expected"
      ),
      ([["type": "rows", "extents": [3]]], "[0].extents: two expected"),
      (
        [["type": "relu"], ["type": "rows", "extents": [3, 4]]],
        "[1]: Rows(extents: [3, 4]) does not make a Tensor<Float> of a Tensor<Float>"
      ),
      (
        ["type": "rated-residual", "inner": ["type": "tanh"], "rate": 1],
        ": the member \"name\" is missing"
      ),
      (
        ["type": "rated-residual", "inner": [["type": "tanh"]], "rate": 1, "name": ""],
        ".inner: a layer expected"
      ),
      (
        [
          "type": "rated-residual", "inner": ["type": "rows", "extents": [3, 3]], "rate": 1,
          "name": "",
        ],
        ".inner: Rows(extents: [3, 3]) where any Layer<Tensor<Float>, Tensor<Float>> is expected"
      ),
      (
        [
          [
            "type": "sequential",
            "layers": [
              ["type": "linear", "inputs": 2, "outputs": 3, "bias": true],
              ["type": "linear", "inputs": 2, "outputs": 3, "bias": true],
            ],
          ]
        ],
        "[0].layers[1]: Linear(2, 3) expects 2 inputs and gets 3 from Linear(2, 3)"
      ),
      ([["type": "sequential", "layers": 3]], "[0].layers: a list expected"),
      ([["type": "sequential"]], "[0]: the member \"layers\" is missing"),
      ([["type": "shared"]], "[0]: the member \"layer\" is missing"),
      (
        [["type": "shared", "layer": "architecture[0]"]],
        "[0].layer: \"architecture[0]\" is no layer before this one"
      ),
    ] as [(JSON, String)])
  func eachHasItsPlace(layers: JSON, problem: String) {
    #expect(message(layers) == "model: architecture\(problem)")
  }

  /// A few lines that name each other would make more layers than memory holds.
  @Test func layersThatNameEachOtherAreCounted() {
    var layers: [JSON] = [["type": "linear", "inputs": 1, "outputs": 1, "bias": true]]
    for number in 0..<60 {
      let again: JSON = ["type": "shared", "layer": .string("architecture[\(number)]")]
      layers.append(["type": "sequential", "layers": [again, again]])
    }
    #expect(
      message(.array(layers))?.hasSuffix("layer: there are more than 32768 layers") == true)
  }

  @Test func moreLayersThanAModelHasAreRefused() throws {
    let relu: JSON = ["type": "relu"]
    #expect(
      message(.array(.init(repeating: relu, count: 1 << 15 + 1)))
        == "model: architecture[32768]: there are more than 32768 layers")
    var contents = ModelContents()
    contents.parts = []
    contents.metadata = ["architecture": .array(.init(repeating: relu, count: 1 << 14))]
    let model = try ModelFile.load(from: contents.bytes).makeModel()
    #expect(model(Tensor<Float>([[-1, 2]])).scalars == [0, 2])
  }

  @Test func weightsAreThoseOfTheLayers() {
    #expect(
      message([["type": "scaling", "columns": 3]])
        == "model: 0.factor: the architecture has it, the weights do not")
  }
}
