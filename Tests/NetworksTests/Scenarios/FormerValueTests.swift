// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Testing

/// A loss that reaches a trained parameter only as it was before would leave it out silently.
struct FormerValueTests {
  /// tanh(x • a) • b, whose first layer can be computed apart.
  struct Net: Layer {
    let first: Parameter, second: Parameter
    var parameters: Parameters { ["first": first, "second": second] }

    init() {
      first = Parameter(value: Tensor<Float>.normal([3, 4], key: RandomKey(seed: 1)))
      second = Parameter(value: Tensor<Float>.normal([4, 2], key: RandomKey(seed: 2)))
    }

    func hidden(_ x: Tensor<Float>) -> Tensor<Float> { tanh(x • first.value) }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { hidden(x) • second.value }
  }

  private static let x = Tensor<Float>.normal([5, 3], key: RandomKey(seed: 3))
  private static let key = RandomKey(seed: 4)

  init() { Plan.verifiesByDefault = true }

  enum Kind: String, CaseIterable, Codable {
    case sgd, momentum, adam

    func optimizer(_ parameters: Parameters) -> Optimizer<AnyRule> {
      switch self {
      case .sgd: Optimizer(AnyRule(SGD(learningRate: 0.1)), for: parameters)
      case .momentum: Optimizer(AnyRule(SGD(learningRate: 0.1, momentum: 0.9)), for: parameters)
      case .adam: Optimizer(AnyRule(AdamW(learningRate: 0.01)), for: parameters)
      }
    }
  }

  /// How a former value comes into the loss.
  enum Way: String, CaseIterable, Codable {
    case leaf, tensor, readTensor, readLater, readDeepDown, afterOthersWithNumbers, assigned
    case otherStructureKnown

    /// Takes steps, the last of them with a loss that must be refused.
    func train(_ net: Net, _ optimizer: Optimizer<AnyRule>) {
      let x = FormerValueTests.x
      let weight = net.first.value, hidden = net.hidden(x)
      func step(_ hidden: Tensor<Float>) {
        optimizer.minimize((hidden • net.second.value).squared().mean())
      }
      switch self {
      case .leaf:
        step(net.hidden(x))
        step(tanh(x • weight))
      case .tensor:
        step(hidden)
        step(hidden)
      case .readTensor:
        _ = hidden.scalars
        step(hidden)
        step(hidden)
      case .readLater:
        step(hidden)
        _ = hidden.scalars
        step(hidden)
      case .readDeepDown:
        let sum = (hidden + 1).named("sum"), other = sum * 2
        _ = (sum.scalars, other.scalars)
        step(net.hidden(x))
        step(other - sum)
      case .afterOthersWithNumbers:
        // The same structure with numbers from elsewhere is legal, and is known then.
        let plain = Tensor<Float>.normal([5, 4], key: FormerValueTests.key)
        _ = (plain.scalars, hidden.scalars)
        step(net.hidden(x))
        step(plain)
        step(plain)
        step(hidden)
      case .assigned:
        net.first.value = net.first.value * 2
        step(hidden)
      case .otherStructureKnown:
        // The former value of another parameter, which the loss reaches as it is now as well.
        let legal = Tensor<Float>.ones([5, 2]) • net.second.value.transposed()
        _ = (legal.scalars, hidden.scalars)
        step(net.hidden(x))
        step(legal)
        step(hidden)
      }
    }
  }

