// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Parts of a model file that are right by themselves and do not fit together, or that nothing
/// could be done with: the error names the place.
struct UnfitModelTests {
  typealias Change = @Sendable (inout ModelContents) -> Void

  /// The message of loading a good file after a change.
  private func message(
    _ kind: ModelContents.Kind = .none, _ change: Change
  ) -> String? {
    var contents = ModelContents(kind)
    change(&contents)
    let error = #expect(throws: FileError.self) {
      try ModelFile.load(from: contents.bytes, name: "model")
    }
    #expect(error?.kind == .malformed)
    return error?.description
  }

  private func architecture(_ layers: JSON) -> String? {
    message { $0.metadata["architecture"] = layers }
  }

  private func linear(_ inputs: Int, _ outputs: Int, bias: Bool = true) -> JSON {
    [
      "type": "linear", "inputs": .integer(inputs), "outputs": .integer(outputs),
      "bias": .bool(bias),
    ]
  }

  @Test func layersFollowEachOther() {
    #expect(
      architecture([linear(4, 16), ["type": "relu"], linear(8, 2)])
        == "model: architecture[2]: Linear(8, 2) expects 8 inputs and gets 16 from Linear(4, 16)")
  }

  @Test func layersHaveUnits() {
    #expect(
      architecture([linear(4, 0)])
        == "model: architecture[0].outputs: 0 where 1 or more are expected")
    #expect(
      architecture([linear(0, 3, bias: false)])
        == "model: architecture[0].inputs: 0 where 1 or more are expected for want of a bias")
    #expect(
      architecture([linear(4_611_686_018_427_387_904, 8)])
        == "model: architecture[0]: the shape [4611686018427387904, 8] has more elements than can "
        + "be counted"
    )
  }

  @Test func layersHaveTheWeightsOfTheFile() {
    #expect(
      architecture([linear(1 << 40, 3)])
        == "model: 0.weight: has the shape [4, 3], in the architecture the shape [1099511627776, 3]"
    )
    #expect(
      architecture([["type": "relu"], linear(4, 3)])
        == "model: 1.weight: the architecture has it, the weights do not")
    #expect(
      architecture([linear(4, 3)]) == "model: 3.weight: belongs to no layer of the architecture")
  }

  @Test func classesAreTheOutputs() {
    #expect(
      message { $0.metadata["classNames"] = ["a", "b"] }
        == "model: classNames: 2 names for 3 outputs")
    #expect(
      message { $0.metadata["classNames"] = ["a", "b", "a"] }
        == "model: classNames[2]: \"a\" stands there twice")
    // A target alone says how many outputs there are.
    #expect(
      message {
        $0.metadata["architecture"] = nil
        $0.metadata["classNames"] = ["a"]
      } == "model: classNames: 1 name for 3 outputs")
  }

  /// Names differ by bytes, as tables and other languages hold it.
  @Test func composedAndDecomposedNamesAreTwo() throws {
    var contents = ModelContents()
    let names: [String] = ["cafe\u{301}", "", "caf\u{E9}"]
    contents.metadata["classNames"] = .array(names.map(JSON.string))
    let file = try ModelFile.load(from: contents.bytes)
    let bytes = names.map { Array($0.utf8) }
    #expect(file.classNames.map { Array($0.utf8) } == bytes)
  }

  /// d11 (sklearn#17794): a scale of 0 or NaN.
  @Test func columnsAreTheInputs() {
    func preprocessing(_ inputs: JSON, target: JSON = nil) -> String? {
      message { $0.metadata["preprocessing"] = ["inputs": inputs, "target": target] }
    }
    func standardized(_ mean: JSON, _ scale: JSON, _ missing: JSON) -> JSON {
      ["name": "x", "type": "standardized", "mean": mean, "scale": scale, "missing": missing]
    }
    func oneHot(_ categories: JSON) -> JSON {
      ["name": "c", "type": "oneHot", "categories": categories]
    }
    #expect(
      preprocessing([standardized(0, 1, 0), oneHot(["a", "b"])])
        == "model: preprocessing.inputs: makes 3 inputs, the model expects 4")
    #expect(
      preprocessing([oneHot(["a", "b", "c", "d"])], target: standardized(0, 1, 0))
        == "model: preprocessing.target: stands for 1 output, the model has 3")
    #expect(
      preprocessing([oneHot([])]) == "model: preprocessing.inputs[0]: has no categories")
    #expect(
      preprocessing([oneHot(["a", "b", "c", "b"])])
        == "model: preprocessing.inputs[0].categories[3]: \"b\" stands there twice")
    #expect(
      preprocessing([oneHot(["a", "b", "c", "d"])], target: oneHot(["x", "y", "x"]))
        == "model: preprocessing.target.categories[2]: \"x\" stands there twice")
    #expect(
      preprocessing([standardized(0, .number(.leastNonzeroMagnitude), 0)])
        == "model: preprocessing.inputs[0]: mean 0.0, scale 5e-324, missing 0.0 are no numbers to "
        + "standardize with")
    #expect(
      preprocessing([standardized("raw:1e400", 1, 0)])
        == "model: preprocessing: \"1e400\" is not a number that a Double holds")
  }

  @Test func theSummaryIsAnObject() {
    #expect(message { $0.metadata["summary"] = 3 } == "model: summary: an object expected")
  }

  @Test(
    arguments: [
      (.plain, "learningRate", "raw:1e39", "inf where a finite number of 0 or more is expected"),
      (.plain, "learningRate", -0.1, "-0.1 where a finite number of 0 or more is expected"),
      (.plain, "momentum", 1, "1.0 where a number in 0 ..< 1 is expected"),
      // Below 1, but not as the Float that the optimizer is given.
      (.adam, "beta1", 0.999_999_999, "1.0 where a number in 0 ..< 1 is expected"),
      (.adam, "beta2", -0.5, "-0.5 where a number in 0 ..< 1 is expected"),
      (.adam, "epsilon", -1, "-1.0 where a finite number of 0 or more is expected"),
      (.adamW, "weightDecay", 1e300, "inf where a finite number of 0 or more is expected"),
      (.adam, "weightDecay", -1, "-1.0 where a finite number of 0 or more is expected"),
      (.adam, "momentum", 0, "is no setting of Adam"),
      (.rmsProp, "alpha", 1, "1.0 where a number in 0 ..< 1 is expected"),
      (.rmsProp, "isCentered", 2, "2.0 where 0 or 1 is expected"),
      (.lion, "beta2", 1, "1.0 where a number in 0 ..< 1 is expected"),
    ] as [(ModelContents.Kind, String, JSON, String)])
  func settingsAreThoseOfTheInitialisers(
    kind: ModelContents.Kind, name: String, value: JSON, problem: String
  ) {
    let found = message(kind) { contents in
      guard case .object(var members)? = contents.metadata["optimizer"]?["settings"] else { return }
      members.removeAll { $0.name == name }
      contents.setOptimizer("settings", .object(members + [.init(name, value)]))
    }
    #expect(found == "model: optimizer.settings.\(name): \(problem)")
  }

  @Test func thereAreNoMoreTensorsThanAModelHas() {
    #expect(
      message { contents in
        contents.metadata["architecture"] = nil
        contents.parts = (0...1 << 17).map { .init("\($0)", [0], []) }
      } == "model: holds 131073 tensors, and a model file may hold 131072")
  }

  @Test func thereAreNoMoreGroupsThanAnOptimizerHas() {
    #expect(
      message(.momentum) { contents in
        guard case .object(let members)? = contents.metadata["optimizer"] else { return }
        let group: JSON = [
          "kind": "SGD", "settings": ["learningRate": 0.1, "momentum": 0], "parameters": [],
        ]
        let groups = JSON.array(.init(repeating: group, count: 1025))
        contents.metadata["optimizer"] = .object(members + [.init("groups", groups)])
      } == "model: optimizer.groups: 1025 where up to 1024 are expected")
  }

  @Test func noSettingIsMissing() {
    #expect(
      message(.plain) { $0.setOptimizer("settings", ["learningRate": 0.1]) }
        == "model: optimizer.settings: the member \"momentum\" is missing")
  }

  @Test("The step after the last can be counted", arguments: [Int.max, .max - 1, 1 << 53 + 1])
  func stepsAreCounted(count: Int) {
    #expect(
      message(.adam) { $0.setOptimizer("stepCount", .integer(count)) }
        == "model: optimizer.stepCount: \(count) where a whole number in 0 ... 9007199254740992 is "
        + "expected")
  }

  @Test func stateIsWhatTheOptimizerKeeps() {
    func number(_ kind: ModelContents.Kind, _ name: String, _ number: Float) -> String? {
      message(kind) { contents in
        let index = contents.parts.firstIndex { $0.name == name }!
        contents.parts[index] = .init(name, [3], [0, 0, number])
      }
    }
    let end = "; training cannot go on from it"
    #expect(
      number(.adam, "optimizer/secondMoment/0.bias", -1)
        == "model: optimizer/secondMoment/0.bias: element 2 is -1.0\(end)")
    #expect(
      number(.adamW, "optimizer/secondMoment/0.bias", .infinity)
        == "model: optimizer/secondMoment/0.bias: element 2 is inf\(end)")
    #expect(
      number(.adam, "optimizer/firstMoment/0.bias", .nan)
        == "model: optimizer/firstMoment/0.bias: element 2 is nan\(end)")
    #expect(
      number(.groups, "optimizer/squareSum/0.bias", -1)
        == "model: optimizer/squareSum/0.bias: element 2 is -1.0\(end)")
    #expect(
      message(.groups) { contents in
        let index = contents.parts.firstIndex { $0.name == "optimizer/velocity/0.weight" }!
        contents.parts[index] = .init("optimizer/velocity/0.weight", [3], [0, 0, 1])
      }
        == "model: optimizer/velocity/0.weight: has the shape [3], which Muon cannot train: "
        + "it is no matrix")
    #expect(
      number(.momentum, "optimizer/velocity/0.bias", -.infinity)
        == "model: optimizer/velocity/0.bias: element 2 is -inf\(end)")
    #expect(
      message(.momentum) { $0.parts.append(.init("optimizer/speed/0.bias", [1], [0])) }
        == "model: optimizer/speed/0.bias: is nothing that SGD made so keeps")
    #expect(
      message(.plain) { $0.parts.append(.init("optimizer/velocity/0.bias", [1], [0])) }
        == "model: optimizer/velocity/0.bias: is nothing that SGD made so keeps")
    #expect(
      message(.adam) { $0.parts.removeAll { $0.name == "optimizer/secondMoment/0.bias" } }
        == "model: optimizer/firstMoment/0.bias: has the shape [3], and the secondMoment beside it "
        + "is missing or has another")
    #expect(
      message(.momentum) { contents in
        let index = contents.parts.firstIndex { $0.name == "optimizer/velocity/0.bias" }!
        contents.parts[index] = .init("optimizer/velocity/0.bias", "I32", [1], [0, 0, 0, 0])
      } == "model: optimizer/velocity/0.bias: holds int32, not float32")
  }

  /// Groups of parameters, each with a rule.
  @Test func groupsFitTogether() {
    func message(_ change: Change) -> String? {
      self.message(.momentum) { contents in
        guard case .object(let members)? = contents.metadata["optimizer"] else { return }
        let weights: [JSON] = ["0.weight", "3.weight", "5.weight"]
        let settings: JSON = ["learningRate": 0.1, "momentum": 0.75]
        let groups: JSON = [
          ["kind": "SGD", "settings": settings, "parameters": .array(weights)],
          ["kind": "SGD", "settings": settings, "parameters": ["0.bias", "5.bias"]],
        ]
        contents.metadata["optimizer"] = .object(members + [.init("groups", groups)])
        change(&contents)
      }
    }
    func group(_ second: JSON) -> Change {
      { contents in
        let first: JSON = [
          "kind": "SGD", "settings": ["learningRate": 0.1, "momentum": 0.75],
          "parameters": ["0.weight", "3.weight", "5.weight"],
        ]
        contents.setOptimizer("groups", [first, second])
      }
    }
    #expect(
      message { $0.setOptimizer("groups", []) }
        == "model: optimizer.groups: one group or more expected")
    #expect(
      message(group(["kind": "Adam", "settings": ["learningRate": 1], "parameters": []]))
        == "model: optimizer.groups[1].settings: the member \"beta1\" is missing")
    #expect(
      message(
        group([
          "kind": "SGD", "settings": ["learningRate": 1, "momentum": 0],
          "parameters": ["0.bias", "5.bias"],
        ])) == "model: optimizer/velocity/0.bias: is nothing that SGD made so keeps")
    #expect(
      message(
        group([
          "kind": "SGD", "settings": ["learningRate": 1, "momentum": 0.75],
          "parameters": ["0.bias", "5.bias", "5.weight"],
        ])) == "model: optimizer.groups[5]: \"5.weight\" stands there twice")
    #expect(
      message(
        group([
          "kind": "SGD", "settings": ["learningRate": 1, "momentum": 2], "parameters": ["0.bias"],
        ]))
        == "model: optimizer.groups[1].settings.momentum: 2.0 where a number in 0 ..< 1 is expected"
    )
    #expect(
      message(group(["kind": "SGD", "settings": ["learningRate": 1, "momentum": 0.5]]))
        == "model: optimizer.groups[1]: the member \"parameters\" is missing")
  }

  /// Numbers of other parameters than the optimizer's are found when it is to be restored: a file
  /// cannot know which parameters it is for.
  @Test func stateOfOtherParametersIsRefused() throws {
    var contents = ModelContents(.momentum)
    let index = contents.parts.firstIndex { $0.name == "optimizer/velocity/0.bias" }!
    contents.parts[index] = .init("optimizer/velocity/0.bias", [2], [0, 0])
    let file = try ModelFile.load(from: contents.bytes, name: "model")
    let model = try file.makeModel()
    let optimizer = Optimizer(SGD(learningRate: 1, momentum: 0.75), for: model.parameters)
    let error = #expect(throws: FileError.self) { try file.restore(optimizer) }
    #expect(
      error?.description
        == "model: optimizer/velocity/0.bias: has the shape [2], the model's the shape [3]")
    #expect(optimizer.learningRate == 1 && optimizer.stepCount == 0)
  }

  /// A diverged model may be looked at: it predicts NaN.
  @Test func weightsThatAreNotFiniteLoad() throws {
    var contents = ModelContents()
    contents.parts[1] = .init("0.bias", [3], [.nan, .infinity, -1])
    let file = try ModelFile.load(from: contents.bytes)
    #expect(try file.makeModel()(Tensor<Float>.zeros([1, 4])).scalars.allSatisfy(\.isNaN))
  }

  /// Made elsewhere, a file may have settings that are no Floats.
  @Test func settingsOfOthersAreRounded() throws {
    let file = try ModelFile.load(from: ModelContents(.adamW).bytes)
    let model = try file.makeModel()
    let optimizer = Optimizer(AdamW(weightDecay: 0.1), for: model.parameters)
    try file.restore(optimizer)
    #expect(optimizer.learningRate == 0.01 && optimizer.stepCount == 7)
  }
}

extension ModelContents {
  /// Replaces a member of the optimizer's metadata.
  mutating func setOptimizer(_ name: String, _ value: JSON) {
    guard case .object(let members)? = metadata["optimizer"] else { return }
    metadata["optimizer"] = .object(members.map { $0.name == name ? .init(name, value) : $0 })
  }
}
