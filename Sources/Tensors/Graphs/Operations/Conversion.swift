// SPDX-License-Identifier: Apache-2.0

/// Result: the shape of x, and the type that was asked for.
@inline(__always)
func conversionForm(_ x: some Formed, _ elementType: ElementType?) throws(FormFault) -> Form {
  guard let elementType else { throw .unsaid }
  return Form(x.shape, elementType)
}

/// Conversion between element types. y.g converts back; Int32 and Bool have no derivative.
func conversionDerivative(_ x: Value, cotangent g: Value) -> Value? {
  x.elementType.isFloatingPoint ? g.converted(to: x.elementType) : nil
}

extension Value {
  package func converted(to elementType: ElementType) -> Value {
    if elementType == self.elementType { return self }
    return Value(.conversion, self, elementType: elementType, shape: nil)
  }
}
