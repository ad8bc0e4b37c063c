// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// Where an optimizer stands: what training needs to go on as if it had not stopped.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
/// optimizer.minimize(w.value.squared().sum())
/// print(OptimizerState(of: optimizer))
/// // SGD(learningRate: 0.1, momentum: 0.0) after 1 step
/// ```
public struct OptimizerState: Sendable {
  /// Parameters that change alike: their rule and its settings.
  public struct Group: Sendable, Equatable {
    /// The name of the rule: "SGD", "Adam".
    public let kind: String
    /// The rule's settings by name: "learningRate", "momentum", "beta1", ...
    public let settings: [String: Double]
    /// The paths of the group's parameters; nil if it is the only one, which has all.
    public let paths: [String]?
  }

  /// Steps that had been taken.
  public let stepCount: Int
  /// How many of them left a parameter as it was, by the paths of those that missed any.
  public let missedSteps: [String: Int]
  /// One or more.
  public let groups: [Group]
  /// Of a swarm's optimizer, the settings of the rule of each network; else none.
  public let networks: [[String: Double]]
  /// The numbers kept for each parameter: "velocity/hidden.weight".
  public let numbers: NamedTensors
  /// A rule of yours that has the name of one of this package's.
  let misnamed: String?

  /// The name of the rule, of the first group if there are several.
  public var kind: String { groups[0].kind }
  /// The settings of the rule, of the first group if there are several.
  public var settings: [String: Double] { groups[0].settings }

  /// The state of an optimizer as it is now.
  public init<Rule>(of optimizer: Optimizer<Rule>) {
    stepCount = optimizer.stepCount
    missedSteps = optimizer.missedStepsByPath
    groups = optimizer.groupsWithPaths.map { group, paths in
      Group(
        kind: group.rule.name,
        settings: storedSettings(of: group.rule),
        paths: optimizer.groups.count == 1 ? nil : paths)
    }
    networks = optimizer.networkRules.map { storedSettings(of: $0) }
    var numbers = NamedTensors()
    for (name, parameter) in optimizer.namedState {
      numbers.add(name, parameter.value)
    }
    self.numbers = numbers
    misnamed = optimizer.groups.lazy.map(\.rule).first(where: KnownRules.lendNameTo)?.name
  }

  /// The state of an optimizer at another time.
  init(
    stepCount: Int, missedSteps: [String: Int], groups: [Group], networks: [[String: Double]],
    numbers: NamedTensors
  ) {
    (self.stepCount, self.missedSteps) = (stepCount, missedSteps)
    (self.groups, self.networks) = (groups, networks)
    (self.numbers, misnamed) = (numbers, nil)
  }

  /// An optimizer that stands where this one stood, over parameters of the same names and shapes.
  ///
  /// - Parameter rules: yours, with any settings; those of this package are known.
  public func makeOptimizer(
    for parameters: Parameters, rules: [any UpdateRule] = [], file: String = "OptimizerState"
  ) throws(FileError) -> Optimizer<AnyRule> {
    let check = FileCheck(kind: .malformed, file: file)
    guard networks.isEmpty else {
      throw check.error(
        "optimizer",
        "is one of a swarm of \(counted(networks.count, "network")): make one for such a swarm, "
          + "and restore that")
    }
    var made: [Optimizer<AnyRule>.Group] = []
    for (number, group) in groups.enumerated() {
      let part = group.paths == nil ? "optimizer" : "optimizer.groups[\(number)]"
      guard let known = KnownRules[group.kind] ?? rules.first(where: { $0.name == group.kind })
      else { throw check.error(part, "\(group.kind.quoted) is no rule that is known here") }
      let rule = try group.rule(like: AnyRule(known), at: "\(part).settings", check)
      let paths = group.paths.map { Set($0.map(Name.init)) }
      made.append(.init(parameters, where: { paths?.contains(Name($0)) ?? true }, rule))
      for (path, parameter) in made[number].parameters {
        guard let fault = rule.fault(of: parameter.shape) else { continue }
        throw check.error(
          part,
          "\(path.quoted) has the shape \(parameter.shape), which \(rule.name) cannot train: "
            + fault.problem)
      }
    }
    let optimizer = Optimizer(groups: made)
    try restore(optimizer, file: file)
    return optimizer
  }

