// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// An update rule of any kind: for rules that are chosen while the program runs, and for groups
/// with rules of different kinds.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let rule = w.shape.rank == 1 ? AnyRule(SGD(learningRate: 0.1)) : AnyRule(Adam())
/// let optimizer = Optimizer(rule, for: ["w": w])
/// optimizer.minimize(w.value.squared().sum())
/// print(w.value)   // [3.2]
/// ```
public struct AnyRule: UpdateRule {
  /// The rule itself.
  public private(set) var rule: any UpdateRule

  /// Any rule; one that is an `AnyRule` already stays as it is.
  public init(_ rule: some UpdateRule) { self.rule = (rule as? AnyRule)?.rule ?? rule }

  public var name: String { rule.name }

  public var learningRate: Float {
    get { rule.learningRate }
    set { rule.learningRate = newValue }
  }

  public var settings: [Setting<AnyRule>] { AnyRule.settings(of: rule) }

  public var stateNames: [String] { rule.stateNames }

  public func fault(of shape: Shape) -> (problem: String, fix: String)? { rule.fault(of: shape) }

  public func addScalars(to scalars: inout RuleValues<Double>, step: Int) {
    rule.addScalars(to: &scalars, step: step)
  }

  public func updated(
    _ parameter: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    rule.updated(parameter, gradient: gradient, state: &state, scalars: scalars)
  }

  public static func == (left: AnyRule, right: AnyRule) -> Bool {
    AnyHashable(left.rule) == AnyHashable(right.rule)
  }

  public func hash(into hasher: inout Hasher) { AnyHashable(rule).hash(into: &hasher) }

  private static func settings<Rule: UpdateRule>(of rule: Rule) -> [Setting<AnyRule>] {
    rule.settings.map { setting in
      Setting(
        setting.name, title: setting.title, range: setting.range, absent: setting.absent,
        get: { setting.number(of: $0.rule as! Rule) },
        put: {
          var rule = $0.rule as! Rule
          setting.set(&rule, $1)
          $0.rule = rule
        })
    }
  }
}
