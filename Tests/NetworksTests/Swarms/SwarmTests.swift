// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackTestSupport
import Testing

/// Each network of a swarm has the bits of the same network that is trained alone.
struct SwarmTests {
  init() { Plan.verifiesByDefault = true }

  /// A layer of the user's: of no kind that files know, with a weight at two paths.
  private struct Tied: Layer {
    let weight = Parameter(shape: [4, 4], .orthogonal), scale = Parameter(shape: [4], .constant(1))
    var parameters: Parameters { ["first": weight, "second": weight, "scale": scale] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      let h = tanh(x • weight.value) • weight.value.transposed()
      return logSoftmax(h * scale.value, along: -1)
    }
  }

  enum Architecture: String, CaseIterable {
    case dense, dropout, norms, tied, convolution, recurrent, attention

    @Sendable func make() -> Sequential<Tensor<Float>> {
      switch self {
      case .dense: Sequential(Linear(4, 16), ReLU(), Linear(16, 16), GELU(), Linear(16, 3))
      case .dropout:
        Sequential(
          Linear(4, 9), LayerNorm(9), Dropout(0.4), Tanh(), Linear(9, 9), Dropout(0.2),
          Linear(9, 3))
      case .norms:
        Sequential(
          Linear(4, 8), BatchNorm(8), SiLU(), RMSNorm(8), GroupNorm(groups: 2, channels: 8),
          Linear(8, 3))
      case .tied: Sequential(Tied(), Linear(4, 3))
      case .convolution:
        Sequential(
          Images(), Convolution2D(1, 3, kernelSize: 2, padding: 1), ReLU(), MaxPool(2, stride: 1),
          Flatten(), Linear(12, 3))
      case .recurrent: Sequential(Series(), LSTM(2, 5), Last(), Linear(5, 3))
      case .attention:
        Sequential(
          Series(), Linear(2, 4), MultiHeadAttention(4, heads: 2, isCausal: true), Last(),
          Linear(4, 3))
      }
    }
  }

