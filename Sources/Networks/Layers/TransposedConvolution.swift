// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// y = the adjoint of a convolution, applied to images, + b: it enlarges them by the stride.
///
/// x: [n, h, w, inputs], W: [kh, kw, outputs / groups, inputs], b: [outputs], y:
/// [n, oh, ow, outputs]; extents and derivatives are those of
/// ``transposedConvolution(_:_:stride:padding:outputPadding:dilation:groups:file:line:)``.
/// b.g = y.g summed over examples and places.
///
/// ```swift
/// let layer = TransposedConvolution2D(8, 4, kernelSize: 2, stride: 2)
/// print(layer.summary(for: [1, 7, 7, 8]).rows[0].output!)   // [1, 14, 14, 4]
/// ```
public struct TransposedConvolution2D: StoredLayer {
  public static let kind = "transposed-convolution-2d"

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
    padding: WindowPadding = .valid, outputPadding: PerAxis = 0, dilation: PerAxis = 1,
    groups: Int = 1,
    bias: Bool = true, initialization: Initialization = .kaimingUniform,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    kernels = stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try Kernels(
        "TransposedConvolution2D", .transposed, axes: 2, inputs, outputs, kernelSize, stride,
        padding, outputPadding: outputPadding, dilation,
        groups, bias: bias, initialization)
    }
  }

  /// W: [kh, kw, outputs / groups, inputs].
  public var weight: Parameter { kernels.weight }
  /// b: [outputs]; nil for a layer without.
  public var bias: Parameter? { kernels.bias }

  public var parameters: Parameters { kernels.parameters }
  public var settings: LayerSettings { kernels.settings }
  public var lastAxis: LastAxis { .changed(from: kernels.inputs, to: kernels.outputs) }
  public var lastAxisOfRows: LastAxis? { nil }
  public var description: String { kernels.description }

  public init(settings: LayerSettings) throws(LayerError) {
    kernels = try Kernels("TransposedConvolution2D", .transposed, axes: 2, settings: settings)
  }

  /// A mistake if x has other axes or channels than the layer expects, or is smaller than a window.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    kernels.applied(to: x, by: self)
  }
}

/// y = the adjoint of a convolution, applied to series, + b: it enlarges them by the stride.
///
/// x: [n, l, inputs], W: [k, outputs / groups, inputs], b: [outputs], y: [n, ol, outputs]; extents
/// and derivatives are those of
/// ``transposedConvolution(_:_:stride:padding:outputPadding:dilation:groups:file:line:)``.
/// b.g = y.g summed over examples and places.
public struct TransposedConvolution1D: StoredLayer {
  public static let kind = "transposed-convolution-1d"

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
    padding: WindowPadding = .valid, outputPadding: PerAxis = 0, dilation: PerAxis = 1,
    groups: Int = 1,
    bias: Bool = true, initialization: Initialization = .kaimingUniform,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    kernels = stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try Kernels(
        "TransposedConvolution1D", .transposed, axes: 1, inputs, outputs, kernelSize, stride,
        padding, outputPadding: outputPadding, dilation,
        groups, bias: bias, initialization)
    }
  }

  /// W: [k, outputs / groups, inputs].
  public var weight: Parameter { kernels.weight }
  /// b: [outputs]; nil for a layer without.
  public var bias: Parameter? { kernels.bias }

  public var parameters: Parameters { kernels.parameters }
  public var settings: LayerSettings { kernels.settings }
  public var lastAxis: LastAxis { .changed(from: kernels.inputs, to: kernels.outputs) }
  public var lastAxisOfRows: LastAxis? { nil }
  public var description: String { kernels.description }

  public init(settings: LayerSettings) throws(LayerError) {
    kernels = try Kernels("TransposedConvolution1D", .transposed, axes: 1, settings: settings)
  }

  /// A mistake if x has other axes or channels than the layer expects, or is smaller than a window.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    kernels.applied(to: x, by: self)
  }
}
