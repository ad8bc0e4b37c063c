// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Optimizer {
  /// Parameters that change alike.
  ///
  /// ```swift
  /// let model = Linear(2, 1).initialized(seed: 7)
  /// let isWeight = { (path: String) in path.hasSuffix("weight") }
  /// let optimizer = Optimizer(groups: [
  ///   .init(model.parameters, where: isWeight, AdamW(weightDecay: 0.1)),
  ///   .init(model.parameters, where: { !isWeight($0) }, AdamW(weightDecay: 0)),
  /// ])
  /// print(optimizer.groups.map(\.weightDecay))   // [0.1, 0.0]
  /// ```
  @dynamicMemberLookup
  public struct Group: Sendable {
    /// What is trained.
    public let parameters: Parameters
    /// How it changes.
    public var rule: Rule
    /// With what is not trained, which is initialised like the rest.
    let whole: Parameters

    /// The parameters of a tree that are trained, and how they change.
    public init(_ parameters: Parameters, _ rule: Rule) {
      whole = parameters
      self.parameters = parameters.trained
      self.rule = rule
    }

    /// Some of the parameters of a tree, by their paths, and how they change.
    public init(
      _ parameters: Parameters, where isIncluded: (_ path: String) -> Bool, _ rule: Rule
    ) {
      self.init(Parameters(parameters.leaves.filter { isIncluded($0.path) }), rule)
    }

    /// A setting of the rule.
    public subscript<Value>(dynamicMember path: WritableKeyPath<Rule, Value>) -> Value {
      get { rule[keyPath: path] }
      set { rule[keyPath: path] = newValue }
    }

    /// Whether the parameters are those of another group, in the same order.
    func hasParameters(of other: Group) -> Bool {
      parameters.elementsEqual(other.parameters) { $0.parameter === $1.parameter }
    }

    /// The tree of all parameters, trained or not.
    static func tree(of groups: [Group], at site: CallSite) -> Parameters {
      guard let first = groups.first else {
        Mistake("Optimizer", "there are no groups", fix: "give one or more").stop(at: site)
      }
      if groups.count == 1 { return first.whole }
      var seen: Set<ObjectIdentifier> = []
      for parameter in groups.flatMap(\.whole.distinct)
      where !seen.insert(ObjectIdentifier(parameter)).inserted {
        Mistake(
          "Optimizer", "\(parameter.label) stands in two groups",
          fix: "give each parameter to one group"
        ).stop(at: site)
      }
      let paths = groups.flatMap(\.whole.paths)
      let areDistinct = Set(paths).count == paths.count
      return Parameters(
        groups.enumerated().flatMap { number, group in
          group.whole.leaves.map { areDistinct ? $0 : $0.below("\(number)") }
        })
    }
  }
}

extension Parameters {
  /// Initialises what has no numbers yet, as optimizers do.
  package func initializeMissing() {
    refuseFrozen()
    if contains(where: { !$0.parameter.isInitialized }) {
      let known = filter { $0.parameter.isInitialized }.map { ($0.parameter, $0.parameter.value) }
      initialize(seed: 0)
      for (parameter, value) in known { parameter.value = value }
    }
    tellPaths()
  }
}
