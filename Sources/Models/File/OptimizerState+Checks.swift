// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// The update rules of this package: of these a file's state can be checked.
enum KnownRules {
  private static let all: [any UpdateRule] = [
    SGD(learningRate: 0), Adam(), AdamW(), RMSprop(), Adagrad(), Lion(), Muon(),
  ]

  static subscript(kind: String) -> (any UpdateRule)? { all.first { $0.name == kind } }

  /// Whether a rule of the user's own has the name of one of these.
  static func lendNameTo(_ rule: any UpdateRule) -> Bool {
    let rule = (rule as? AnyRule)?.rule ?? rule
    return KnownRules[rule.name].map { type(of: $0) != type(of: rule) } ?? false
  }
}

extension OptimizerState {
  /// Each is looked up among all parameters.
  private static let mostGroups = 1 << 10

  /// Throws unless training can go on from here. What a rule of the user's own keeps is for it to
  /// know.
  func check(_ check: FileCheck) throws(FileError) {
    guard stepCounts.contains(stepCount) else {
      throw check.error(
        "optimizer.stepCount",
        "\(stepCount) where a whole number in 0 ... \(stepCounts.upperBound) is expected")
    }
    for (path, count) in missedSteps.sorted(by: { $0.key < $1.key }) where count > stepCount {
      throw check.error(
        "optimizer.missedSteps", "\(path.quoted) missed \(count) of \(counted(stepCount, "step"))")
    }
    if let misnamed {
      throw check.error(
        "optimizer.kind", "\(misnamed.quoted) is a rule of Pullback; give yours a name of its own")
    }
    guard groups.count <= OptimizerState.mostGroups else {
      throw check.error(
        "optimizer.groups", "\(groups.count) where up to \(OptimizerState.mostGroups) are expected")
    }
    try check.checkDistinct(groups.flatMap { $0.paths ?? [] }, at: "optimizer.groups")
    var rules: [AnyRule] = []
    for (number, group) in groups.enumerated() {
      let part = group.paths == nil ? "optimizer" : "optimizer.groups[\(number)]"
      // Before rules had names, one of yours could have that of one of this package's; it has no
      // settings.
      guard let known = KnownRules[group.kind], !group.settings.isEmpty else { return }
      rules.append(try group.rule(like: AnyRule(known), at: "\(part).settings", check))
    }
    // Of a swarm, what one of its networks keeps is kept for all.
    for settings in networks {
      let network = Group(kind: kind, settings: settings, paths: nil)
      guard let known = KnownRules[kind] else { break }
      let rule = try network.rule(like: AnyRule(known), at: "optimizer.networks", check)
      if rule.stateNames.count > rules[0].stateNames.count { rules[0] = rule }
    }
    let kept = KeptNumbers(rules: rules, groups: groups)
    for (name, stored) in numbers {
      let part = ModelFile.optimizerPrefix + name
      guard let (slot, path, rule) = kept.place(of: name) else {
        throw check.error(part, "is nothing that \(kind) made so keeps")
      }
      for slot in rule.stateNames where numbers["\(slot)/\(path)"]?.shape != stored.shape {
        throw check.error(
          part, "has the shape \(stored.shape), and the \(slot) beside it is missing or has another"
        )
      }
      if let fault = rule.fault(of: stored.shape) {
        throw check.error(
          part,
          "has the shape \(stored.shape), which \(rule.name) cannot train: \(fault.problem)")
      }
      try stored.check(isSize: slot == "secondMoment" || slot == "squareSum", part, check)
    }
  }
}

/// What the rules of groups keep, and for which parameters.
private struct KeptNumbers {
  private let rules: [AnyRule]
  private let slots: Set<String>
  /// The group of each path; nil if the only group has all.
  private let groupOfPath: [Name: Int]?

  init(rules: [AnyRule], groups: [OptimizerState.Group]) {
    self.rules = rules
    slots = Set(rules.flatMap(\.stateNames))
    groupOfPath =
      groups[0].paths == nil
      ? nil
      : Dictionary(
        groups.enumerated().flatMap { number, group in
          group.paths!.map { (Name($0), number) }
        }, uniquingKeysWith: { $1 })
  }

  /// What a number of this name is; nil if no rule keeps one.
  func place(of name: String) -> (slot: String, path: String, rule: AnyRule)? {
    // Names of slots have no slash, so one of them at most fits.
    for slot in slots {
      guard let path = name.dropping(prefix: slot + "/") else { continue }
      guard let group = groupOfPath == nil ? 0 : groupOfPath![Name(path)] else { return nil }
      return rules[group].stateNames.contains(slot) ? (slot, path, rules[group]) : nil
    }
    return nil
  }
}

extension StoredTensor {
  /// Throws unless an optimizer can go on from the numbers.
  ///
  /// - Parameter isSize: whether they must be 0 or more: a second moment is a mean of squares, of
  ///   which the root is taken, and so is their sum.
  fileprivate func check(
    isSize: Bool, _ part: String, _ check: FileCheck
  ) throws(FileError) {
    guard type == .float32 else { throw check.error(part, "holds \(type), not float32") }
    let tensor = try tensor(as: Float.self), size = isSize ? tensor : abs(tensor)
    guard Bool(((size .>= 0) .& (size .< .infinity)).all()) else {
      let index = size.scalars.firstIndex { !($0 >= 0 && $0.isFinite) }!
      throw check.error(
        part, "element \(index) is \(tensor.scalars[index]); training cannot go on from it")
    }
  }
}

extension OptimizerState.Group {
  /// The rule of these settings; throws if they are not all there, or not such as it takes.
  func rule<Rule: UpdateRule>(
    like rule: Rule, at part: String, _ check: FileCheck
  ) throws(FileError) -> Rule {
    var made = rule
    let known = rule.allSettings
    for setting in known {
      guard let number = settings[setting.name].map({ Float($0) }) ?? setting.absent else {
        throw check.error(part, "the member \(setting.name.quoted) is missing")
      }
      guard setting.range.contains(number) else {
        throw check.error(
          "\(part).\(setting.name)", "\(number) where \(setting.range.name) is expected")
      }
      setting.set(&made, number)
    }
    let other = settings.keys.sorted().first { name in !known.contains { $0.name == name } }
    if let other { throw check.error("\(part).\(other)", "is no setting of \(kind)") }
    return made
  }
}
