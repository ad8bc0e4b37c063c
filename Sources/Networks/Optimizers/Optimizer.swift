// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Changes parameters by an ``UpdateRule`` so that a loss gets smaller.
///
/// The rule's settings are the optimizer's: `optimizer.learningRate *= 0.5` counts from the next
/// step on and needs no new plan. Parameters may stand in groups, each with a rule of its own
/// settings.
///
/// Beside what its rules say, an optimizer can clip gradients, take a step with several losses,
/// leave frozen parameters as they are and keep averages of the weights up: ``clipping``,
/// ``accumulation``, ``freeze(_:)``, ``add(_:)``. All of it is part of the one plan of a step,
/// fresh or recorded. A model file holds none of these settings.
///
/// An optimizer is used by one thread at a time; several threads train several models, each with an
/// optimizer of its own. It initialises parameters that have no numbers yet, with seed 0.
///
/// ```swift
/// let model = Linear(2, 1).initialized(seed: 7)
/// let optimizer = Optimizer(SGD(learningRate: 0.1, momentum: 0.9), for: model.parameters)
/// optimizer.minimize(model([[1, 2]]).squared().sum())
/// optimizer.learningRate *= 0.5
/// print(optimizer)
/// // SGD(learningRate: 0.05, momentum: 0.9) after 1 step, of 2 parameters, 3 numbers
/// ```
@dynamicMemberLookup
public final class Optimizer<Rule: UpdateRule> {
  /// What is trained, under the paths of the groups' trees; where two groups have a path in common,
  /// all paths begin with the number of their group.
  public let parameters: Parameters
  private(set) var knownGroups: [Group]
  /// Those of each group.
  private(set) var settings: [[Setting<Rule>]]
  private(set) var forms: [Rule] = []
  /// Of a swarm: one for each network.
  package private(set) var networkRules: [Rule]
  private(set) var keptState: [[Parameter]] = []
  /// Where the rules of a swarm's networks differ.
  private(set) var networkScalars: NetworkScalars?
  /// What the rule of each of a swarm's networks keeps.
  private var networkStateNames: [[String]] = []
  private var areSettingsNew = true
  private var count = 0
  let missed: MissedSteps
  /// That of the classes which the programs are for.
  private var revision = 0
  /// What the next step does beside what the rules say.
  @exclusivity(unchecked) var course = StepCourse()
  /// Those for the rules and the course as they are; nil after a change.
  private var programs: StepPrograms?
  /// Those for other courses.
  private var knownPrograms: [StepCourse.Key: StepPrograms] = [:]

  /// An optimizer of parameters that all change alike.
  ///
  /// ```swift
  /// let optimizer = Optimizer(Adam(learningRate: 0.01), for: model.parameters)
  /// ```
  public convenience init(
    _ rule: Rule, for parameters: Parameters, file: StaticString = #fileID, line: UInt = #line
  ) {
    self.init(groups: [Group(parameters, rule)], file: file, line: line)
  }

  /// An optimizer of groups of parameters, each with a rule of its own. A mistake if there is no
  /// group, a parameter stands in two, or a setting is a number that it cannot be.
  ///
  /// ```swift
  /// let optimizer = Optimizer(groups: [
  ///   .init(model.hidden.parameters, SGD(learningRate: 0.01)),
  ///   .init(model.output.parameters, SGD(learningRate: 0.1)),
  /// ])
  /// optimizer.groups[1].learningRate *= 0.5
  /// ```
  public convenience init(
    groups: [Group], file: StaticString = #fileID, line: UInt = #line
  ) {
    self.init(groups, networkRules: [], at: CallSite(file, line))
  }

  /// - Parameter networkRules: for a swarm, one for each network.
  init(_ groups: [Group], networkRules: [Rule], at site: CallSite) {
    self.networkRules = networkRules
    let whole = Group.tree(of: groups, at: site)
    if let leaf = whole.trained.distinctLeaves.first(where: \.parameter.isReplaced) {
      Mistake(
        "Optimizer", "\(leaf.path) stands for another version's numbers inside withModel",
        fix: "make the optimizer for that version's own parameters"
      ).stop(at: site)
    }
    parameters = whole.trained
    knownGroups = groups
    settings = groups.map(\.rule.allSettings)
    missed = MissedSteps(groups: groups.map(\.parameters.distinct.count))
    noteSettings(at: site)
    whole.initializeMissing()
  }

  /// The groups; their settings may change, their parameters stay. A rule of another kind starts
  /// anew: with state of zeros, and its first step.
  public var groups: [Group] {
    get { knownGroups }
    set {
      if !newValue.elementsEqual(knownGroups, by: { $0.hasParameters(of: $1) }) {
        Mistake(
          knownGroups[0].rule.name, "other groups of parameters than the optimizer was made for",
          fix: "change the groups' settings alone, or make a new optimizer"
        ).stop(at: nil)
      }
      if let rule = newValue.first?.rule, rule != knownGroups[0].rule { setNetworks(to: rule) }
      knownGroups = newValue
      settings = newValue.map(\.rule.allSettings)
      noteSettings()
    }
  }

