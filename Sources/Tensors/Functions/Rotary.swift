// SPDX-License-Identifier: Apache-2.0

/// Rotary positions: the numbers of a query or key, two by two, turned by angles that grow with the
/// position, so that q • kᵀ depends on how far two positions are apart.
///
/// y_i = x_i cos(p θ_i) - x_(i+d/2) sin(p θ_i), y_(i+d/2) = x_(i+d/2) cos(p θ_i) + x_i sin(p θ_i)
/// for i < d/2, position p and θ_i = base^(-2i/d). x and result: [..., t, d]; positions: [t], 0 ..<
/// t if nothing is said. x.g is y.g turned back. The angles are computed in Double. A mistake if d
/// is odd, there are more or fewer positions than t, or the base is not a finite number above 1.
///
///     let x: Tensor<Float> = [[1, 0], [1, 0]]
///     print(rotaryEmbedded(x))   // [[1.         0.        ]
///                                //  [0.5403023  0.84147096]]
///
/// Source: Su et al., "RoFormer: enhanced transformer with rotary position embedding",
/// arXiv:2104.09864; the pairs are those of GPT-NeoX and Llama.
///
/// - Parameter isInterleaved: whether the pairs are neighbours, x_2i and x_(2i+1), as in the paper.
public func rotaryEmbedded<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, positions: Tensor<Int32>? = nil, base: Double = 10_000,
  isInterleaved: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  stopping(at: CallSite(file, line)) { () throws(Mistake) in
    try checkRotation(x.value, positions?.value, base)
  }
  let (t, d) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
  let places = positions?.value ?? .iota(t, .int32)
  let rates = Value.constant(base, .double)
    .binary(.power, Value.iota(d / 2, .double) * .count(-2 / Double(d), .double))
  let angles = places.converted(to: .double).reshaped(to: [t, 1]) * rates
  let cosines = angles.unary(.cos).converted(to: Scalar.elementType)
  let sines = angles.unary(.sin).converted(to: Scalar.elementType)
  let leading = Shape(x.shape.dropLast()), rank = x.rank
  func part(_ number: Int) -> Value {
    let pairs = x.value.reshaped(to: leading + (isInterleaved ? [d / 2, 2] : [2, d / 2]))
    var starts = Shape(repeating: 0, rank: rank + 1), extents = pairs.shape
    let axis = isInterleaved ? rank : rank - 1
    (starts[axis], extents[axis]) = (number, 1)
    return pairs.sliced(from: starts, extents: extents, dropping: AxisSet([axis]))
  }
  let (a, b) = (part(0), part(1))
  let pairs = Value.stacked([a * cosines - b * sines, b * cosines + a * sines])
  let order = Shape(1..<rank) + (isInterleaved ? [rank, 0] : [0, rank])
  return Tensor(pairs.transposed(order).reshaped(to: x.shape))
}

private func checkRotation(_ x: Value, _ positions: Value?, _ base: Double) throws(Mistake) {
  guard x.rank >= 2, x.shape[x.rank - 1] % 2 == 0, x.shape[x.rank - 1] > 0 else {
    throw Mistake(
      "rotaryEmbedded", "\(x.label) has no pairs of numbers at each position",
      fix: "give [..., t, d] with an even d")
  }
  if let positions, positions.shape != [x.shape[x.rank - 2]] {
    throw Mistake(
      "rotaryEmbedded", "positions \(positions.label) for \(x.label)",
      fix: "give one for each of the \(x.shape[x.rank - 2]) places along its last axis but one")
  }
  guard base > 1, base.isFinite else {
    throw Mistake("rotaryEmbedded", "a base of \(base)", fix: "use a finite number above 1")
  }
}
