// SPDX-License-Identifier: Apache-2.0

/// The numbers that the rules of all classes of parameters are given for a step. It knows no type
/// of rule: what is generic would cost at each step as much as a small network.
struct StepScalars {
  struct Group {
    /// The settings, then what the rule adds.
    private(set) var values: RuleValues<Double>
    private var settingCount = 0
    private var add: (inout RuleValues<Double>, _ step: Int) -> Void = { _, _ in }

    init<Rule: UpdateRule>(_ rule: Rule, _ settings: [Setting<Rule>]) {
      values = RuleValues(of: rule.name, noun: "scalar", takesNew: true)
      read(rule, settings)
    }

    /// Takes the settings over. Names keep their places.
    mutating func read<Rule: UpdateRule>(_ rule: Rule, _ settings: [Setting<Rule>]) {
      values.expect(0)
      for setting in settings { values[setting.name] = Double(setting.number(of: rule)) }
      settingCount = settings.count
      add = { rule.addScalars(to: &$0, step: $1) }
    }

    mutating func update(for step: Int) {
      values.expect(settingCount)
      add(&values, step)
    }
  }

  /// One for each class.
  var groups: [Group]
  private let missed: MissedSteps
  /// What comes after those of the rules.
  var others: [StepNumber] = []
  /// All numbers as Floats, class after class, and the others.
  private(set) var bits: [UInt64] = []

  init(_ groups: [Group], missed: MissedSteps) { (self.groups, self.missed) = (groups, missed) }

  /// Computes the numbers for a step.
  mutating func update(for step: Int) {
    bits.removeAll(keepingCapacity: true)
    for index in groups.indices {
      groups[index].update(for: missed.number(of: step, forClass: index))
      let values = groups[index].values.values
      for number in values.indices { bits.append(UInt64(Float(values[number]).bitPattern)) }
    }
    if others.isEmpty { return }
    for index in others.indices {
      let (first, second) = others[index].numbers
      bits.append(UInt64(first.bitPattern))
      if let second { bits.append(UInt64(second.bitPattern)) }
    }
  }
}
