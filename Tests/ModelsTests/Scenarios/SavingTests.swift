// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

/// Whatever is saved loads, to the same bits; what would not load is refused while the old file is
/// still there. Reported with a learning rate that JSON could not hold (asi#989, spaCy#10217).
struct SavingTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("model.safetensors") }

  /// The message of saving over a good file, which must stay.
  private func refusal(_ file: ModelFile) throws -> String? {
    try ModelFile(["good": Parameter(value: [1, 2])] as Parameters).save(to: path)
    let error = #expect(throws: FileError.self) { try file.save(to: path) }
    #expect(error?.kind == .unwritable && error?.file == path)
    #expect(folder.names == ["model.safetensors"])
    #expect(try ModelFile.load(at: path).weights.names == ["good"])
    return error.map { String($0.description.dropFirst(path.count + 2)) }
  }

  private func checkReturn(_ file: ModelFile) throws {
    try file.save(to: path)
    expectSame(try ModelFile.load(at: path), file)
  }

  private static let rates: [Float] = [
    0, -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, 0.1, 1e38, .greatestFiniteMagnitude,
  ]
  private static let shares: [Float] = [
    0, -0.0, .leastNonzeroMagnitude, 0.9, Float(1).nextDown,
  ]

  /// Each number that an optimizer takes comes back as it was, of steps up to the largest count.
  @Test(arguments: rates, shares) func settingsComeBack(rate: Float, share: Float) throws {
    let parameters: Parameters = ["w": Parameter(value: [[1, 2]])]
    let rules = [
      AnyRule(SGD(learningRate: rate, momentum: share, isNesterov: true, weightDecay: rate)),
      AnyRule(SGD(learningRate: rate, momentum: share)),
      AnyRule(
        Adam(learningRate: rate, betas: (share, share), epsilon: rate, weightDecay: rate)),
      AnyRule(
        AdamW(learningRate: rate, betas: (share, share), epsilon: rate, weightDecay: rate)),
      AnyRule(
        RMSprop(
          learningRate: rate, alpha: share, epsilon: rate, momentum: share, isCentered: share > 0,
          weightDecay: rate)),
      AnyRule(
        Adagrad(learningRate: rate, initialAccumulator: rate, epsilon: rate, weightDecay: rate)),
      AnyRule(Lion(learningRate: rate, betas: (share, share), weightDecay: rate)),
      AnyRule(
        Muon(learningRate: rate, momentum: share, isNesterov: share == 0, weightDecay: rate)),
    ]
    for rule in rules {
      let optimizer = Optimizer(rule, for: parameters)
      optimizer.stepCount = 1 << 53
      let file = ModelFile(parameters, optimizer: optimizer)
      try checkReturn(file)
      let made = try ModelFile.load(at: path).makeOptimizer(for: parameters)
      #expect("\(made)" == "\(optimizer)")
      #expect(made.groups[0].rule == rule)
    }
  }

  @Test("State that training cannot go on from", arguments: [Float.nan, .infinity, -1])
  func stateIsRefused(number: Float) throws {
    let parameters: Parameters = ["w": Parameter(value: [1, 2])]
    let optimizer = Optimizer(Adam(), for: parameters)
    optimizer.state[0][1].value = Tensor([0, number])
    #expect(
      try refusal(ModelFile(parameters, optimizer: optimizer))
        == "optimizer/secondMoment/w: element 1 is \(number); training cannot go on from it")
    // Without the optimizer the model is saved.
    try checkReturn(ModelFile(parameters))
  }

  /// What could not be loaded is not saved; what a file cannot tell, is refused when it is used.
  @Test func aRuleThatCannotTrainAParameter() throws {
    let parameters: Parameters = ["w": Parameter(value: [1, 2])]
    #expect(
      try refusal(ModelFile(parameters, optimizer: Optimizer(Muon(), for: parameters)))
        == "optimizer/velocity/w: has the shape [2], which Muon cannot train: "
        + "it is no matrix")
    let file = ModelFile(parameters, optimizer: Optimizer(Muon(momentum: 0), for: parameters))
    try checkReturn(file)
    let error = #expect(throws: FileError.self) { try file.makeOptimizer(for: parameters) }
    #expect(
      error?.problem == "\"w\" has the shape [2], which Muon cannot train: "
        + "it is no matrix")
  }

  /// d07: a diverged model may be looked at.
  @Test func weightsThatAreNotFiniteComeBack() throws {
    let numbers: [Float] = [
      .nan, .signalingNaN, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude,
    ]
    let parameters: Parameters = ["w": Parameter(value: Tensor(numbers))]
    try checkReturn(
      ModelFile(parameters, optimizer: Optimizer(SGD(learningRate: 0.1), for: parameters)))
  }

  @Test func oddNamesComeBack() throws {
    var parameters = Parameters()
    let names = ["", "\0", "\u{301}w", "a/b", "a\nb", "\"\\", "👩‍👩‍👧", "optimize", "\u{2028}"]
    for name in names { parameters.add(name, Parameter(value: [1])) }
    let rules = [
      AnyRule(SGD(learningRate: 0.1, momentum: 0.5)), AnyRule(Adam()), AnyRule(Halving()),
    ]
    for rule in rules {
      let optimizer = Optimizer(rule, for: parameters)
      let keys = Dictionary(uniqueKeysWithValues: names.map { ($0, RandomKey(seed: 1)) })
      let summary = JSON.object(names.map { .init($0, .string($0)) })
      try checkReturn(
        ModelFile(
          parameters, classNames: names, summary: summary, optimizer: optimizer, randomKeys: keys))
      try ModelFile.load(at: path).restore(optimizer)
    }
    for name in ["optimizer/w", "optimizer/\u{301}"] {
      let taken: Parameters = [name: Parameter(value: [1])]
      #expect(
        try refusal(ModelFile(taken)) == "\(name): no path of a weight may start with optimizer/")
    }
    let metadata: Parameters = ["__metadata__": Parameter(value: [1])]
    #expect(try refusal(ModelFile(metadata)) == "no tensor can be named \"__metadata__\"")
  }

  /// A rule of the user's own keeps what it likes; nobody else knows what that must be.
  @Test func rulesOfOthersComeBack() throws {
    let parameters: Parameters = ["w": Parameter(value: [1, 2])]
    let optimizer = Optimizer(Halving(share: 0.25), for: parameters)
    optimizer.minimize(parameters["w"]!.value.sum())
    #expect(parameters["w"]!.value.scalars == [0.25, 0.5])
    optimizer.state[0][0].value = Tensor([-1, Float.nan])
    try checkReturn(ModelFile(parameters, optimizer: optimizer))
    let file = try ModelFile.load(at: path)
    let again = Optimizer(Halving(share: 0.25), for: parameters)
    try file.restore(again)
    #expect(again.stepCount == 1 && again.state[0][0].value.scalars[0] == -1)
    let made = try file.makeOptimizer(for: parameters, rules: [Adam(), Halving()])
    #expect(made.groups[0].rule == AnyRule(Halving(share: 0.25)))
    #expect(made.stepCount == 1 && made.state[0][0].value.scalars[0] == -1)
    func message<Result>(_ use: () throws -> Result) -> String? {
      #expect(throws: FileError.self) { _ = try use() }?.problem
    }
    #expect(
      message { try file.makeOptimizer(for: parameters) }
        == "\"Halving\" is no rule that is known here")
    #expect(
      message { try file.restore(Optimizer(Halving(), for: parameters)) }
        == "was made with share 0.25, not 0.5")
  }

  @Test func aRuleWithTheNameOfAnotherIsRefused() throws {
    let parameters: Parameters = ["w": Parameter(value: [1, 2])]
    let message =
      "optimizer.kind: \"Adam\" is a rule of Pullback; give yours a name of its own"
    let rule = Halving(name: "Adam")
    #expect(
      try refusal(ModelFile(parameters, optimizer: Optimizer(rule, for: parameters))) == message)
    let any = Optimizer(AnyRule(rule), for: parameters)
    #expect(try refusal(ModelFile(parameters, optimizer: any)) == message)
  }

  @Test func theSmallestModelsComeBack() throws {
    try checkReturn(ModelFile(Sequential()))
    try checkReturn(ModelFile([:] as Parameters))
    let layers = Sequential(ReLU(), Dropout(0), Tanh(), Dropout(Float(1).nextDown))
    try checkReturn(ModelFile(layers, classNames: ["a", "b"]))
    // A bias alone is a model of no inputs.
    let model = Sequential(Linear(0, 2), ReLU()).initialized(seed: 1)
    try checkReturn(ModelFile(model, optimizer: Optimizer(Adam(), for: model.parameters)))
    let again = try ModelFile.load(at: path).makeModel()
    #expect(again(Tensor<Float>.zeros([3, 0])).shape == [3, 2])
  }

  @Test func aSummaryThatCouldNotBeReadIsRefused() throws {
    let parameters: Parameters = ["w": Parameter(value: [1])]
    func message(_ summary: JSON) throws -> String? {
      try refusal(ModelFile(parameters, summary: summary))
    }
    #expect(
      try message(.object([.init("a", 1), .init("a", 2)]))
        == "summary: the key \"a\" stands there twice")
    var deep: JSON = 1
    for _ in 0..<64 { deep = ["a": deep] }
    try checkReturn(ModelFile(parameters, summary: deep))
    for _ in 0..<10_000 { deep = ["a": deep] }
    #expect(try message(deep) == "summary: values nested too deep")
  }

  @Test func whatTheFormatCannotHoldIsRefused() throws {
    let shape = Shape(Array(repeating: 1, count: 65))
    let parameters: Parameters = ["w": Parameter(value: Tensor<Float>.zeros(shape))]
    #expect(try refusal(ModelFile(parameters)) == "w: has 65 axes; files hold at most 64")
    // `String(repeating:count:)` appends one character after the other.
    let long = String(decoding: [UInt8](repeating: 0x61, count: 100_000_000), as: UTF8.self)
    let named = ModelFile(["w": Parameter(value: [1])] as Parameters, classNames: [long])
    #expect(try refusal(named) == "names and metadata are too long for the format")
  }

  /// A key of a recording has no bits of its own.
  @Test func aKeyOfARecordingIsRefused() throws {
    let path = folder.file("model.safetensors")
    let problem = Problem()
    let function = recorded { (x: Tensor<Float>, key: RandomKey) in
      let file = ModelFile([:] as Parameters, randomKeys: ["dropout": key])
      do throws(FileError) { try file.save(to: path) } catch { problem.text = error.problem }
      return x
    }
    _ = function([1], RandomKey(seed: 3))
    #expect(problem.text == "stands for an argument of a recorded function and has no bits")
  }

  /// What comes out of a closure that other threads might run.
  private final class Problem: @unchecked Sendable { var text = "" }

  @Test func messagesStayOnOneLine() throws {
    var contents = ModelContents(.others)
    let names = ["a\nb", "\u{1B}[2J", String(repeating: "x", count: 100)]
    contents.metadata["classNames"] = .array(names.map(JSON.string))
    contents.setOptimizer("kind", "Mine\n")
    let text = "\(try ModelFile.load(from: contents.bytes))"
    let shown = String(repeating: "x", count: 40)
    #expect(text.contains("\nclasses: a\u{FFFD}b, \u{FFFD}[2J, \(shown)...\n"), "\(text)")
    #expect(text.contains("\noptimizer: Mine\u{FFFD}() after 7 steps\n"), "\(text)")
  }
}

/// Takes a share of each parameter and keeps how it was.
private struct Halving: UpdateRule {
  var name = "Halving"
  var learningRate: Float = 1
  var share: Float = 0.5

  var settings: [Setting<Halving>] { [Setting("share", \.share)] }
  var stateNames: [String] { ["former"] }

  func updated(
    _ w: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    state.former = w
    return w * scalars.share
  }
}
