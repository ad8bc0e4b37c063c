// SPDX-License-Identifier: Apache-2.0

// What others need to know of operations beside their meaning, shape and derivative. Each
// family says it in its file; whoever writes, checks or explains a graph asks, and knows no
// operation by name.

/// Where an operation has no derivative: it decides something by looking at numbers.
package enum Kink: Sendable {
  /// Which side of 0 the input is on.
  case sideOfZero
  /// Which of two inputs is chosen.
  case equalInputs
  /// Whether two inputs are in a relation.
  case relation
  /// Which elements attain the result.
  case tie
  /// Which position is the result.
  case tiedPosition
  /// Which elements attain the result at their place.
  case tieSoFar
  /// In which order elements along an axis are.
  case order(axis: Int, isReversed: Bool)
  /// Which whole number is nearest.
  case rounding
}

/// Which elements of its inputs an element of a result is made of: what decides how operations are
/// put together into steps.
package enum AccessPattern: Sendable {
  /// None: the operation has no inputs, and is known without being computed.
  case given
  /// Those at the same place, of inputs that are stretched.
  case pointwise
  /// One of x, which a view of x finds if `View.moved` has one for the movement.
  case view
  /// Those that inputs have there, each at its place of `placesOfParts`, or zero.
  case parts
  /// One of x, from the row behind batch axes that y chooses.
  case rows(batchRank: Int)
  /// Those along axes of x.
  case reduction(Reduction, AxisSet)
  /// Many: it is made as a whole, by a core of its own. Whether the core reads its inputs in
  /// row-major order, not through views; whether what reads the result element by element can be
  /// the core's body.
  case whole(readsInOrder: Bool, takesBody: Bool)
}

/// How an operation stands in a formula. x, y and z are its inputs.
package enum Notation: Sendable {
  /// Stored numbers, 0..<n: in words.
  case words(String)
  case random(RandomDistribution)
  case number(Double)
  /// x itself.
  case same
  /// x under a name that the user gave.
  case named
  /// x where derivatives end.
  case detached
  /// x, of which something is to be said.
  case remark(String)
  /// f(x), f(x, y)
  case function(String)
  /// -x
  case minus
  /// The opposite of x, for Bool.
  case opposite
  /// x + y
  case sum
  /// x - y
  case difference
  /// x y
  case product
  /// x / y
  case quotient
  /// x < y
  case relation(Comparison)
  /// x or y, x and y: for Bool
  case or, and
  /// y where x, else z
  case choice
  /// x in another element type.
  case conversion
  /// f over axes of x
  case reduction(Reduction, AxisSet)
  /// x worked on along an axis, with y if there is one: in words
  case alongAxis(Int, String)
  /// x • y
  case matmul
  /// Products summed over axes that both share, which stand as a contraction has them.
  case contraction(batch: Int, rows: Int, inner: Int)
  /// xᵀ
  case transposed
  /// The elements of x in other places: in words.
  case arranged(String)
  /// The elements of x in another shape.
  case reshaped
  /// x among zeros, or several inputs in their places, which are written as indices of the whole.
  /// Whether some may overlap: then these are added up.
  case placed(at: [String], overlapping: Bool)
  /// x repeated.
  case stretched
  /// x[...]
  case part(String)
  /// Rows of x that y chooses.
  case chosen
  /// Rows of x added up where y says, into so many.
  case collected(count: Int)
}
