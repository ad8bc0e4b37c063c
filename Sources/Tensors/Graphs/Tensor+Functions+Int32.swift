// SPDX-License-Identifier: Apache-2.0

/// y = |x|. No derivative.
public func abs(_ x: Tensor<Int32>) -> Tensor<Int32> { Tensor(x.value.unary(.absolute)) }

/// y = -1, 0 or 1. No derivative.
public func sign(_ x: Tensor<Int32>) -> Tensor<Int32> { Tensor(x.value.unary(.sign)) }

/// z = the larger of x and y. No derivative.
@_disfavoredOverload
public func maximum(_ x: Tensor<Int32>, _ y: Tensor<Int32>) -> Tensor<Int32> {
  Tensor(x.value.binary(.maximum, y.value))
}

/// z = the smaller of x and y. No derivative.
@_disfavoredOverload
public func minimum(_ x: Tensor<Int32>, _ y: Tensor<Int32>) -> Tensor<Int32> {
  Tensor(x.value.binary(.minimum, y.value))
}
