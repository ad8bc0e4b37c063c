// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Testing

/// Expects these elements in row-major order. A function, because the type checker takes seconds
/// for formulas between the brackets of a macro.
func expect(
  _ tensor: Tensor<Double>, _ numbers: [Double],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let scalars = tensor.scalars
  #expect(scalars == numbers, sourceLocation: sourceLocation)
}
