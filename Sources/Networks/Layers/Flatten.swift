// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// All numbers of an example in a row: what stands between images and a `Linear`.
///
/// x: [n, ...], y: [n, the product of the other extents], in row-major order. PyTorch, whose
/// channels come before the places, has another order: the first `Linear` behind it has its inputs
/// in another order there. x.g = y.g in the shape of x. A mistake for a scalar.
///
/// ```swift
/// print(Flatten()(Tensor<Float>.zeros([2, 4, 4, 3])).shape)   // [2, 48]
/// ```
public struct Flatten: FunctionLayer {
  public static let kind = "flatten"

  /// The layer has no settings.
  public init() {}

  public var lastAxis: LastAxis { .unknown }
  public var lastAxisOfRows: LastAxis? { .kept }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    guard let count = x.shape.first else {
      refusal("\(x.value.label) is a scalar", fix: "give examples [n, ...]").stop(at: nil)
    }
    let rest = x.shape.dropFirst().reduce(1, *)
    return x.reshaped(to: [count, rest])
  }
}
