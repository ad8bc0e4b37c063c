// SPDX-License-Identifier: Apache-2.0

/// y = f over some axes of x. Result: the shape of x without them. Batching: the same operation,
/// axes shifted by one.
///
/// Leaves because operations on each element make no fewer of them.
package enum Reduction: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// 0 over an empty axis.
  case sum
  /// 1 over an empty axis. Of Float in Double, rounded once; Int32 wraps.
  case product
  /// For Bool: any, false over an empty axis. NaN if one element is NaN.
  case max
  /// For Bool: all, true over an empty axis. NaN if one element is NaN.
  case min
  /// The position, along the one axis, of the first largest element (of the first NaN). A leaf
  /// because a maximum, a comparison with it and the least position read all elements three times.
  case argmax
  /// The position, along the one axis, of the first smallest element (of the first NaN). A leaf for
  /// the same reason.
  case argmin
  /// √Σ x², computed in Double: no square of a Float overflows or vanishes. A leaf because dividing
  /// by the largest element first takes six times as long.
  case norm
  /// Σ (x - μ)², μ the mean, computed in Double. A leaf because a composition reads all elements
  /// twice, which takes twice as long.
  case squaredDeviations

  /// How messages and listings write it.
  package var symbol: String {
    switch self {
    case .sum: "sum"
    case .product: "product"
    case .max: "max"
    case .min: "min"
    case .argmax: "argmax"
    case .argmin: "argmin"
    case .norm: "norm"
    case .squaredDeviations: "squaredDeviations"
    }
  }

  /// What the user calls.
  func name(for type: ElementType) -> String {
    switch self {
    case .max where type == .bool: "any"
    case .min where type == .bool: "all"
    case .sum, .product, .max, .min, .argmax, .argmin, .norm, .squaredDeviations: symbol
    }
  }

  /// sum: every element gets the cotangent of its sum. product: x.g = y.g times what the others
  /// multiply to, those before it and those behind; nothing is divided, so zeros are as good as
  /// other numbers. max, min: the elements that attain the result share its cotangent evenly;
  /// where that is NaN, all get NaN. norm: x.g = y.g x / y, 0 where y is. squaredDeviations:
  /// x.g = 2 y.g (x - μ); μ is subtracted twice, so a large mean costs no digits.
  func derivative(
    _ x: Value, axes: AxisSet, result y: Value, cotangent g: Value
  ) -> Value? {
    func stretched(_ value: Value) -> Value {
      value.reshaped(to: x.shape.collapsing(axes)).expanded(to: x.shape)
    }
    switch self {
    case .sum: return stretched(g)
    case .product:
      let lines = x.lines(along: axes)
      let others = lines.productOfThoseBefore(false) * lines.productOfThoseBefore(true)
      return stretched(g) * others.fromLines(along: axes, of: x.shape)
    case .max, .min:
      // NaN is neither less nor greater: it attains what is NaN.
      let misses = x.compared(self == .max ? .less : .greater, to: stretched(y))
      let count = misses.unary(.not).converted(to: g.elementType).reduced(.sum, axes)
      let share = Value.select(y .== y, g / count, Value.constant(.nan, g.elementType))
      return Value.select(misses, Value.constant(0, g.elementType), stretched(share))
    case .norm:
      // x (y.g / y) with one division a row; scaled, so that no quotient is too large or too small.
      func number(_ number: Double) -> Value { .constant(number, y.elementType) }
      let isSmall = y.compared(.less, to: number(0x1p-64))
      let isLarge = y.compared(.greater, to: number(0x1p64))
      let scale = Value.select(
        isSmall, number(0x1p64), Value.select(isLarge, number(0x1p-64), number(1)))
      let length = Value.select(y .== 0, number(1), y)
      return x * stretched(scale) * stretched(g / (length * scale))
    case .squaredDeviations:
      let count = x.shape.elementCount / Swift.max(y.shape.elementCount, 1)
      func centred(_ x: Value) -> Value {
        x - stretched(x.reduced(.sum, axes) / Value.constant(Double(count), x.elementType))
      }
      return stretched(g + g) * centred(centred(x))
    case .argmax, .argmin: return nil
    }
  }

  var derivativeReadsInput: Bool {
    switch self {
    case .sum, .argmax, .argmin: false
    case .product, .max, .min, .norm, .squaredDeviations: true
    }
  }

  var kink: Kink? {
    switch self {
    case .sum, .product, .norm, .squaredDeviations: nil
    case .max, .min: .tie
    case .argmax, .argmin: .tiedPosition
    }
  }

  /// The types of x.
  package var types: ElementTypes {
    switch self {
    case .sum, .product, .argmax, .argmin: .numbers
    case .max, .min: .all
    case .norm, .squaredDeviations: .floatingPoint
    }
  }

  /// True if only what lies side by side is reduced; other axes are moved there.
  package var goesAlongRows: Bool {
    switch self {
    case .sum, .max, .min, .argmax, .argmin: false
    case .product, .norm, .squaredDeviations: true
    }
  }

  /// What puts the results of two parts of an axis together; nil where axes are not cut.
  package var combination: Binary? {
    switch self {
    case .sum: .add
    case .max: .maximum
    case .min: .minimum
    case .product, .argmax, .argmin, .norm, .squaredDeviations: nil
    }
  }

  /// True if the result is a position, of Int32, along the one axis.
  package var isPosition: Bool {
    switch self {
    case .sum, .product, .max, .min, .norm, .squaredDeviations: false
    case .argmax, .argmin: true
    }
  }

  /// True if there is a result for no elements of this type.
  func isDefinedOverNothing(of type: ElementType) -> Bool {
    switch self {
    case .sum, .product, .norm, .squaredDeviations: true
    case .max, .min: type == .bool
    case .argmax, .argmin: false
    }
  }

  func form(_ x: some Formed, axes: AxisSet) throws(FormFault) -> Form {
    if !types.contains(x.elementType) { throw .elementType(.left, types) }
    if !axes.isWithin(x.shape.rank) || isPosition && axes.count != 1 { throw .axes(.left) }
    if !isDefinedOverNothing(of: x.elementType) {
      for axis in 0..<x.shape.rank where axes.contains(axis) {
        if x.shape[axis] == 0 { throw .empty(axis: axis) }
        if isPosition, x.shape[axis] > Int(Int32.max) {
          throw .positions(.left, axis: axis, most: Int(Int32.max))
        }
      }
    }
    return Form(x.shape.dropping(axes), isPosition ? .int32 : x.elementType)
  }
}

