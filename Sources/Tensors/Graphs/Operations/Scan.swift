// SPDX-License-Identifier: Apache-2.0

/// What goes along one axis of x, element by element, from the first to the last or, reversed, from
/// the last to the first. Result: the shape of x. Batching: the same operation, the
/// axis shifted by one.
///
/// Leaves because of n elements a composition takes n steps, or log n with all of the
/// numbers in each.
package enum Scan: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// y_i = y_{i-1} + x_i. Of Float in Double, each rounded once; Int32 wraps.
  case sum
  /// y_i = y_{i-1} x_i, likewise.
  case product
  /// y_i = the larger of y_{i-1} and x_i; NaN from the first NaN on. For Bool: or.
  case max
  /// y_i = the smaller of y_{i-1} and x_i; NaN from the first NaN on. For Bool: and.
  case min
  /// y_i = x_i + a_i y_{i-1}, with y = x at the first, whose a is not read. Of Float in Double.
  /// A leaf because it is the derivative of a product where elements are 0.
  case recurrence
  /// The elements in order, the least first or, reversed, the greatest; stable, -0 and 0 equal, NaN
  /// last either way. A leaf because no other operation compares elements with each other.
  case sort
  /// Where each of them stood, as Int32. A leaf because sorted numbers do not say it.
  case sortedPositions

  /// What the user calls.
  package var name: String {
    switch self {
    case .sum: "cumulativeSum"
    case .product: "cumulativeProduct"
    case .max: "cumulativeMaximum"
    case .min: "cumulativeMinimum"
    case .recurrence: "recurrence"
    case .sort: "sorted"
    case .sortedPositions: "sortedIndices"
    }
  }

  /// How listings write it.
  package func description(axis: Int, isReversed: Bool) -> String {
    let way = isSort ? ", descending" : ", reversed"
    return "\(name) along axis \(axis)\(isReversed ? way : "")"
  }

  /// Whether elements change their places.
  package var isSort: Bool {
    switch self {
    case .sum, .product, .max, .min, .recurrence: false
    case .sort, .sortedPositions: true
    }
  }

  package var inputCount: Int { self == .recurrence ? 2 : 1 }

  /// The types of x.
  package var types: ElementTypes {
    switch self {
    case .sum, .product: .numbers
    case .recurrence: .floatingPoint
    case .max, .min, .sort, .sortedPositions: .all
    }
  }

  /// sum: the sum of y.g from the other end. product: y_{i-1} times what y.g gives along a
  /// recurrence from the other end, whose factors are those of x: nothing is divided, so zeros are
  /// as good as other numbers. max, min: y.g goes where y was attained last; NaN where y is.
  /// recurrence: λ, the recurrence of y.g from the other end, is that of x; a_i.g = λ_i y_{i-1}.
  /// sort: y.g goes where y came from, and NaN where x is.
  func derivative(
    at index: Int, _ inputs: Inputs, axis: Int, isReversed: Bool, result y: Value,
    cotangent g: Value
  ) -> Value? {
    let x = inputs[0]
    func before(_ value: Value) -> Value { value.shifted(along: axis, isReversed: isReversed) }
    func after(_ value: Value) -> Value { value.shifted(along: axis, isReversed: !isReversed) }
    func backwards(by a: Value) -> Value {
      g.recurrence(factors: after(a), along: axis, isReversed: !isReversed)
    }
    switch self {
    case .sum: return g.scanned(.sum, along: axis, isReversed: !isReversed)
    case .product:
      let isFirst = Value.isFirst(along: axis, of: x.shape, isReversed: isReversed)
      return Value.select(isFirst, .constant(1, x.elementType), before(y)) * backwards(by: x)
    case .recurrence:
      let slope = backwards(by: inputs[1])
      return index == 0 ? slope : slope * before(y)
    case .max, .min:
      // NaN is neither less nor greater: it attains what is NaN.
      let misses = x.compared(self == .max ? .less : .greater, to: y)
      let places = Value.positions(along: axis, of: x.shape)
      let first = Value.constant(Double(isReversed ? x.shape[axis] - 1 : 0), .int32)
      let last = Value.select(misses, first, places)
        .scanned(isReversed ? .min : .max, along: axis, isReversed: isReversed)
      return Value.select(y .== y, g, .constant(.nan, g.elementType))
        .scatterAdded(last, along: axis, count: x.shape[axis])
    case .sort:
      let places = x.scanned(.sortedPositions, along: axis, isReversed: isReversed)
      return x.derivativeKeepingNaN(g.scatterAdded(places, along: axis, count: x.shape[axis]))
    case .sortedPositions: return nil
    }
  }

  var derivativeReadsInput: Bool {
    switch self {
    case .sum, .sortedPositions: false
    case .product, .max, .min, .recurrence, .sort: true
    }
  }

  func kink(axis: Int, isReversed: Bool) -> Kink? {
    switch self {
    case .sum, .product, .recurrence: nil
    case .max, .min: .tieSoFar
    case .sort: .order(axis: axis, isReversed: isReversed)
    case .sortedPositions: .tiedPosition
    }
  }

  func notation(axis: Int, isReversed: Bool) -> Notation {
    let way = isReversed ? "axis \(axis) from its end" : "axis \(axis)"
    let words =
      switch self {
      case .sum: "added up along \(way)"
      case .product: "multiplied up along \(way)"
      case .max: "the largest so far along \(way)"
      case .min: "the smallest so far along \(way)"
      case .recurrence: "added up along \(way), what was there times"
      case .sort: "\(order(isReversed)) along axis \(axis)"
      case .sortedPositions: "positions when \(order(isReversed)) along axis \(axis)"
      }
    return .alongAxis(axis, words)
  }

  private func order(_ isReversed: Bool) -> String { isReversed ? "sorted descending" : "sorted" }

  /// How many operations on numbers the result takes; of a sort, comparisons, about.
  package func operationCount(on shape: Shape, axis: Int) -> Int {
    switch self {
    case .sum, .product, .max, .min: shape.elementCount
    case .recurrence: 2 * shape.elementCount
    case .sort, .sortedPositions:
      shape.elementCount * (Int.bitWidth - shape[axis].leadingZeroBitCount)
    }
  }

  /// The type of x; for positions Int32.
  func form(_ x: some Formed, axis: Int) throws(FormFault) -> Form {
    if inputCount != 1 { throw .inputCount(inputCount) }
    return try form(of: x, axis: axis)
  }

  /// x and what is multiplied, of one form.
  func form(_ x: some Formed, _ factors: some Formed, axis: Int) throws(FormFault) -> Form {
    if inputCount != 2 { throw .inputCount(inputCount) }
    if x.elementType != factors.elementType { throw .elementTypes(.left, .right) }
    if x.shape.rank != factors.shape.rank { throw .rank(.right) }
    for axis in 0..<x.shape.rank where x.shape[axis] != factors.shape[axis] {
      throw .extents(left: axis, right: axis)
    }
    return try form(of: x, axis: axis)
  }

  private func form(of x: some Formed, axis: Int) throws(FormFault) -> Form {
    if !types.contains(x.elementType) { throw .elementType(.left, types) }
    if !(0..<x.shape.rank).contains(axis) { throw .axes(.left) }
    if self != .sortedPositions { return Form(x.shape, x.elementType) }
    if x.shape[axis] > Int(Int32.max) {
      throw .positions(.left, axis: axis, most: Int(Int32.max))
    }
    return Form(x.shape, .int32)
  }
}

