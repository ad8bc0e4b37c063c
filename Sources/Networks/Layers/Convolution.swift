// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// y = the convolution of images with kernels W, + b.
///
/// x: [n, h, w, inputs], W: [kh, kw, inputs / groups, outputs], b: [outputs], y:
/// [n, oh, ow, outputs]; the places and the derivatives are those of
/// ``convolution(_:_:stride:padding:dilation:groups:file:line:)``. b.g = y.g summed over
/// examples and places.
///
/// ```swift
/// let layer = Convolution2D(1, 8, kernelSize: 3, stride: 2, padding: 1)
/// print(layer)   // Convolution2D(1, 8, kernelSize: 3, stride: 2, padding: 1)
/// print(layer.summary(for: [32, 28, 28, 1]).rows[0].output!)   // [32, 14, 14, 8]
/// ```
public struct Convolution2D: StoredLayer {
  public static let kind = "convolution-2d"

  private let kernels: Kernels

  /// A mistake if a number of channels, a size, a stride, a dilation or the groups are below 1, a
  /// padding is below 0, or the groups do not divide both numbers of channels.
  ///
  /// - Parameters:
  ///   - inputs: the channels of x.
  ///   - outputs: the channels of y.
  ///   - initialization: how the weight starts; the bias starts at 0. A unit has as many inputs as
  ///     its kernel has elements.
  public init(
    _ inputs: Int, _ outputs: Int, kernelSize: PerAxis, stride: PerAxis = 1,
    padding: WindowPadding = .valid, dilation: PerAxis = 1, groups: Int = 1,
    bias: Bool = true, initialization: Initialization = .kaimingUniform,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    kernels = stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try Kernels(
        "Convolution2D", axes: 2, inputs, outputs, kernelSize, stride, padding, dilation,
        groups, bias: bias, initialization)
    }
  }

  /// W: [kh, kw, inputs / groups, outputs].
  public var weight: Parameter { kernels.weight }
  /// b: [outputs]; nil for a layer without.
  public var bias: Parameter? { kernels.bias }

  public var parameters: Parameters { kernels.parameters }
  public var settings: LayerSettings { kernels.settings }
  public var lastAxis: LastAxis { .changed(from: kernels.inputs, to: kernels.outputs) }
  public var lastAxisOfRows: LastAxis? { nil }
  public var description: String { kernels.description }

  public init(settings: LayerSettings) throws(LayerError) {
    kernels = try Kernels("Convolution2D", axes: 2, settings: settings)
  }

  /// A mistake if x has other axes or channels than the layer expects, or is smaller than a window.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    kernels.applied(to: x, by: self)
  }
}

/// y = the convolution of series with kernels W, + b.
///
/// x: [n, l, inputs], W: [k, inputs / groups, outputs], b: [outputs], y: [n, ol, outputs]; the
/// places and the derivatives are those of
/// ``convolution(_:_:stride:padding:dilation:groups:file:line:)``. b.g = y.g summed over
/// examples and places.
///
/// ```swift
/// let layer = Convolution1D(4, 6, kernelSize: 5, stride: 2)
/// print(layer.summary(for: [1, 21, 4]).rows[0].output!)   // [1, 9, 6]
/// ```
public struct Convolution1D: StoredLayer {
  public static let kind = "convolution-1d"

  private let kernels: Kernels

  /// A mistake if a number of channels, a size, a stride, a dilation or the groups are below 1, a
  /// padding is below 0, or the groups do not divide both numbers of channels.
  ///
  /// - Parameters:
  ///   - inputs: the channels of x.
  ///   - outputs: the channels of y.
  ///   - initialization: how the weight starts; the bias starts at 0. A unit has as many inputs as
  ///     its kernel has elements.
  public init(
    _ inputs: Int, _ outputs: Int, kernelSize: PerAxis, stride: PerAxis = 1,
    padding: WindowPadding = .valid, dilation: PerAxis = 1, groups: Int = 1,
    bias: Bool = true, initialization: Initialization = .kaimingUniform,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    kernels = stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try Kernels(
        "Convolution1D", axes: 1, inputs, outputs, kernelSize, stride, padding, dilation,
        groups, bias: bias, initialization)
    }
  }

  /// W: [k, inputs / groups, outputs].
  public var weight: Parameter { kernels.weight }
  /// b: [outputs]; nil for a layer without.
  public var bias: Parameter? { kernels.bias }

  public var parameters: Parameters { kernels.parameters }
  public var settings: LayerSettings { kernels.settings }
  public var lastAxis: LastAxis { .changed(from: kernels.inputs, to: kernels.outputs) }
  public var lastAxisOfRows: LastAxis? { nil }
  public var description: String { kernels.description }

  public init(settings: LayerSettings) throws(LayerError) {
    kernels = try Kernels("Convolution1D", axes: 1, settings: settings)
  }

  /// A mistake if x has other axes or channels than the layer expects, or is smaller than a window.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    kernels.applied(to: x, by: self)
  }
}
