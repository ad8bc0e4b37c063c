// SPDX-License-Identifier: Apache-2.0

/// What is known of a tensor before its numbers: its shape and the type of its elements.
package struct Form: Sendable, Hashable, CustomStringConvertible {
  package var shape: Shape
  package var elementType: ElementType

  @inline(__always)
  package init(_ shape: Shape, _ elementType: ElementType) {
    self.shape = shape
    self.elementType = elementType
  }

  package var description: String { "\(elementType.name) \(shape)" }
}

/// What has a form: rules ask for what they need, so that a node's shape is not copied
/// to be looked at.
package protocol Formed {
  var shape: Shape { get }
  var elementType: ElementType { get }
}

extension Form: Formed {}

/// Why an operation refuses the forms of its inputs: roles and axes, without names or words.
///
/// The rule of each operation throws it; whoever knows what the inputs are called makes a `Mistake`
/// of it, when there is one.
package enum FormFault: Error, Hashable {
  /// Which of the tensors at hand.
  package enum Role: Hashable, Sendable {
    case input(Int)
    /// The two between which a selection chooses, stretched to one shape.
    case choices
    case result

    package static let left = Role.input(0)
    package static let right = Role.input(1)
  }

  /// The operation takes so many inputs.
  case inputCount(Int)
  /// The result's shape or element type follows from no input and was not given.
  case unsaid
  /// There are no such elements: the operation takes these types.
  case elementType(Role, ElementTypes)
  /// Two that must be of one type.
  case elementTypes(Role, Role)
  case rank(Role)
  /// An axis of the left input and one of the right that must have equal extents.
  case extents(left: Int, right: Int)
  /// Two extents, at an axis of the result, that are neither equal nor 1.
  case broadcast(Role, Role, axis: Int)
  /// An axis that does not exist, is named twice, or is not named.
  case axes(Role)
  /// Nothing along an axis of the input, where something must be.
  case empty(axis: Int)
  /// More elements along an axis than an Int32 counts.
  case positions(Role, axis: Int, most: Int)
  /// Another number of elements than that of the input.
  case elementCount
  /// A shape that the input does not stretch to.
  case stretch
  /// A part that does not lie within its whole.
  case outside(axis: Int)
  /// The shape asked for has an extent below 0.
  case negativeExtent(axis: Int)
  /// A result with more elements than can be counted.
  case uncountable(Shape)
}

extension Shape {
  /// The shape, if its elements can be counted.
  func countable() throws(FormFault) -> Shape {
    if checkedElementCount == nil { throw .uncountable(self) }
    return self
  }

  /// The shape, if a tensor can have it.
  package func possible() throws(FormFault) -> Shape {
    if let axis = firstIndex(where: { $0 < 0 }) { throw .negativeExtent(axis: axis) }
    return try countable()
  }
}
