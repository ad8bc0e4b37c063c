// SPDX-License-Identifier: Apache-2.0

/// Tensors from nothing: where every graph starts. No inputs, so no derivative.
///
/// Leaves because there is nothing to make them of.
package enum Creation: Sendable {
  /// Numbers that are stored already: a literal, rows of a file, or a value of what training
  /// changes, now or before: then the number of its holder tells which.
  case data(heldBy: UInt64? = nil)
  /// One number that is part of the program: -1, 0, 1/2, 1 and 2 are worth a plan of their own, and
  /// what follows from shapes has one anyway.
  case constant(Double)
  /// One number that is an input of the program and may differ at each run: a learning rate. In a
  /// recording it may stand for a numbered argument, given anew at each replay. A leaf because as a
  /// constant each value would be another plan.
  case scalar(Double, argument: Int? = nil)
  /// [n] with element i equal to i. A leaf because numbers that are stored would take memory, and
  /// fuse with nothing.
  case iota

  package var name: String {
    switch self {
    case .data: "data"
    case .constant(let number), .scalar(let number, _): "\(number)"
    case .iota: "range"
    }
  }

  /// - Parameters: what was asked for.
  func form(_ shape: Shape?, _ elementType: ElementType?) throws(FormFault) -> Form {
    guard let shape, let elementType else { throw .unsaid }
    switch self {
    case .data: _ = try shape.possible()
    case .constant, .scalar:
      if shape.rank != 0 { throw .rank(.result) }
    case .iota:
      _ = try shape.possible()
      if shape.rank != 1 { throw .rank(.result) }
      switch elementType {
      case .float, .double: break
      case .int32:
        // The numbers themselves: that of the last element is one less than the count.
        let most = Int(Int32.max) + 1
        if shape[0] > most { throw .positions(.result, axis: 0, most: most) }
      case .bool: throw .elementType(.result, .numbers)
      }
    }
    return Form(shape, elementType)
  }

  func words(for refusal: Refusal) -> Mistake? {
    guard case .positions(.result, let axis, let most) = refusal.fault else { return nil }
    return .tooManyPositions(
      refusal.shape(.result)[axis], of: "the range", in: refusal.name, most: most)
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

/// Refuses shapes that no tensor can have.
package func checkCountable(_ shape: Shape, in operation: String) throws(Mistake) {
  do throws(FormFault) {
    _ = try shape.possible()
  } catch {
    throw Refusal(
      error, of: .creation(.data()), Inputs(), shape: shape, function: operation
    ).mistake
  }
}

/// Refuses axes so long that an Int32 cannot count them, where it holds a position along one.
func checkPositions(
  _ extent: Int, of axis: @autoclosure () -> String, in operation: String
) throws(Mistake) {
  if extent > Int(Int32.max) { throw .tooManyPositions(extent, of: axis(), in: operation) }
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
    return Value(.creation(creation), elementType: elementType, shape: Shape())
  }

  /// A number that follows from shapes: part of the plan, as they are.
  package static func count(_ number: Double, _ elementType: ElementType) -> Value {
    Value(.creation(.constant(number)), elementType: elementType, shape: Shape())
  }

  /// A number that changes from run to run: always an input of the plan.
  package static func scalar(_ number: Double, _ elementType: ElementType) -> Value {
    Value(.creation(.scalar(number)), elementType: elementType, shape: Shape())
  }

  /// - Parameter operation: what the user called, for messages.
  package static func full(
    _ shape: Shape, _ number: Double, _ elementType: ElementType, in operation: String = "full",
    at site: CallSite? = nil
  ) -> Value {
    constant(number, elementType).expanded(to: shape, in: operation, at: site)
  }

  /// - Parameter operation: what the user called, for messages.
  package static func iota(
    _ count: Int, _ elementType: ElementType, in operation: String = "range",
    at site: CallSite? = nil
  ) -> Value {
    Value(.creation(.iota), elementType: elementType, shape: [count], in: operation, at: site)
  }
}
