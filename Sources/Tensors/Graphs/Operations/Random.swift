// SPDX-License-Identifier: Apache-2.0

/// How pseudo-random numbers are distributed.
///
/// Leaves because they are made of a key and a position, with operations on bits that
/// tensors do not have.
package enum RandomDistribution: UInt8, Sendable, CaseIterable {
  /// Uniform in [0, 1), a multiple of 2^-24 (Float) or 2^-53 (Double).
  case uniform
  /// Standard normal, by the inverse of the distribution function. A leaf because that inverse is
  /// made of polynomials by pieces.
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

/// What is drawn for one example, where each draws with a key of its own.
package struct DrawnExample: Sendable, Hashable {
  package let shape: Shape
  package let elementType: ElementType

  package init(shape: Shape, elementType: ElementType) {
    (self.shape, self.elementType) = (shape, elementType)
  }

  /// Seeds of shape [examples..., 1, ...], as many ones as the example has axes, give
  /// [examples...] + shape.
  func form(_ high: some Formed, _ low: some Formed) throws(FormFault) -> Form {
    if high.elementType != .int32 { throw .elementType(.left, .int32) }
    if low.elementType != .int32 { throw .elementType(.right, .int32) }
    let rank = high.shape.rank - shape.rank
    if rank < 0 || high.shape.dropFirst(rank).contains(where: { $0 != 1 }) { throw .rank(.left) }
    if low.shape != high.shape { throw .rank(.right) }
    return Form(try (high.shape.leading(rank) + shape).possible(), elementType)
  }
}

extension Value {
  package static func random(
    _ distribution: RandomDistribution, _ shape: Shape, _ elementType: ElementType,
    key: RandomKey, at site: CallSite? = nil
  ) -> Value {
    guard let seed = key.example?.seed else {
      return Value(
        .random(distribution, key: key), elementType: elementType, shape: shape, at: site)
    }
    // Refuses what no tensor can be with the words that are right for one.
    _ = Value(
      .random(distribution, key: RandomKey(seed: 0)), elementType: elementType, shape: shape,
      at: site)
    let ones = Shape(repeating: 1, rank: shape.rank)
    return Value(
      .random(
        distribution, key: key.givenSeeds,
        of: DrawnExample(shape: shape, elementType: elementType)),
      Inputs(seed[0].reshaped(to: ones), seed[1].reshaped(to: ones)))
  }
}
