// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension Optimizer {
  /// An optimizer of all networks of a swarm, with the same settings for each.
  ///
  /// What it does, it does with each network by itself: gradients are clipped by the norm of one
  /// network's, and rules see its matrices. It minimises the sum of the networks' losses, whose
  /// gradients are those that each network has alone.
  ///
  /// ```swift
  /// let swarm = Swarm(2) { Linear(1, 1, bias: false, initialization: .constant(4)) }
  /// let optimizer = Optimizer(SGD(learningRate: 0.1), for: swarm)
  /// let losses = swarm.batched { net in net([[1]]).squared().sum() }
  /// optimizer.minimize(losses.sum(), keeping: losses)
  /// print(losses, swarm.network(1).weight.value)   // [16. 16.] [[3.2]]
  /// ```
  public convenience init<Net>(
    _ rule: Rule, for swarm: Swarm<Net>, file: StaticString = #fileID, line: UInt = #line
  ) {
    self.init(
      [Group(swarm.parameters, rule)], networkRules: Array(repeating: rule, count: swarm.count),
      at: CallSite(file, line))
  }

  /// An optimizer of all networks of a swarm, each with a rule of its own: they are of one kind and
  /// differ in numbers alone. A mistake if there is not one for each network.
  ///
  /// ```swift
  /// let swarm = Swarm(2) { Linear(1, 1, bias: false, initialization: .constant(4)) }
  /// let optimizer = Optimizer([0.1, 0.2].map { SGD(learningRate: $0) }, for: swarm)
  /// optimizer.minimize(swarm.batched { net in net([[1]]).squared().sum() }.sum())
  /// print(swarm.network(0).weight.value, swarm.network(1).weight.value)   // [[3.2]] [[2.4]]
  /// ```
  public convenience init<Net>(
    _ rules: [Rule], for swarm: Swarm<Net>, file: StaticString = #fileID, line: UInt = #line
  ) {
    let site = CallSite(file, line)
    if rules.count != swarm.count {
      Mistake(
        "Optimizer",
        "\(counted(rules.count, "rule")) for \(counted(swarm.count, "network"))",
        fix: "give one for each network, or one for all"
      ).stop(at: site)
    }
    self.init([Group(swarm.parameters, rules[0])], networkRules: rules, at: site)
  }

  /// An optimizer that goes on with one network where this one is with all: with its rule, what is
  /// kept for it, and the count of steps. A mistake if there is no such network, or the model's
  /// parameters are others.
  ///
  /// ```swift
  /// let swarm = Swarm(2) { Linear(1, 1, bias: false, initialization: .constant(4)) }
  /// let all = Optimizer(SGD(learningRate: 0.1, momentum: 0.5), for: swarm)
  /// all.minimize(swarm.batched { net in net([[1]]).squared().sum() }.sum())
  /// let model = swarm.network(1), one = all.network(1, for: model)
  /// one.minimize(model([[1]]).squared().sum())
  /// print(one.stepCount, model.weight.value)   // 2 [[2.16]]
  /// ```
  public func network(
    _ number: Int, for model: some ParameterTree, file: StaticString = #fileID,
    line: UInt = #line
  ) -> Optimizer {
    let site = CallSite(file, line)
    guard networkRules.indices.contains(number) else {
      Mistake(
        "Optimizer.network",
        networkRules.isEmpty
          ? "the optimizer trains no swarm" : "network \(number) of \(networkRules.count)",
        fix: networkRules.isEmpty
          ? "make it with Optimizer(rule, for: swarm)" : "use a number in 0..<\(networkRules.count)"
      ).stop(at: site)
    }
    let one = Optimizer(networkRules[number], for: model.parameters)
    for (path, parameter) in parameters
    where one.parameters[path]?.shape != Shape(parameter.shape.dropFirst()) {
      Mistake(
        "Optimizer.network",
        "\(path) \(Shape(parameter.shape.dropFirst())) is no parameter of the model",
        fix: "give the network that swarm.network(\(number)) gives"
      ).stop(at: site)
    }
    one.stepCount = stepCount
    one.missedStepsByPath = missedStepsByPath
    let kept = Dictionary(
      uniqueKeysWithValues: namedState.map { ($0.name, $0.parameter.value[number]) })
    for (name, parameter) in one.namedState {
      if let value = kept[name] { parameter.value = value }
    }
    return one
  }
}
