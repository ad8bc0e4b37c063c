// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Stops a loss whose labels are not one for each row of what it compares them with.
func checkLabels<Scalar: FloatingPointScalar>(
  _ labels: Tensor<Int32>, of x: Tensor<Scalar>, _ name: String, in operation: String,
  at site: CallSite
) {
  guard x.rank > 0, x.shape.dropLast().elementsEqual(labels.shape) else {
    Mistake(
      operation, "the labels \(labels.value.label) do not fit the \(name) \(x.value.label)",
      fix: "\(name) are [..., classes], labels [...]: one label for each row"
    ).stop(at: site)
  }
  checkClasses(of: x, name, in: operation, at: site)
}

/// Stops a loss of rows without a class.
func checkClasses<Scalar: FloatingPointScalar>(
  of x: Tensor<Scalar>, _ name: String, in operation: String, at site: CallSite
) {
  guard let classes = x.shape.last, classes > 0 else {
    Mistake(
      operation, "the \(name) \(x.value.label) have no classes",
      fix: "\(name) are [..., classes], with at least one class"
    ).stop(at: site)
  }
}