  /// The rules of the groups; of a swarm, those of its networks.
  ///
  /// ```swift
  /// let swarm = Swarm(3) { Linear(2, 1) }
  /// let optimizer = Optimizer(SGD(learningRate: 0.1), for: swarm)
  /// optimizer.rules[2].learningRate = 0.01
  /// print(optimizer.rules.map(\.learningRate))   // [0.1, 0.1, 0.01]
  /// ```
  public var rules: [Rule] {
    get { networkRules.isEmpty ? knownGroups.map(\.rule) : networkRules }
    set {
      if newValue.count != rules.count {
        Mistake(
          knownGroups[0].rule.name, "\(counted(newValue.count, "rule")) for \(rules.count)",
          fix: "give one for each"
        ).stop(at: nil)
      }
      if networkRules.isEmpty {
        for index in knownGroups.indices { knownGroups[index].rule = newValue[index] }
      } else {
        networkRules = newValue
        knownGroups[0].rule = newValue[0]
      }
      settings = knownGroups.map(\.rule.allSettings)
      noteSettings()
    }
  }

  /// What changes for the group changes for all networks; what they have of their own stays.
  private func setNetworks(to rule: Rule) {
    if networkRules.isEmpty { return }
    var changed = knownGroups[0].rule
    guard changed.name == rule.name else {
      for index in networkRules.indices { networkRules[index] = rule }
      return
    }
    for setting in settings[0] where setting.number(of: rule) != setting.number(of: changed) {
      setting.set(&changed, setting.number(of: rule))
      for index in networkRules.indices {
        setting.set(&networkRules[index], setting.number(of: rule))
      }
    }
    if changed == rule { return }
    for index in networkRules.indices { networkRules[index] = rule }
  }

  /// A setting of the rule. Where there are groups, or networks of a swarm, setting it sets that of
  /// all; reading it is a mistake if they differ.
  public subscript<Value: Equatable>(dynamicMember path: WritableKeyPath<Rule, Value>) -> Value {
    get {
      let value = knownGroups[0].rule[keyPath: path]
      if let other = rules.first(where: { $0[keyPath: path] != value }) {
        let (those, place) = networkRules.isEmpty ? ("groups", "groups") : ("networks", "rules")
        Mistake(
          other.name, "the \(those) have \(value) and \(other[keyPath: path])",
          fix: "read and change it in each of optimizer.\(place)"
        ).stop(at: nil)
      }
      return value
    }
    set {
      for index in knownGroups.indices { knownGroups[index].rule[keyPath: path] = newValue }
      for index in networkRules.indices { networkRules[index][keyPath: path] = newValue }
      noteSettings()
    }
  }

  private func noteSettings(at site: CallSite? = nil) {
    for (group, settings) in zip(knownGroups, settings) { group.rule.check(settings, at: site) }
    Rule.check(networkRules, settings[0], at: site)
    areSettingsNew = true
  }

  /// Steps taken so far. From 2^53 on, where an exact count ends, it stays as it is.
  ///
  /// A parameter that a step leaves as it is, because it is frozen or the loss does not depend on
  /// it, has missed it: rules that count steps count those which changed the parameter. Setting the
  /// count sets that of all.
  public var stepCount: Int {
    get { count }
    set {
      if !stepCounts.contains(newValue) {
        Mistake(
          knownGroups[0].rule.name, "a step count of \(newValue)",
          fix: "count steps from 0 on" + (newValue > 0 ? ", to 2^53 at most" : "")
        ).stop(at: nil)
      }
      count = newValue
      missedSteps = []
    }
  }

  /// How many steps each parameter missed, in their order; none if it is empty.
  package var missedSteps: [Int] {
    get { missed.counts }
    set { if newValue != missedSteps { missed.counts = newValue } }
  }

  /// The numbers that are kept for each parameter, in the order of the parameters, each once; for
  /// one, in the order of its rule's names.
  public var state: [[Parameter]] {
    if areSettingsNew { readSettings() }
    return keptState
  }

  /// A number of the step that was taken last, as the rule made it for the parameter of a place:
  /// for tests.
  package func scalar(_ name: String, ofPlace place: Int) -> Double {
    currentPrograms().scalars.groups[missed.classOfPlace[place]].values[name]
  }

  /// The programs for the next step, which is not counted.
  func nextPrograms() -> StepPrograms {
    if areSettingsNew { readSettings() }
    findRound()
    let former = count
    defer { count = former }
    if course.takesStep { countStep() }
    return currentPrograms()
  }

