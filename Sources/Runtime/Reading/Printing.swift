// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Swift's own `print` takes `Any`, and where a formula may become `Any` the type checker tries
// its literals and operators in every combination: for `print(x * x * x - 3 * x * x + 3 * x - 1)`
// half a minute. With these it takes milliseconds, and prints the same.

/// Prints tensors as Swift's `print` does, so that formulas of tensors may stand in its
/// parentheses.
///
///     let x: Tensor<Float> = [1, 2, 3]
///     print(x * x - 1)           // [0. 3. 8.]
///     print(x + 1, x * 2)        // [2. 3. 4.] [2. 4. 6.]
public func print<Scalar: TensorScalar>(
  _ tensors: Tensor<Scalar>..., separator: String = " ", terminator: String = "\n"
) {
  Swift.print(joined(tensors, separator), terminator: terminator)
}

/// Prints words and then tensors as Swift's `print` does, so that formulas of tensors may stand in
/// its parentheses.
///
///     let x: Tensor<Float> = [1, 2, 3]
///     print("squares:", x * x)   // squares: [1. 4. 9.]
public func print<Scalar: TensorScalar>(
  _ words: String, _ tensors: Tensor<Scalar>..., separator: String = " ",
  terminator: String = "\n"
) {
  Swift.print(words, joined(tensors, separator), separator: separator, terminator: terminator)
}

private func joined(_ tensors: [Tensor<some TensorScalar>], _ separator: String) -> String {
  tensors.map(\.description).joined(separator: separator)
}