extension Value {
  package func reduced(
    _ reduction: Reduction, _ axes: AxisSet, at site: CallSite? = nil
  ) -> Value {
    if axes.isEmpty { return self }
    return Value(.reduction(reduction, axes: axes), self, at: site)
  }

  /// The other axes, then one for all elements along these.
  func lines(along axes: AxisSet) -> Value {
    let others = shape.dropping(axes)
    return transposed(shape.axesOfLines(along: axes)).reshaped(
      to: others + [axes.sorted.reduce(1) { $0 * shape[$1] }])
  }

  /// The reverse of ``lines(along:)`` for a value of this shape.
  fileprivate func fromLines(along axes: AxisSet, of shape: Shape) -> Value {
    let order = shape.axesOfLines(along: axes)
    var back = order
    for (place, axis) in order.enumerated() { back[axis] = place }
    return reshaped(to: Shape(order.map { shape[$0] })).transposed(back)
  }

  /// What those before each element of a line multiply to or, reversed, those behind it.
  fileprivate func productOfThoseBefore(_ isReversed: Bool) -> Value {
    let axis = rank - 1
    let isFirst = Value.isFirst(along: axis, of: shape, isReversed: isReversed)
    return Value.select(
      isFirst, .constant(1, elementType),
      scanned(.product, along: axis, isReversed: isReversed)
        .shifted(along: axis, isReversed: isReversed))
  }

  /// Whether leaves that go along rows in Double are as fast and exact as they promise: of Float,
  /// along the last axes.
  func isOfRows(_ axes: AxisSet) -> Bool {
    let count = axes.count
    return elementType == .float && count > 0
      && (0..<count).allSatisfy { axes.contains(rank - 1 - $0) }
  }

  /// Sums over the axes along which `shape` was stretched to this one, the reverse of
  /// broadcasting.
  package func summed(to shape: Shape) -> Value {
    if shape == self.shape { return self }
    let stretched = shape.stretchedAxes(to: self.shape)
    // Nothing is added up along an extent of 1. So a network sums over the same axes alone and in a
    // swarm, where it has one axis more.
    let axes = AxisSet(stretched.sorted.filter { self.shape[$0] != 1 })
    return reduced(.sum, axes.isEmpty ? stretched : axes).reshaped(to: shape)
  }
}

extension Shape {
  /// The other axes, then these.
  fileprivate func axesOfLines(along axes: AxisSet) -> Shape {
    Shape(indices.filter { !axes.contains($0) } + indices.filter { axes.contains($0) })
  }
}