  @Test("Refused, with the path and the fix", arguments: Way.allCases, Kind.allCases)
  func partlyFormer(way: Way, kind: Kind) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [way = way as Way, kind = kind as Kind] in
      let net = Net()
      way.train(net, kind.optimizer(net.parameters))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    let message =
      "minimize: the loss reaches first only through a value from before it was last changed. "
      + "Fix: compute the loss from the model after the last step."
    #expect(text.contains("NetworksTests/FormerValueTests.swift:"), "\(text)")
    #expect(text.contains(message), "\(text)")
  }

  @Test("In a recorded step, from outside", arguments: Kind.allCases, [false, true])
  func fromOutsideARecording(kind: Kind, reads: Bool) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [kind = kind as Kind, reads = reads as Bool] in
      let net = Net(), optimizer = kind.optimizer(net.parameters)
      let hidden = net.hidden(FormerValueTests.x)
      if reads { _ = hidden.scalars }
      let step = optimizer.recorded { (scale: Tensor<Float>) in
        (scale * (hidden • net.second.value)).squared().mean()
      }
      step(Tensor(1))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    let message =
      "minimize: the loss reaches first only through a tensor from outside the recorded function. "
      + "Fix: read the model inside the recorded function."
    #expect(text.contains(message), "\(text)")
  }

  @Test func allFromOutsideARecording() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let net = Net(), optimizer = Kind.sgd.optimizer(net.parameters)
      let made = net(FormerValueTests.x)
      let step = optimizer.recorded { (scale: Tensor<Float>) in (scale * made).squared().mean() }
      step(Tensor(1))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("depends on no current value of any of the 2 parameters. "), "\(text)")
    #expect(text.contains("Fix: read the model inside the recorded function."), "\(text)")
  }

  @Test("Old and new values together", arguments: Kind.allCases, [false, true])
  func proximalTerms(kind: Kind, reads: Bool) {
    let net = Net(), optimizer = kind.optimizer(net.parameters)
    let reference = Net(), plain = kind.optimizer(reference.parameters)
    let old = net.first.value
    let numbers = Tensor<Float>(shape: [3, 4], scalars: reference.first.value.scalars)
    for step in 0..<4 {
      if reads, step == 1 { _ = net.hidden(FormerValueTests.x).scalars }
      let loss = net(FormerValueTests.x).squared().mean()
      let expected = reference(FormerValueTests.x).squared().mean()
      // In the first step the old value is the one of now, and is trained.
      let anchor = step == 0 ? net.first.value : old
      let other = step == 0 ? reference.first.value : numbers
      optimizer.minimize(loss + (net.first.value - anchor).squared().sum())
      plain.minimize(expected + (reference.first.value - other).squared().sum())
      #expect(net.first.value.scalars == reference.first.value.scalars)
      #expect(net.second.value.scalars == reference.second.value.scalars)
    }
  }

  @Test(arguments: Kind.allCases)
  func whatTheLossDoesNotReachStays(kind: Kind) {
    let net = Net(), optimizer = kind.optimizer(net.parameters)
    let start = net.first.value.scalars
    let hidden = net.hidden(FormerValueTests.x)
    for step in 0..<4 {
      // Detached, compared, or numbers: no derivative goes through it.
      let features = step % 2 == 0 ? hidden.detached() : Tensor<Float>(hidden .> 0)
      optimizer.minimize((features • net.second.value).squared().mean())
    }
    #expect(net.first.value.scalars == start)
  }

  @Test("Parameters that another optimizer trains", arguments: Kind.allCases, [false, true])
  func twoModels(kind: Kind, reads: Bool) {
    let one = Net(), other = Net()
    let first = kind.optimizer(["w": one.second]), second = kind.optimizer(other.parameters)
    for _ in 0..<3 {
      // What the other one made, as it was before its step.
      let made = one(FormerValueTests.x)
      if reads { _ = made.scalars }
      first.minimize(one(FormerValueTests.x).squared().mean())
      second.minimize((made - other(FormerValueTests.x)).squared().mean())
      first.minimize((one(FormerValueTests.x) - other(FormerValueTests.x)).squared().mean())
    }
    #expect(one.second.value.scalars != Net().second.value.scalars)
    #expect(one.first.value.scalars == Net().first.value.scalars)
  }

  @Test func tiedWeights() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let tied = Parameter(value: Tensor<Float>.ones([2, 2])), other = Parameter(value: [1, 2])
      let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["a": tied, "b": tied, "c": other])
      let y = tied.value.sum()
      optimizer.minimize(y * other.value.sum())
      // One place reaches the value of now: legal. None does: not.
      optimizer.minimize(y * (other.value.sum() + tied.value.sum()))
      optimizer.minimize(y * other.value.sum())
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("the loss reaches a only through"), "\(text)")
    #expect(text.contains("FormerValueTests.swift:\(#line - 11): "), "\(text)")
  }

  /// A loss of before is a number in the loss of now.
  @Test func endedLosses() {
    let net = Net(), optimizer = Optimizer(SGD(learningRate: 0.1), for: net.parameters)
    let old = net.first.value
    var before = Tensor<Float>(0)
    for _ in 0..<4 {
      let loss =
        (net.hidden(FormerValueTests.x) • net.second.value).squared().mean()
        + 0.1 * before + (old * 0).sum()
      optimizer.minimize(loss)
      before = loss
      optimizer.minimize(net.second.value.squared().sum() + 0.1 * before)
    }
    #expect(net.second.value.scalars != Net().second.value.scalars)
  }
}
