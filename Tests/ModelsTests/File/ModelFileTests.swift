// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct ModelFileTests {
  private let folder = TemporaryFolder()
  private let model = Sequential(
    Linear(64, 16), ReLU(), Dropout(0.25), Linear(16, 12, bias: false), Tanh(), Linear(12, 10)
  ).initialized(seed: 7)
  private let preprocessing = Preprocessing(
    inputs: [
      .init("size", .standardized(mean: 0.1, scale: 1e-7, missing: -3)),
      .init("stä\"dt", .oneHot(categories: ["Köln", "", "a\nb"] + (3..<63).map(String.init))),
    ], targets: [.init("kind", .oneHot(categories: (0..<10).map { "\($0)" }))])

  private let classNames = [
    "a", "b", "ü", "", "\"", "\u{2028}", "\0", "\u{1B}[1m", "👩‍👩‍👧", "u\u{308}",
  ]

  private var path: String { folder.file("model.safetensors") }

  @Test func everythingComesBack() throws {
    let key = RandomKey(seed: .max).folding(in: 3)
    try ModelFile(
      model, preprocessing: preprocessing, classNames: classNames,
      summary: ["epochs": 20, "losses": [0.5, 0.25], "note": nil],
      randomKeys: ["dropout": key, "order": RandomKey(seed: 0)]
    ).save(to: path)
    let file = try ModelFile.load(at: path)
    #expect(try file.architecture == Architecture(of: model))
    #expect(file.preprocessing == preprocessing)
    #expect(file.classNames == classNames)
    #expect(file.summary == ["epochs": 20, "losses": [0.5, 0.25], "note": nil])
    #expect(file.randomKeys == ["dropout": key, "order": RandomKey(seed: 0)])
    #expect(file.optimizer == nil)
    let x = Digits.test.inputs
    #expect(try file.makeModel()(x).scalars == model(x).scalars)
    #expect(folder.names == ["model.safetensors"])
  }

  /// A weight of the same name to Swift, in other bytes, is another one.
  @Test func aSecondFormOfANameIsNotLeftOut() throws {
    let one: Parameters = ["u\u{308}": Parameter(value: [1])]
    var file = ModelFile(one)
    file.weights.add("ü", Tensor<Float>([2]))
    try file.save(to: path)
    let error = #expect(throws: FileError.self) { try ModelFile.load(at: path).restore(one) }
    #expect(error?.problem == "the file has it, the model does not")
  }

  /// Files that Scripts/fixtures/models.py wrote, and NumPy's outputs. Their settings are no
  /// Floats.
  @Test func filesOfOthersLoad() throws {
    for line in try String(contentsOfFile: Fixture.path("models.txt"), encoding: .utf8)
      .split(separator: "\n")
    {
      let words = line.split(separator: " "), numbers = words.dropFirst().map { Float($0)! }
      let file = try ModelFile.load(at: Fixture.path(String(words[0])))
      let model = try file.makeModel()
      let y = model(Tensor(shape: [1, 4], scalars: Array(numbers.prefix(4))))
      #expect(y.isClose(to: Tensor(shape: [1, 3], scalars: Array(numbers.dropFirst(4)))))
      let rule =
        file.optimizer?.kind == "SGD"
        ? AnyRule(SGD(learningRate: 1, momentum: 0.9)) : AnyRule(AdamW())
      let optimizer = Optimizer(rule, for: model.parameters)
      try file.restore(optimizer)
      #expect(optimizer.stepCount == 12)
    }
  }

  @Test func theLeastComesBack() throws {
    let w = Parameter(value: Tensor<Float>([1, 2]))
    try ModelFile(["w": w] as Parameters).save(to: path)
    let file = try ModelFile.load(at: path)
    #expect(file.weights.names == ["w"] && file.classNames == [] && file.summary == [:])
    let again = Parameter(shape: [2], .zeros)
    try file.restore(["w": again] as Parameters)
    #expect(again.value.scalars == [1, 2])
    let error = #expect(throws: FileError.self) { try file.makeModel() }
    #expect(
      error?.description
        == "\(path): holds no architecture, for a layer of its model was no StoredLayer; make the "
        + "model yourself and use restore(_:)")
  }

  /// asi#989, spaCy#10217, sd-scripts#2068: JSON has no NaN.
  @Test func aSummaryWithoutANumberHasNull() throws {
    let file = ModelFile(["w": Parameter(value: Tensor<Float>([1]))] as Parameters)
    var diverged = file
    diverged.summary = ["loss": .number(.nan), "best": .number(.infinity), "epochs": 2]
    try diverged.save(to: path)
    #expect(try ModelFile.load(at: path).summary == ["loss": nil, "best": nil, "epochs": 2])
  }

  @Test func aTiedWeightIsWrittenOnce() throws {
    let shared = Parameter(value: Tensor<Float>([1, 2]))
    try ModelFile(["a": shared, "b": shared] as Parameters).save(to: path)
    let file = try ModelFile.load(at: path)
    #expect(file.weights.names == ["a"])
    let other = Parameter(shape: [2], .zeros)
    try file.restore(["a": other, "b": other] as Parameters)
    #expect(other.value.scalars == [1, 2])
  }

  @Test func laterStepsDoNotChangeWhatIsSaved() throws {
    let w = Parameter(value: Tensor<Float>([1, 2]))
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
    let file = ModelFile(["w": w] as Parameters)
    optimizer.minimize(w.value.squared().sum())
    try file.save(to: path)
    #expect(try ModelFile.load(at: path).weights["w"]?.scalars() == [Float(1), 2])
  }

  @Test func anotherModelIsRefusedAndStaysAsItIs() throws {
    try ModelFile(Sequential(Linear(4, 3), Linear(3, 2)).initialized(seed: 1)).save(to: path)
    let file = try ModelFile.load(at: path)
    func message(_ model: Sequential<Tensor<Float>>) -> String? {
      let before = model.parameters.map(\.parameter.value.scalars)
      let error = #expect(throws: FileError.self) { try file.restore(model) }
      #expect(model.parameters.map(\.parameter.value.scalars) == before)
      return error?.description
    }
    #expect(
      message(Sequential(Linear(4, 3), Linear(3, 1)).initialized(seed: 2))
        == "\(path): 1.weight: has the shape [3, 2], the model's the shape [3, 1]")
    #expect(
      message(Sequential(Linear(4, 3)).initialized(seed: 2))
        == "\(path): 1.weight: the file has it, the model does not")
    #expect(
      message(Sequential(Linear(4, 3), Linear(3, 2), Linear(2, 2)).initialized(seed: 2))
        == "\(path): 2.weight: the model has it, the file does not")
  }

  @Test func whatCannotBeSavedIsSaidBeforeTheFileIsTouched() throws {
    func message(_ file: ModelFile) -> String? {
      let error = #expect(throws: FileError.self) { try file.save(to: path) }
      #expect(error?.kind == .unwritable && folder.names == [])
      return error?.description
    }
    var file = ModelFile(model)
    file.architecture = try Architecture(of: Sequential(Linear(64, 10)))
    #expect(
      message(file)
        == "\(path): 0.weight: has the shape [64, 16], in the architecture the shape [64, 10]")
    file.architecture = nil
    file.summary = 3
    #expect(message(file) == "\(path): summary: an object expected")
    file.summary = [:]
    file.preprocessing = Preprocessing(
      inputs: [.init("x", .standardized(mean: 0, scale: .nan, missing: 0))])
    #expect(
      message(file)
        == "\(path): preprocessing.inputs[0]: mean 0.0, scale nan, missing 0.0 are no numbers to "
        + "standardize with")
    let taken = ModelFile(["optimizer/w": Parameter(value: Tensor<Float>([1]))] as Parameters)
    #expect(
      message(taken) == "\(path): optimizer/w: no path of a weight may start with optimizer/")
  }
}
