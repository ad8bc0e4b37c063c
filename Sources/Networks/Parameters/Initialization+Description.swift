// SPDX-License-Identifier: Apache-2.0

extension Initialization: CustomStringConvertible {
  /// The distribution with its numbers.
  ///
  /// ```swift
  /// print(Initialization.kaimingUniform)   // uniform for the inputs, Gain(1.4142135)
  /// print(Initialization.normal(standardDeviation: 0.02))   // normal with deviation 0.02
  /// ```
  public var description: String {
    switch kind {
    case .scaled(let distribution, let fan, let gain):
      "\(distribution) for the \(fan == .both ? "inputs and outputs" : "inputs"), \(gain)"
    case .uniform(let bound): "uniform in ±\(bound)"
    case .normal(let deviation): "normal with deviation \(deviation)"
    case .truncatedNormal(let deviation): "truncated normal with deviation \(deviation)"
    case .orthogonal(let gain): "orthogonal, \(gain)"
    case .constant(let number): "constant \(number)"
    case .numbers(let numbers): "\(numbers.count) numbers"
    }
  }
}