  private struct Images: Layer {
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x.reshaped(to: [-1, 2, 2, 1]) }
  }

  private struct Series: Layer {
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x.reshaped(to: [-1, 2, 2]) }
  }

  private struct Last: Layer {
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x[.all, 1] }
  }

  private static let seeds: [UInt64] = [3, 9, 1 << 40 + 5, 3]
  private static let count = seeds.count
  private static let rates: [Float] = [0.1, 0.03, 0.003, 0.1]
  private static let decays: [Float] = [0, 0.1, 0.01, 0.5]

  private static func rules(_ name: String) -> [AnyRule] {
    zip(rates, decays).map { rate, decay in
      switch name {
      case "momentum": AnyRule(SGD(learningRate: rate, momentum: decay, weightDecay: decay))
      case "nesterov": AnyRule(SGD(learningRate: rate, momentum: 0.9, isNesterov: true))
      case "adam": AnyRule(Adam(learningRate: rate, weightDecay: decay))
      case "adamW": AnyRule(AdamW(learningRate: rate, weightDecay: decay))
      case "lion": AnyRule(Lion(learningRate: rate, weightDecay: decay))
      default: AnyRule(RMSprop(learningRate: rate))
      }
    }
  }

  private let x = Tensor<Float>.normal([4, 7, 4], key: RandomKey(seed: 1))
  private let y = Tensor<Float>.normal([4, 7, 3], key: RandomKey(seed: 2))
  private let labels = Tensor<Int32>(
    shape: [4, 7], scalars: (0..<28).map { Int32($0 * 5 % 3) })

  private func numbers(_ parameters: Parameters) -> [[UInt32]] {
    parameters.map { $0.parameter.value.scalars.map(\.bitPattern) }
  }

  private func key(_ step: Int) -> RandomKey { RandomKey(seed: 5).folding(in: UInt64(step)) }

  @Test(arguments: Architecture.allCases, ["momentum", "adamW"])
  func hasTheBitsOfNetworksAlone(_ architecture: Architecture, _ rule: String) {
    let rules = Self.rules(rule), swarm = Swarm(seeds: Self.seeds, architecture.make)
    let optimizer = Optimizer(rules, for: swarm)
    let step = optimizer.recorded {
      (x: Tensor<Float>, labels: Tensor<Int32>, key: RandomKey) in
      let losses = Pass.training(key: key) {
        swarm.batched(over: x, labels) { softmaxCrossEntropy($0($1), labels: $2) }
      }
      return (losses.sum(), losses)
    }
    let losses = (0..<4).map { step(x, labels, key($0)).kept.scalars }
    for number in 0..<Self.count {
      let alone = architecture.make().initialized(seed: Self.seeds[number])
      let own = Optimizer(rules[number], for: alone.parameters)
      let ownStep = own.recorded { (x: Tensor<Float>, labels: Tensor<Int32>, key: RandomKey) in
        Pass.training(key: key) { softmaxCrossEntropy(alone(x), labels: labels) }
      }
      for index in 0..<4 {
        let loss = ownStep(
          x[number], labels[number], key(index).folding(in: Self.seeds[number]))
        #expect(loss == losses[index][number])
      }
      #expect(numbers(swarm.network(number).parameters) == numbers(alone.parameters))
      let given = swarm.batched(over: x) { $0($1) }[number].scalars
      #expect(given == alone(x[number]).scalars)
    }
  }

  /// Inputs that all share, fresh steps, squared errors; equal rules and all kinds
  /// of different ones.
  @Test(arguments: ["momentum", "nesterov", "adam", "adamW", "lion", "rmsprop"], [false, true])
  func sharesInputs(_ rule: String, areEqual: Bool) {
    var rules = Self.rules(rule)
    if areEqual { rules = rules.map { _ in rules[1] } }
    let swarm = Swarm(seeds: Self.seeds, Architecture.dense.make)
    let optimizer = Optimizer(rules, for: swarm)
    optimizer.clipping = .globalNorm(0.5)
    let x = x[0]
    for _ in 0..<3 {
      optimizer.minimize(swarm.batched(over: y) { meanSquaredError($0(x), $1) }.sum())
    }
    optimizer.learningRate = 0.02
    optimizer.minimize(swarm.batched(over: y) { meanSquaredError($0(x), $1) }.sum())
    for number in 0..<Self.count {
      let alone = Architecture.dense.make().initialized(seed: Self.seeds[number])
      let own = Optimizer(rules[number], for: alone.parameters)
      own.clipping = .globalNorm(0.5)
      for step in 0..<4 {
        if step == 3 { own.learningRate = 0.02 }
        own.minimize(meanSquaredError(alone(x), y[number]))
      }
      #expect(numbers(swarm.network(number).parameters) == numbers(alone.parameters))
      #expect(swarm(shared: x)[number].scalars == alone(x).scalars)
    }
  }

  /// Rows of padding have a weight of 0: the bits are those of the rows without padding, as
  /// long as sums over rows are not cut into segments, and always those of the network alone
  /// with the same padding.
  @Test(arguments: [7, 450])
  func countsOfExamplesMayDiffer(rows: Int) {
    let counts = [rows, rows / 2, 3, 1], swarm = Swarm(seeds: Self.seeds, Architecture.dense.make)
    let x = Tensor<Float>.normal([4, rows, 4], key: RandomKey(seed: 7))
    let y = Tensor<Float>.normal([4, rows, 3], key: RandomKey(seed: 8))
    let w = Tensor<Float>(
      shape: [4, rows],
      scalars: counts.flatMap { count in (0..<rows).map { $0 < count ? 1 : 0 } })
    let optimizer = Optimizer(Self.rules("adam"), for: swarm)
    for _ in 0..<3 {
      let losses = swarm.batched(over: x, y, w) { meanSquaredError($0($1), $2, weights: $3) }
      optimizer.minimize(losses.sum())
    }
    for number in 0..<Self.count {
      func train(_ x: Tensor<Float>, _ y: Tensor<Float>, _ w: Tensor<Float>?) -> [[UInt32]] {
        let alone = Architecture.dense.make().initialized(seed: Self.seeds[number])
        let own = Optimizer(Self.rules("adam")[number], for: alone.parameters)
        for _ in 0..<3 { own.minimize(meanSquaredError(alone(x), y, weights: w)) }
        return numbers(alone.parameters)
      }
      let swarms = numbers(swarm.network(number).parameters), own = 0..<counts[number]
      #expect(swarms == train(x[number], y[number], w[number]))
      if rows <= 400 { #expect(swarms == train(x[number][own], y[number][own], nil)) }
    }
  }

  @Test func oneTakenOutGoesOn() throws {
    let swarm = Swarm(seeds: Self.seeds, Architecture.dropout.make)
    let optimizer = Optimizer(Self.rules("adamW"), for: swarm)
    optimizer.accumulation = 2
    func step(_ index: Int) {
      optimizer.minimize(
        Pass.training(key: key(index)) {
          swarm.batched(over: x, y) { meanSquaredError($0($1), $2) }.sum()
        })
    }
    for index in 0..<4 { step(index) }
    let model = swarm.network(2), own = optimizer.network(2, for: model)
    own.accumulation = 2
    for index in 4..<8 {
      step(index)
      own.minimize(
        Pass.training(key: key(index).folding(in: Self.seeds[2])) {
          meanSquaredError(model(x[2]), y[2])
        })
    }
    #expect(own.stepCount == optimizer.stepCount && own.learningRate == 0.003)
    #expect(numbers(model.parameters) == numbers(swarm.network(2).parameters))
  }

  /// What one of the networks keeps is kept for all: also where it is not the first.
  @Test(arguments: [[0, 0.9], [0.9, 0]])
  func stateIsThatOfAllNetworks(momenta: [Float]) throws {
    func make() -> (Swarm<Linear>, Optimizer<SGD>) {
      let swarm = Swarm(2) { Linear(1, 1, bias: false, initialization: .constant(4)) }
      return (swarm, Optimizer(momenta.map { SGD(learningRate: 0.1, momentum: $0) }, for: swarm))
    }
    func step(_ swarm: Swarm<Linear>, _ optimizer: Optimizer<SGD>) {
      optimizer.minimize(swarm.batched { net in net([[1]]).squared().sum() }.sum())
    }
    let (swarm, optimizer) = make()
    for _ in 0..<3 { step(swarm, optimizer) }
    let folder = TemporaryFolder(), path = folder.file("s.safetensors")
    try ModelFile(swarm, optimizer: optimizer).save(to: path)
    let (other, loaded) = make(), read = try ModelFile.load(at: path)
    try read.restore(other)
    try #require(read.optimizer).restore(loaded)
    let models = (0..<2).map { swarm.network($0) }
    let alone = (0..<2).map { optimizer.network($0, for: models[$0]) }
    for _ in 0..<3 {
      step(swarm, optimizer)
      step(other, loaded)
      for (model, own) in zip(models, alone) { own.minimize(model([[1]]).squared().sum()) }
    }
    #expect(numbers(other.parameters) == numbers(swarm.parameters))
    for index in 0..<2 {
      #expect(numbers(models[index].parameters) == numbers(swarm.network(index).parameters))
    }
  }

  /// What one begins to keep starts at 0, whatever is kept for the others.
  @Test func networksBeginToKeepAtTheirOwnTime() {
    let swarm = Swarm(2) { Linear(1, 1, initialization: .constant(4)) }
    let optimizer = Optimizer(
      [0, 0.9].map { SGD(learningRate: 0.1, momentum: $0) }, for: swarm)
    let models = (0..<2).map { swarm.network($0) }
    let alone = (0..<2).map { optimizer.network($0, for: models[$0]) }
    for momenta in [[0, 0.9], [0.5, 0.9], [0.5, 0], [0, 0], [0.9, 0.5], [0.8, 0.5]] as [[Float]] {
      for (index, momentum) in momenta.enumerated() {
        optimizer.rules[index].momentum = momentum
        alone[index].momentum = momentum
      }
      for _ in 0..<3 {
        optimizer.minimize(swarm.batched { net in net([[1]]).squared().sum() }.sum())
        for (model, own) in zip(models, alone) { own.minimize(model([[1]]).squared().sum()) }
      }
      for (index, model) in models.enumerated() {
        #expect(numbers(model.parameters) == numbers(swarm.network(index).parameters))
      }
    }
  }

  /// A parameter with axes of extent 1 put in front, however that is written.
  @Test(arguments: 0..<3)
  func axesInFrontChangeNoBits(form: Int) {
    struct Net: ParameterTree, Sendable {
      let p = Parameter(shape: [2, 8], .normal(standardDeviation: 1))
      let form: Int
      var parameters: Parameters { ["p": p] }
      func loss() -> Tensor<Float> {
        let e =
          switch form {
          case 0: p.value.expanded(to: [1, 2, 8])
          case 1: p.value.reshaped(to: [1, 2, 8])
          case 2: p.value.expanded(to: [1, 1, 2, 8])
          case let other: fatalError("\(other)")
          }
        return (tanh(e) * sigmoid(e) * e + exp(-e)).sum()
      }
    }
    for seed in 0..<12 as Range<UInt64> {
      let swarm = Swarm(seeds: [seed, seed + 100]) { Net(form: form) }
      let alone = Net(form: form).initialized(seed: seed)
      let optimizer = Optimizer(SGD(learningRate: 1), for: swarm)
      let own = Optimizer(SGD(learningRate: 1), for: alone.parameters)
      for _ in 0..<2 {
        optimizer.minimize(swarm.batched { $0.loss() }.sum())
        own.minimize(alone.loss())
      }
      #expect(numbers(swarm.network(0).parameters) == numbers(alone.parameters))
    }
  }

  /// What is changed for all leaves networks what they have of their own.
  @Test func groupsOfASwarm() {
    let swarm = Swarm(2) { Linear(1, 1) }
    let rules = [SGD(learningRate: 0.1), SGD(learningRate: 0.01, momentum: 0.9)]
    let optimizer = Optimizer(rules, for: swarm)
    optimizer.groups[0].learningRate = 0.2
    #expect(optimizer.rules.map(\.learningRate) == [0.2, 0.2])
    #expect(optimizer.rules.map(\.momentum) == [0, 0.9])
  }

  @Test func aNetworkIsSavedAndLoaded() throws {
    let swarm = Swarm(2) { Sequential(Linear(4, 3), ReLU(), Linear(3, 1)) }
    let folder = TemporaryFolder(), path = folder.file("one.safetensors")
    try ModelFile(swarm.network(1)).save(to: path)
    let loaded = try ModelFile.load(at: path).makeModel()
    #expect(numbers(loaded.parameters) == numbers(swarm.network(1).parameters))
  }

  @Test func snapshotsAndAveragesAreOfAllNetworks() {
    let swarm = Swarm(seeds: Self.seeds, Architecture.dense.make)
    let before = swarm.snapshot(), average = WeightAverage(of: swarm, .equal)
    let optimizer = Optimizer(Self.rules("adam"), for: swarm)
    optimizer.add(average)
    let first = swarm(x).scalars
    let loss = swarm.batched(over: x, y) { meanSquaredError($0($1), $2) }.sum()
    optimizer.minimize(loss)
    #expect(before.withModel { $0(x).scalars } == first)
    #expect(swarm(x).scalars != first)
    #expect(average.withModel { $0(x).scalars } == swarm(x).scalars)
  }

  /// Forward, backward and update of a network while it is in cache: what the update writes over,
  /// steps of the same phase have read before, row by row.
  @Test(arguments: [false, true])
  func aStepGoesByNetworks(areRulesOwn: Bool) {
    let swarm = Swarm(100) { Sequential(Linear(4, 16), ReLU(), Linear(16, 2)) }
    let rules = (0..<100).map { Adam(learningRate: areRulesOwn ? Float($0) : 1) }
    let x = Tensor<Float>.ones([100, 8, 4])
    evaluate(x)
    let plan = Optimizer(rules, for: swarm).plan(
      minimizing: swarm.batched(over: x) { $0($1).squared().sum() }.sum())
    #expect(plan.phases.count == 2 && plan.phases[0].rows?.count == 100, "\(plan)")
    #expect(plan.outputs.count { $0.donor != nil } == 12, "\(plan)")
  }

  /// The numbers of a key for each network, as layers of the user's draw them.
  @Test func drawsWithKeysOfEachNetwork() {
    let swarm = Swarm(seeds: Self.seeds) { Linear(1, 1) }
    let drawn = Pass.training(key: key(0)) {
      swarm.batched { _ in
        let keys = Pass.current.nextKey()!.split(into: 2)
        let noise = Tensor<Float>.normal([300, 3], key: keys[0])
        return noise + Tensor<Float>.uniform([3], key: keys[1].folding(in: "bias"))
      }
    }
    for (number, seed) in Self.seeds.enumerated() {
      let keys = key(0).folding(in: seed).folding(in: 0).split(into: 2)
      let noise = Tensor<Float>.normal([300, 3], key: keys[0])
      let wanted = noise + Tensor<Float>.uniform([3], key: keys[1].folding(in: "bias"))
      #expect(drawn[number].scalars == wanted.scalars)
    }
  }
}
