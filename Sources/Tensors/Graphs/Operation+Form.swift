// SPDX-License-Identifier: Apache-2.0

extension Operation {
  /// The form of the result, from those of the inputs alone: the one rule for those who write
  /// graphs down and those who check them.
  ///
  /// - Parameters:
  ///   - shape: what was asked for, where the shape follows from no input (creation, and
  ///     movements to a shape).
  ///   - elementType: what was asked for, where the type follows from no input
  ///     (creation, conversion).
  package func form(
    of inputs: [Form], shape: Shape?, elementType: ElementType?
  ) throws(FormFault) -> Form {
    if let places = placesOfParts { return try placedForm(inputs, at: places, in: shape) }
    // What a rule of the user's reads comes behind the first.
    if case .identity = self, let x = inputs.first {
      return try form(x, shape: shape, elementType: elementType)
    }
    switch inputs.count {
    case 0: return try form(shape: shape, elementType: elementType)
    case 1: return try form(inputs[0], shape: shape, elementType: elementType)
    case 2: return try form(inputs[0], inputs[1])
    case 3: return try form(inputs[0], inputs[1], inputs[2])
    default: throw .inputCount(inputCount)
    }
  }

  @inline(__always)
  func form(shape: Shape?, elementType: ElementType?) throws(FormFault) -> Form {
    switch self {
    case .creation(let creation): try creation.form(shape, elementType)
    case .random(let distribution, _, nil): try distribution.form(shape, elementType)
    case .random: throw .inputCount(inputCount)
    case .identity, .unary, .binary, .comparison, .selection, .conversion, .reduction, .scan,
      .contraction, .movement, .gathering:
      throw .inputCount(inputCount)
    }
  }

  @inline(__always)
  func form(
    _ x: some Formed, shape: Shape?, elementType: ElementType?
  ) throws(FormFault) -> Form {
    switch self {
    case .identity(let identity): try identity.form(x)
    case .unary(let unary): try unary.form(x)
    case .conversion: try conversionForm(x, elementType)
    case .reduction(let reduction, let axes): try reduction.form(x, axes: axes)
    case .scan(let scan, let axis, _): try scan.form(x, axis: axis)
    case .movement(let movement): try movement.form(x, to: shape)
    case .creation, .random, .binary, .comparison, .selection, .contraction, .gathering:
      throw .inputCount(inputCount)
    }
  }

  @inline(__always)
  func form(_ x: some Formed, _ y: some Formed) throws(FormFault) -> Form {
    switch self {
    case .binary(let binary): try binary.form(x, y)
    case .comparison(let comparison): try comparison.form(x, y)
    case .scan(let scan, let axis, _): try scan.form(x, y, axis: axis)
    case .contraction(let batch, let rows, let inner):
      try contractionForm(x, y, batch: batch, rows: rows, inner: inner)
    case .gathering(let gathering, let batchRank): try gathering.form(x, y, batchRank: batchRank)
    case .random(_, _, let example?): try example.form(x, y)
    case .creation, .random, .identity, .unary, .selection, .conversion, .reduction, .movement:
      throw .inputCount(inputCount)
    }
  }

  @inline(__always)
  func form(_ x: some Formed, _ y: some Formed, _ z: some Formed) throws(FormFault) -> Form {
    switch self {
    case .selection: try selectionForm(x, y, z)
    case .creation, .random, .identity, .unary, .binary, .comparison, .conversion, .reduction,
      .scan, .contraction, .movement, .gathering:
      throw .inputCount(inputCount)
    }
  }

  /// How many inputs there must be; of a rule of the user's, at least.
  private var inputCount: Int {
    switch self {
    case .creation: 0
    case .random(_, _, let example): example == nil ? 0 : 2
    case .identity, .unary, .conversion, .reduction, .movement: 1
    case .scan(let scan, _, _): scan.inputCount
    case .binary, .comparison, .contraction, .gathering: 2
    case .selection: 3
    }
  }
}

extension Inputs {
  var forms: [Form] { values.map(\.form) }
}