  /// The programs for the next step, which is counted.
  func beginStep() -> StepPrograms {
    // Before the step is counted: what is kept anew has missed those until now.
    if areSettingsNew { readSettings() }
    if course.isPlain {
      countStep()
      return currentPrograms()
    }
    findRound()
    if course.takesStep { countStep() }
    let programs = currentPrograms()
    course.endStep()
    return programs
  }

  func findRound() {
    if course.findRound() { programs = nil }
  }

  private func countStep() {
    if count < stepCounts.upperBound { count += 1 }
  }

  /// To be called when the course has changed.
  func noteCourse() { programs = nil }

  /// The programs of the rules as they are now, with the numbers for the step of this count.
  func currentPrograms() -> StepPrograms {
    if areSettingsNew { readSettings() }
    forgetOtherClasses()
    if let programs, programs.update(for: max(count, 1)) { return programs }
    if programs == nil, let known = knownPrograms[course.key] {
      programs = known
      readScalars(of: known)
      if known.update(for: max(count, 1)) { return known }
    }
    return makePrograms()
  }

  /// Programs for other classes of parameters have other numbers.
  private func forgetOtherClasses() {
    if revision == missed.revision { return }
    revision = missed.revision
    programs = nil
    knownPrograms = [:]
  }

  private func readSettings() {
    areSettingsNew = false
    forgetOtherClasses()
    let new =
      networkRules.isEmpty
      ? zip(knownGroups, settings).map { $0.rule.form(of: $1) }
      : [Rule.form(ofAll: networkRules, settings[0])]
    let networks = NetworkScalars(networkRules, settings[0])
    let isAlike = new == forms && (networks == nil) == (networkScalars == nil)
    networkScalars = networks
    if new != forms {
      keepState(of: forms, as: new)
      forms = new
    }
    startStateOfNetworks()
    if !isAlike {
      programs = nil
      knownPrograms = [:]
    }
    if let programs { readScalars(of: programs) }
  }

  private func readScalars(of programs: StepPrograms) {
    for (number, member) in missed.classes.enumerated() {
      let rule = knownGroups[member.group].rule
      programs.scalars.groups[number].read(rule, settings[member.group])
    }
    programs.scalars.others = course.numbers
    programs.networkScalars = networkScalars
  }

  /// What rules of other forms keep as well keeps its numbers; what is new starts at 0. So does all
  /// that a rule of another kind keeps, whatever its name, and its count of steps.
  private func keepState(of old: [Rule], as new: [Rule]) {
    var number = 0
    let former = keptState
    keptState = []
    for (index, group) in knownGroups.enumerated() {
      let isOfAnotherKind = !old.isEmpty && old[index].name != new[index].name
      let names = old.isEmpty || isOfAnotherKind ? [] : old[index].stateNames
      if isOfAnotherKind {
        let first = number, last = first + group.parameters.distinct.count
        missedSteps = missedSteps.enumerated().map {
          (first..<last).contains($0.offset) ? count : $0.element
        }
      }
      for parameter in group.parameters.distinct {
        keptState.append(
          new[index].stateNames.map { name in
            names.firstIndex(of: name).map { former[number][$0] }
              ?? Parameter(value: .zeros(parameter.shape))
          })
        number += 1
      }
    }
  }

  /// What a network of a swarm begins to keep starts at 0, as it does alone: what others keep was
  /// computed for this one, too.
  private func startStateOfNetworks() {
    let former = networkStateNames
    networkStateNames = networkRules.map(\.stateNames)
    if former == networkStateNames || former.isEmpty { return }
    for (number, name) in forms[0].stateNames.enumerated() {
      let begins = zip(former, networkStateNames).map { !$0.contains(name) && $1.contains(name) }
      if !begins.contains(true) { continue }
      for parameter in keptState.map({ $0[number] }) {
        let ones = [Int](repeating: 1, count: parameter.shape.rank - 1)
        let mask = Tensor(begins).reshaped(to: Shape([begins.count] + ones))
        parameter.value = select(mask, .zeros(parameter.shape), parameter.value)
      }
    }
  }

  private func makePrograms() -> StepPrograms {
    var scalars =
      programs?.scalars
      ?? StepScalars(
        missed.classes.map { StepScalars.Group(knownGroups[$0.group].rule, settings[$0.group]) },
        missed: missed)
    scalars.others = course.numbers
    scalars.update(for: max(count, 1))
    let made = makePrograms(scalars)
    _ = made.update(for: max(count, 1))
    if knownPrograms.count >= StepCourse.mostKnown { knownPrograms = [:] }
    knownPrograms[course.key] = made
    programs = made
    return made
  }
}