extension Value {
  package func scanned(
    _ scan: Scan, along axis: Int, isReversed: Bool = false, at site: CallSite? = nil
  ) -> Value {
    Value(.scan(scan, axis: axis, isReversed: isReversed), self, at: site)
  }

  /// y_i = x_i + a_i y_{i-1} along an axis; the first factor is not read.
  package func recurrence(
    factors: Value, along axis: Int, isReversed: Bool = false
  ) -> Value {
    Value(.scan(.recurrence, axis: axis, isReversed: isReversed), self, factors)
  }

  /// Each element one place further along an axis, behind a zero; the last is dropped.
  package func shifted(along axis: Int, isReversed: Bool) -> Value {
    if shape[axis] == 0 { return self }
    let none = Shape(repeating: 0, rank: rank)
    var extents = shape, from = none, to = none
    extents[axis] -= 1
    if isReversed { from[axis] = 1 } else { to[axis] = 1 }
    return sliced(from: from, extents: extents).padded(to: shape, at: to)
  }

  /// 0, 1, ... along an axis.
  package static func positions(along axis: Int, of shape: Shape) -> Value {
    var line = Shape(repeating: 1, rank: shape.rank)
    line[axis] = shape[axis]
    return iota(shape[axis], .int32).reshaped(to: line)
  }

  /// True where a scan begins.
  package static func isFirst(along axis: Int, of shape: Shape, isReversed: Bool) -> Value {
    let first = isReversed ? Swift.max(shape[axis] - 1, 0) : 0
    return positions(along: axis, of: shape) .== constant(Double(first), .int32)
  }

}
