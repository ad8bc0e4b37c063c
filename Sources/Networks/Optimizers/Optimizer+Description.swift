// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Optimizer: CustomStringConvertible, CustomReflectable {
  /// The rules with their settings, the steps taken and what is trained; what steps do beside.
  ///
  /// ```swift
  /// print(Optimizer(SGD(learningRate: 0.1), for: Linear(4, 2).parameters))
  /// // SGD(learningRate: 0.1, momentum: 0.0) after 0 steps, of 2 parameters, 10 numbers
  /// ```
  public var description: String {
    let rules = groups.map(\.rule.summary).joined(separator: " and ")
    return "\(rules) after \(counted(stepCount, "step")), of \(parameters.counts)\(course)"
  }

  /// What `dump` and debuggers show.
  public var customMirror: Mirror {
    let state = zip(parameters.distinct, state).map { (parameter: $0, state: $1) }
    return Mirror(
      self, children: ["summary": description, "stepCount": stepCount, "parameters": state],
      displayStyle: .class)
  }
}

extension UpdateRule {
  /// The name and the settings.
  ///
  /// ```swift
  /// print(SGD(learningRate: 0.1))   // SGD(learningRate: 0.1, momentum: 0.0)
  /// ```
  public var description: String { summary }

  /// The settings as files hold them: those that are as they were before there were such, are left
  /// out.
  package var storedSettings: [(name: String, number: Float)] {
    allSettings.map { (setting: $0, number: $0.number(of: self)) }
      .filter { $0.setting.absent != $0.number }.map { ($0.setting.name, $0.number) }
  }

  /// "SGD(learningRate: 0.1, momentum: 0.9)".
  package var summary: String {
    let words = storedSettings.map { "\($0.name): \($0.number)" }.joined(separator: ", ")
    return "\(name)(\(words))"
  }
}

extension Optimizer.Group: CustomStringConvertible {
  /// The rule, and how many parameters it changes.
  public var description: String { "\(rule.summary) of \(parameters.counts)" }
}

extension RecordedStep: CustomStringConvertible {
  public var description: String {
    var inputs: [String] = []
    func note<T>(_ type: T.Type) { inputs.append("\(type)") }
    repeat note((each Input).self)
    return "recorded step of (\(inputs.joined(separator: ", ")))"
  }
}

extension StepCourse: CustomStringConvertible {
  /// ", clipped to a norm of 1.0, 4 losses a step, 2 parameters frozen"; nothing
  /// for a plain course.
  var description: String {
    var words: [String] = []
    switch clipping {
    case .value(let limit): words.append("clipped to \(limit)")
    case .globalNorm(let limit): words.append("clipped to a norm of \(limit)")
    case nil: break
    }
    if accumulation > 1 { words.append("\(accumulation) losses a step") }
    if !frozen.isEmpty { words.append("\(counted(frozen.count, "parameter")) frozen") }
    if !averages.isEmpty { words.append(counted(averages.count, "average")) }
    return words.map { ", \($0)" }.joined()
  }
}
