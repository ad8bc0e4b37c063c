// SPDX-License-Identifier: Apache-2.0

/// y = f over some axes of x. Result: the shape of x without them. Batching: the same operation,
/// axes shifted by one.
package enum Reduction: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// 0 over an empty axis.
  case sum
  /// For Bool: any, false over an empty axis. NaN if one element is NaN.
  case max
  /// For Bool: all, true over an empty axis. NaN if one element is NaN.
  case min
  /// The position, along the one axis, of the first largest element (of the first NaN).
  case argmax
  /// The position, along the one axis, of the first smallest element (of the first NaN).
  case argmin

  /// How messages and listings write it.
  package var symbol: String {
    switch self {
    case .sum: "sum"
    case .max: "max"
    case .min: "min"
    case .argmax: "argmax"
    case .argmin: "argmin"
    }
  }

  /// What the user calls.
  func name(for type: ElementType) -> String {
    switch self {
    case .max where type == .bool: "any"
    case .min where type == .bool: "all"
    case .sum, .max, .min, .argmax, .argmin: symbol
    }
  }

  /// sum: every element gets the cotangent of its sum. max, min: the elements that attain the
  /// result share its cotangent evenly; where that is NaN, all get NaN.
  func derivative(
    _ x: Value, axes: AxisSet, result y: Value, cotangent g: Value
  ) -> Value? {
    func stretched(_ value: Value) -> Value {
      value.reshaped(to: x.shape.collapsing(axes)).expanded(to: x.shape)
    }
    switch self {
    case .sum: return stretched(g)
    case .max, .min:
      // NaN is neither less nor greater: it attains what is NaN.
      let misses = x.compared(self == .max ? .less : .greater, to: stretched(y))
      let count = misses.unary(.not).converted(to: g.elementType).reduced(.sum, axes)
      let share = Value.select(y .== y, g / count, Value.constant(.nan, g.elementType))
      return Value.select(misses, Value.constant(0, g.elementType), stretched(share))
    case .argmax, .argmin: return nil
    }
  }

  var reads: Reads {
    switch self {
    case .sum, .argmax, .argmin: .nothing
    case .max, .min: [.input, .result]
    }
  }

  var kink: Kink? {
    switch self {
    case .sum: nil
    case .max, .min: .tie
    case .argmax, .argmin: .tiedPosition
    }
  }

  /// The types of x.
  package var types: ElementTypes {
    switch self {
    case .sum, .argmax, .argmin: .numbers
    case .max, .min: .all
    }
  }

  /// True if the result is a position, of Int32, along the one axis.
  package var isPosition: Bool {
    switch self {
    case .sum, .max, .min: false
    case .argmax, .argmin: true
    }
  }

  /// True if there is a result for no elements of this type.
  func isDefinedOverNothing(of type: ElementType) -> Bool {
    switch self {
    case .sum: true
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

  /// Sums over the axes along which `shape` was stretched to this one, the reverse of
  /// broadcasting.
  package func summed(to shape: Shape) -> Value {
    if shape == self.shape { return self }
    let axes = shape.stretchedAxes(to: self.shape)
    return reduced(.sum, axes).reshaped(to: shape)
  }
}
