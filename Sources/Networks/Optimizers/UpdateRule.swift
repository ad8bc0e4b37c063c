// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How a parameter changes in one step, given its gradient: a small value that an ``Optimizer``
/// drives.
///
/// `updated` writes the new value down as a graph, once for all steps of one structure; the numbers
/// of the settings are given at each run, so that they may change without a new plan.
///
/// ```swift
/// /// Bernstein et al., "signSGD: compressed optimisation for non-convex problems", ICML 2018.
/// struct Signum: UpdateRule {
///   let name = "Signum"
///   var learningRate: Float = 1e-4
///   var beta: Float = 0.9
///
///   var settings: [Setting<Signum>] { [Setting("beta", \.beta, .share)] }
///   var stateNames: [String] { ["momentum"] }
///
///   func updated(
///     _ w: Tensor<Float>, gradient g: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
///     scalars: RuleValues<Tensor<Float>>
///   ) -> Tensor<Float> {
///     state.momentum = scalars.beta * state.momentum + (1 - scalars.beta) * g
///     return w - scalars.learningRate * sign(state.momentum)
///   }
/// }
/// let w = Parameter(value: [4])
/// let optimizer = Optimizer(Signum(learningRate: 0.5), for: ["w": w])
/// optimizer.minimize(w.value.squared().sum())
/// print(w.value)   // [3.5]
/// ```
public protocol UpdateRule: Hashable, Sendable, CustomStringConvertible {
  /// What model files and messages call the rule.
  var name: String { get }

  /// How far a step goes; what schedules change.
  var learningRate: Float { get set }

  /// The settings beside the learning rate. What is listed here is checked, saved with a model, and
  /// given to `updated` as a scalar.
  var settings: [Setting<Self>] { get }

  /// The names of the tensors that are kept for each parameter, in its shape. They start at 0.
  var stateNames: [String] { get }

  /// Why the rule cannot train a parameter of this shape ("it is no matrix"), with what to do; nil
  /// if it can, which is so if a rule says nothing.
  func fault(of shape: Shape) -> (problem: String, fix: String)?

  /// Adds numbers to those of the settings that are computed anew for each step, the first being
  /// step 1: `scalars.rate = ...`. They reach `updated` rounded to Float.
  func addScalars(to scalars: inout RuleValues<Double>, step: Int)

  /// The new value of a parameter; new values of the state are assigned.
  ///
  /// Called once for each structure of a loss, so it must depend on its arguments, on settings that
  /// are no numbers and on the signs of the others alone: `if momentum == 0` is right, but the
  /// number is `scalars.momentum`. (Here, the rule's own numbers are 0 or infinite; a mistake if
  /// such a one comes into the result.)
  func updated(
    _ parameter: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float>
}

extension UpdateRule {
  public var settings: [Setting<Self>] { [] }

  public var stateNames: [String] { [] }

  public func fault(of shape: Shape) -> (problem: String, fix: String)? { nil }

  public func addScalars(to scalars: inout RuleValues<Double>, step: Int) {}
}

extension UpdateRule {
  /// The learning rate and the other settings.
  package var allSettings: [Setting<Self>] {
    [Setting("learningRate", \.learningRate, .size)] + settings
  }

  /// The rule as far as what it writes down may depend on it: of numbers there is only the sign, of
  /// the learning rate not even that. Rules of equal forms share their steps.
  func form(of settings: [Setting<Self>]) -> Self {
    var form = self
    for setting in settings where setting.range != .option {
      let number = setting.number(of: self)
      setting.set(&form, number == 0 ? 0 : number > 0 ? .infinity : -.infinity)
    }
    form.learningRate = .infinity
    return form
  }

  /// Stops if the networks of a swarm have rules of several kinds, or one has a number
  /// that it cannot be.
  static func check(_ rules: [Self], _ settings: [Setting<Self>], at site: CallSite?) {
    if let first = rules.first, let other = rules.first(where: { $0.name != first.name }) {
      first.refuseDifference("their kind, \(first.name) and \(other.name)", at: site)
    }
    for rule in rules { rule.check(settings, at: site) }
  }

  private func refuseDifference(_ problem: String, at site: CallSite? = nil) -> Never {
    Mistake(
      name, "the rules of the networks differ in \(problem)",
      fix: "train them as two swarms: networks of one share all but numbers"
    ).stop(at: site)
  }

  /// The form that the rules of all networks of a swarm share: a number that is 0 for some of them
  /// is one that is given to all. A mistake if they differ in more than numbers.
  static func form(ofAll rules: [Self], _ settings: [Setting<Self>]) -> Self {
    let first = rules[0]
    func common(_ rule: Self) -> Self {
      var common = rule
      for setting in settings where setting.range != .option {
        setting.set(&common, setting.number(of: first))
      }
      return common
    }
    let alike = common(first)
    if rules.contains(where: { common($0) != alike }) {
      first.refuseDifference("a setting that is no number")
    }
    var largest = first
    for setting in settings where setting.range != .option {
      let numbers = rules.map { setting.number(of: $0) }
      if numbers.contains(where: { $0 < 0 }), numbers.contains(where: { $0 > 0 }) {
        first.refuseDifference("the sign of \(setting.name)")
      }
      setting.set(&largest, numbers.first { $0 != 0 } ?? 0)
    }
    return largest.form(of: settings)
  }

  /// Stops if a setting is a number that it cannot be.
  func check(_ settings: [Setting<Self>], at site: CallSite?) {
    for setting in settings {
      let number = setting.number(of: self)
      if !setting.range.contains(number) {
        Mistake(name, "\(setting.title) of \(number)", fix: "use \(setting.range.name)")
          .stop(at: site)
      }
    }
  }
}
