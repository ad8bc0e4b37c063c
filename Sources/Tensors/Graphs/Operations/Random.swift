// SPDX-License-Identifier: Apache-2.0

/// How pseudo-random numbers are distributed.
///
/// Leaves because they are made of a key and a position, with operations on bits that tensors do not have.
package enum RandomDistribution: UInt8, Sendable, CaseIterable {
  /// Uniform in [0, 1), a multiple of 2^-24 (Float) or 2^-53 (Double).
  case uniform
  /// Standard normal, by the inverse of the distribution function. A leaf because that inverse is made of
  /// polynomials by pieces.
  case normal

  /// How messages and listings write it.
  package var symbol: String {
    switch self {
    case .uniform: "uniform"
    case .normal: "normal"
    }
  }
}

extension RandomDistribution {
  /// - Parameters: what was asked for.
  func form(_ shape: Shape?, _ elementType: ElementType?) throws(FormFault) -> Form {
    guard let shape, let elementType else { throw .unsaid }
    if !elementType.isFloatingPoint { throw .elementType(.result, .floatingPoint) }
    return Form(try shape.possible(), elementType)
  }
}

extension Value {
  package static func random(
    _ distribution: RandomDistribution, _ shape: Shape, _ elementType: ElementType,
    key: RandomKey, at site: CallSite? = nil
  ) -> Value {
    Value(
      .random(distribution, key: key), elementType: elementType, shape: shape, at: site)
  }
}