  /// Puts an optimizer with the same rule, over parameters of the same names and shapes, to where
  /// this one stood: state, step count and learning rate. Throws if it is another, or was made with
  /// other settings; nothing changes then.
  public func restore<Rule>(
    _ optimizer: Optimizer<Rule>, file: String = "OptimizerState"
  ) throws(FileError) {
    func malformed(_ problem: String) -> FileError {
      FileError(.malformed, in: file, at: .part("optimizer"), problem)
    }
    let known = optimizer.groupsWithPaths
    guard groups.count == known.count else {
      throw malformed("holds \(counted(groups.count, "group")) of parameters, not \(known.count)")
    }
    for (number, group) in groups.enumerated() {
      guard group.paths.map({ Set($0) == Set(known[number].paths) }) ?? true else {
        throw malformed("holds other parameters in group \(number)")
      }
    }
    let kept =
      networks.isEmpty ? groups : networks.map { Group(kind: kind, settings: $0, paths: nil) }
    var restored = optimizer.rules
    guard kept.count == restored.count else {
      throw malformed(
        "holds the state of \(counted(kept.count, "network")), not of \(restored.count)")
    }
    for (number, group) in kept.enumerated() {
      do throws(SettingError) {
        restored[number].learningRate = try group.learningRate(for: restored[number])
      } catch {
        throw malformed(error.problem)
      }
    }
    try Assignment(
      optimizer.namedState, from: numbers, prefix: ModelFile.optimizerPrefix,
      file: file
    ).perform()
    optimizer.stepCount = stepCount
    optimizer.missedStepsByPath = missedSteps
    optimizer.rules = restored
  }
}

private func storedSettings(of rule: some UpdateRule) -> [String: Double] {
  Dictionary(uniqueKeysWithValues: rule.storedSettings.map { ($0.name, Double($0.number)) })
}

/// Why settings are not those of a rule.
struct SettingError: Error {
  let problem: String
}

extension OptimizerState.Group {
  /// The learning rate for a rule that was made with the same other settings.
  fileprivate func learningRate<Rule: UpdateRule>(for rule: Rule) throws(SettingError) -> Float {
    guard kind == rule.name else {
      throw SettingError(problem: "holds the state of \(kind.quoted), not of \(rule.name.quoted)")
    }
    for setting in rule.settings.sorted(by: { $0.name < $1.name }) {
      // A file made elsewhere may have 0.9, which is no Float.
      let given = settings[setting.name].map { Float($0) } ?? setting.absent
      let number = setting.number(of: rule)
      guard given == number else {
        let given = given.map { "\($0)" } ?? "not given"
        throw SettingError(problem: "was made with \(setting.name) \(given), not \(number)")
      }
    }
    // Of before there were names, of rules of the user's own, there are no settings.
    guard let rate = settings["learningRate"].map({ Float($0) }) else { return rule.learningRate }
    guard SettingRange.size.contains(rate) else {
      throw SettingError(problem: "has the learning rate \(rate)")
    }
    return rate
  }
}

extension OptimizerState {
  var json: JSON {
    var members: [JSON.Member] = [
      .init("kind", .string(kind)), .init("stepCount", .integer(stepCount)),
      .init("settings", jsonOfSettings(groups[0].settings)),
    ]
    if groups[0].paths != nil {
      // What is above is the first group, for readers that know no groups.
      members.append(
        .init(
          "groups",
          .array(
            groups.map { group in
              [
                "kind": .string(group.kind), "settings": jsonOfSettings(group.settings),
                "parameters": .array(group.paths!.map(JSON.string)),
              ]
            })))
    }
    if !missedSteps.isEmpty {
      let counts = missedSteps.sorted { $0.key < $1.key }
      members.append(
        .init("missedSteps", .object(counts.map { .init($0.key, .integer($0.value)) })))
    }
    if !networks.isEmpty {
      members.append(.init("networks", .array(networks.map { jsonOfSettings($0) })))
    }
    return .object(members)
  }

  init(_ reader: MetadataReader, _ numbers: NamedTensors) throws(FileError) {
    let kind = try reader.member("kind").string()
    stepCount = try reader.member("stepCount").count()
    missedSteps =
      try reader.memberIfPresent("missedSteps")?.members { (count) throws(FileError) in
        try count.count()
      } ?? [:]
    let only = Group(kind: kind, settings: try readSettings(reader.member("settings")), paths: nil)
    let list = reader.memberIfPresent("groups")
    groups =
      try list?.elements { (group) throws(FileError) in
        Group(
          kind: try group.member("kind").string(),
          settings: try readSettings(group.member("settings")),
          paths: try group.member("parameters").strings())
      } ?? [only]
    if let list, groups.isEmpty { throw list.malformed("one group or more expected") }
    networks =
      try reader.memberIfPresent("networks")?.elements { (network) throws(FileError) in
        try readSettings(network)
      } ?? []
    self.numbers = numbers
    misnamed = nil
  }
}

private func jsonOfSettings(_ settings: [String: Double]) -> JSON {
  .object(settings.sorted { $0.key < $1.key }.map { .init($0.key, .number($0.value)) })
}

private func readSettings(_ reader: MetadataReader) throws(FileError) -> [String: Double] {
  try reader.members { (setting) throws(FileError) in try setting.number() }
}
