// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Optimizer {
  /// Takes a step with gradients that were computed elsewhere, in the order of ``parameters``, each
  /// parameter once: for gradients that are changed before they are followed, or of more than one
  /// loss. A parameter whose gradient is nil stays as it is, and so does a frozen one. What the
  /// optimizer does with gradients of a loss, it does with these. A mistake if there are more or
  /// fewer than parameters, all are nil, or one has another shape than its parameter.
  ///
  /// ```swift
  /// let w = Parameter(value: [4])
  /// let optimizer = Optimizer(SGD(learningRate: 0.5), for: ["w": w])
  /// let slope = gradient(of: w.value.squared().sum(), withRespectTo: w.value)
  /// optimizer.apply(gradients: [sign(slope)])
  /// print(w.value)   // [3.5]
  /// ```
  public func apply(
    gradients: [Tensor<Float>?], file: StaticString = #fileID, line: UInt = #line
  ) {
    let site = CallSite(file, line)
    checkGradients(gradients, in: "apply", at: site)
    let given = zip(parameters.distinct, gradients).filter {
      !course.frozen.contains(ObjectIdentifier($0.0))
    }
    if given.allSatisfy({ $0.1 == nil }) {
      Mistake("apply", "no parameter that is trained has a gradient", fix: "give one or more")
        .stop(at: site)
    }
    beginStep().apply(given.map { $0.1?.value }, at: site)
  }

  /// Stops unless there is a place for each parameter, and each gradient fits its own.
  func checkGradients(_ gradients: [Tensor<Float>?], in function: String, at site: CallSite?) {
    let leaves = parameters.distinctLeaves
    if gradients.count != leaves.count {
      Mistake(
        function,
        "\(counted(gradients.count, "gradient")) for \(counted(leaves.count, "parameter"))",
        fix: "give one for each of optimizer.parameters, in their order; nil for none"
      ).stop(at: site)
    }
    for (leaf, gradient) in zip(leaves, gradients) {
      guard let gradient, gradient.shape != leaf.parameter.shape else { continue }
      Mistake(
        function,
        "the gradient of \(leaf.path) \(leaf.parameter.shape) has the shape \(gradient.shape)",
        fix: "give the gradients in the order of optimizer.parameters"
      ).stop(at: site)
    }
  }
}
