// SPDX-License-Identifier: Apache-2.0

/// select(c, x, y) = x where c, else y. c of Bool, x and y of one type, which the result has.
/// Shapes broadcast. The cotangent goes where the number came from. Batching: the same
/// operation, ranks aligned.
func selectionForm(_ condition: some Formed, _ x: some Formed, _ y: some Formed) throws(FormFault)
  -> Form
{
  if condition.elementType != .bool { throw .elementType(.input(0), .bool) }
  if x.elementType != y.elementType { throw .elementTypes(.input(1), .input(2)) }
  let shape = try x.shape.broadcast(.input(1), with: y.shape, .input(2))
  return Form(
    try condition.shape.broadcast(.input(0), with: shape, .choices), x.elementType)
}

func selectionWords(for refusal: Refusal) -> Mistake? {
  guard case .broadcast(let condition, .choices, let axis) = refusal.fault else { return nil }
  let (left, right) = refusal.shape(condition).extents(and: refusal.shape(.choices), at: axis)
  return refusal.mistake(
    "the condition \(refusal.label(condition)) does not broadcast with "
      + "\(refusal.label(.choices)): at axis \(axis) it has extent \(left), they have \(right)",
    fix: "extents must be equal or 1")
}

func selectionDerivative(at index: Int, _ condition: Value, cotangent g: Value) -> Value? {
  switch index {
  case 0: nil
  case 1: Value.select(condition, g, 0)
  default: Value.select(condition, Value.constant(0, g.elementType), g)
  }
}

extension Value {
  /// What a derivative is where x, this, is a number; where x is NaN, NaN.
  func derivativeKeepingNaN(_ derivative: Value) -> Value {
    Value.select(self .== self, derivative, Value(.identity(.detached), Inputs(self)))
  }

  package static func select(
    _ condition: Value, _ x: Value, _ y: Value, at site: CallSite? = nil
  ) -> Value {
    Value(.selection, condition, x, y, at: site)
  }
  package static func select(_ condition: Value, _ x: Value, _ number: Double) -> Value {
    select(condition, x, constant(number, x.elementType))
  }
}
