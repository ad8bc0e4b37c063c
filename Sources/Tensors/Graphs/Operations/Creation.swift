// SPDX-License-Identifier: Apache-2.0

/// Tensors from nothing: where every graph starts. No inputs, so no derivative.
package enum Creation: Sendable {
  /// Numbers that are stored already: a literal, rows of a file, or a value of what training changes,
  /// now or before: then the number of its holder tells which.
  case data(heldBy: UInt64? = nil)
  /// One number that is part of the program: -1, 0, 1/2, 1 and 2 are worth a plan of their own, and
  /// what follows from shapes has one anyway.
  case constant(Double)
  /// One number that is an input of the program and may differ at each run: a learning rate. In a
  /// recording it may stand for a numbered argument, given anew at each replay.
  case scalar(Double, argument: Int? = nil)
  /// [n] with element i equal to i.
  case iota

  package var name: String {
    switch self {
    case .data: "data"
    case .constant(let number), .scalar(let number, _): "\(number)"
    case .iota: "range"
    }
  }

  /// - Parameter result: its element type and shape.
  func notation(_ result: Node) -> Notation {
    switch self {
    case .data: .words("numbers")
    case .constant(let number), .scalar(let number, _):
      // A Float is written with its own digits, not with those of the Double that holds it.
      .number(result.elementType == .float ? Double(Float(number).description) ?? number : number)
    case .iota: .words("0..<\(result.shape[0])")
    }
  }
}

/// How pseudo-random numbers are distributed.
package enum RandomDistribution: String, Sendable, CaseIterable {
  /// Uniform in [0, 1), a multiple of 2^-24 (Float) or 2^-53 (Double).
  case uniform
  /// Standard normal, by the inverse of the distribution function.
  case normal
}

func creationShape(_ shape: Shape, in operation: String) throws(Mistake) -> Shape {
  try checkExtents(shape, in: operation)
  return shape
}

/// Refuses negative extents.
private func checkExtents(_ shape: Shape, in operation: String) throws(Mistake) {
  if let axis = shape.firstIndex(where: { $0 < 0 }) {
    throw Mistake(
      operation, "the shape \(shape) has the negative extent \(shape[axis]) at axis \(axis)",
      fix: "extents are 0 or more")
  }
}

/// Refuses shapes that no tensor can have.
package func checkCountable(_ shape: Shape, in operation: String) throws(Mistake) {
  try countable(creationShape(shape, in: operation), in: operation)
}

/// Refuses axes so long that an Int32 cannot count them, where it holds a position along one.
func checkPositions(
  _ extent: Int, of axis: @autoclosure () -> String, in operation: String,
  most: Int = Int(Int32.max)
) throws(Mistake) {
  if extent > most {
    throw Mistake(
      operation, "\(axis()) has \(extent) elements, and positions along it are of Int32",
      fix: "use at most \(most) elements, in several parts if there are more")
  }
}

/// Refuses shapes whose elements cannot be counted.
func countable(_ shape: Shape, in operation: @autoclosure () -> String) throws(Mistake) {
  guard shape.checkedElementCount != nil else {
    throw Mistake(
      operation(), "a tensor of shape \(shape) has more elements than can be counted",
      fix: "check the extents")
  }
}

extension Value {
  /// Numbers that graph rules and users write into formulas. The few that simplify a plan are
  /// part of it; any other is an input, so that a new number is not a new plan.
  ///
  /// A mistake if an Int32 cannot hold it.
  package static func constant(_ number: Double, _ elementType: ElementType) -> Value {
    if elementType == .int32, Int32(exactly: number.rounded(.towardZero)) == nil {
      let written = Int(exactly: number).map(String.init) ?? "\(number)"
      Mistake(
        "Tensor<Int32>", "\(written) is not a number that Int32 holds",
        fix: "use numbers in \(Int32.min)...\(Int32.max)"
      ).stop(at: nil)
    }
    let creation: Creation =
      switch number {
      case -1, 0, 0.5, 1, 2: .constant(number)
      default: .scalar(number)
      }
    return Value(.creation(creation), Inputs(), elementType) { Shape() }
  }

  /// A number that follows from shapes: part of the plan, as they are.
  static func count(_ number: Double, _ elementType: ElementType) -> Value {
    Value(.creation(.constant(number)), Inputs(), elementType) { Shape() }
  }

  /// A number that changes from run to run: always an input of the plan.
  package static func scalar(_ number: Double, _ elementType: ElementType) -> Value {
    Value(.creation(.scalar(number)), Inputs(), elementType) { Shape() }
  }

  /// - Parameter operation: what the user called, for messages.
  package static func full(
    _ shape: Shape, _ number: Double, _ elementType: ElementType, in operation: String = "full",
    at site: CallSite? = nil
  ) -> Value {
    stopping(at: site) { () throws(Mistake) in
      try checkCountable(shape, in: operation)
    }
    return constant(number, elementType).expanded(to: shape, at: site)
  }

  /// - Parameter operation: what the user called, for messages.
  package static func iota(
    _ count: Int, _ elementType: ElementType, in operation: String = "range",
    at site: CallSite? = nil
  ) -> Value {
    Value(.creation(.iota), Inputs(), elementType, at: site) { () throws(Mistake) in
      try checkCountable([count], in: operation)
      if elementType == .int32 {
        // The numbers themselves: that of the last element is one less than the count.
        let most = Int(Int32.max) + 1
        try checkPositions(count, of: "the range", in: operation, most: most)
      }
      return [count]
    }
  }

  package static func random(
    _ distribution: RandomDistribution, _ shape: Shape, _ elementType: ElementType,
    key: RandomKey, at site: CallSite? = nil
  ) -> Value {
    Value(
      .random(distribution, key: key), elementType: elementType, shape: shape, at: site)
  }
}
