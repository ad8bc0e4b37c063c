// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Optimizer {
  /// The type, the steps taken and what is trained.
  ///
  /// ```swift
  /// print(SGD(Linear(4, 2).parameters, learningRate: 0.1))
  /// // SGD(learningRate: 0.1, momentum: 0.0) after 0 steps, of 2 parameters, 10 numbers
  /// ```
  public var description: String { summary([:]) }

  /// What `dump` and debuggers show.
  public var customMirror: Mirror {
    let state = zip(parameters.distinct, state).map { (parameter: $0, state: $1) }
    return Mirror(
      self, children: ["summary": description, "stepCount": stepCount, "parameters": state],
      displayStyle: .class)
  }

  fileprivate func summary(_ settings: KeyValuePairs<String, Float>) -> String {
    let words = settings.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    return "\(type(of: self))(\(words)) after \(counted(stepCount, "step")), "
      + "of \(parameters.counts)"
  }
}

extension SGD {
  public var description: String {
    summary(["learningRate": learningRate, "momentum": momentum])
  }
}

extension Adam {
  public var description: String {
    summary([
      "learningRate": learningRate, "beta1": betas.0, "beta2": betas.1, "epsilon": epsilon,
    ])
  }
}

extension AdamW {
  public var description: String {
    summary([
      "learningRate": learningRate, "weightDecay": weightDecay, "beta1": betas.0,
      "beta2": betas.1, "epsilon": epsilon,
    ])
  }
}

extension RecordedStep: CustomStringConvertible {
  public var description: String {
    var inputs: [String] = []
    func note<T>(_ type: T.Type) { inputs.append("\(type)") }
    repeat note((each Input).self)
    return "recorded step of (\(inputs.joined(separator: ", ")))"
  }
}

extension StepPrograms: CustomStringConvertible {
  public var description: String { "\(counted(structureCount, "structure")) of losses" }
}
