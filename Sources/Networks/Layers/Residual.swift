// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// y = x + f(x): a layer, or several one after the other, around which x passes unchanged.
///
/// x and y: of the shape that f keeps. x.g = y.g and what f hands back.
///
/// ```swift
/// let block = Residual(Linear(2, 2, initialization: .zeros), ReLU()).initialized(seed: 7)
/// print(block([[1, 2]]))   // [[1. 2.]]
/// ```
///
/// Source: He, Zhang, Ren, Sun, "Deep residual learning for image recognition", CVPR 2016.
public struct Residual: StoredLayer {
  public static let kind = "residual"

  /// f
  public let inner: any Layer<Tensor<Float>, Tensor<Float>>

  /// Around one layer, or several in order.
  public init(
    _ first: any Layer<Tensor<Float>, Tensor<Float>>,
    _ rest: any Layer<Tensor<Float>, Tensor<Float>>...
  ) {
    inner = rest.isEmpty ? first : Sequential([first] + rest)
  }

  public var parameters: Parameters { ["inner": inner] }

  public var settings: LayerSettings { ["inner": .layer(inner)] }

  public init(settings: LayerSettings) throws(LayerError) {
    inner = try settings.layer("inner")
    let axis = (inner as? any StoredLayer)?.lastAxis ?? .unknown
    if case .changed(let inputs?, let outputs?) = axis, inputs != outputs {
      throw LayerError(
        "\(inner.title) makes \(outputs) of \(counted(inputs, "input")), and x is added to them",
        setting: "inner")
    }
  }

  public var lastAxis: LastAxis { (inner as? any StoredLayer)?.lastAxis ?? .unknown }

  public var lastAxisOfRows: LastAxis? {
    // x is added to what the inner layer gives.
    PullbackNetworks.lastAxisOfRows(of: inner).flatMap { $0.fits($0) ? $0 : nil }
  }

  /// A mistake if the inner layer gives another shape than that of x.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    noted(on: x) {
      let trace = LayerTrace.current
      let change = trace.map { $0.call(inner, "inner", on: x) { inner(x) } } ?? inner(x)
      guard change.shape == x.shape else {
        refuse(
          "in \(place) \(inner.title) makes \(change.shape) of \(x.value.label)",
          fix: "use an inner layer that keeps the shape")
      }
      return x + change
    }
  }
}
