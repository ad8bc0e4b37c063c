// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// y = (x - μ) / √(σ² + ε) · scale + bias, with the mean and variance of each row: see
/// ``layerNormalized(_:overLast:scale:bias:epsilon:file:line:)``.
///
/// x and y: [..., d]; scale: [d], which starts at 1, bias: [d], which starts at 0. Of another shape
/// than [d], they and the mean are over as many last axes.
///
/// ```swift
/// let norm = LayerNorm(2).initialized(seed: 7)
/// print(norm, norm([[1, 3]]))   // LayerNorm(2) [[-0.999995  0.999995]]
/// ```
public struct LayerNorm: StoredLayer {
  public static let kind = "layer-norm"

  /// The last axes of x.
  public let shape: Shape
  /// nil for a layer without.
  public let scale: Parameter?
  /// nil for a layer without.
  public let bias: Parameter?
  /// ε
  public let epsilon: Double

  /// Over the last axis.
  public init(
    _ features: Int, scale: Bool = true, bias: Bool = true, epsilon: Double = 1e-5,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    self.init(
      shape: [features], scale: scale, bias: bias, epsilon: epsilon, file: file, line: line)
  }

  /// Over as many last axes as the shape has. A mistake if it has none, or ε is negative.
  public init(
    shape: Shape, scale: Bool = true, bias: Bool = true, epsilon: Double = 1e-5,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    checkNorm(shape, epsilon, in: "LayerNorm", at: CallSite(file, line))
    self.shape = shape
    self.epsilon = epsilon
    self.scale = scale ? Parameter(shape: shape, .constant(1)) : nil
    self.bias = bias ? Parameter(shape: shape, .zeros) : nil
  }

  /// PyTorch calls the scale "weight".
  public var parameters: Parameters { affineParameters(scale, bias) }

  public var settings: LayerSettings {
    [
      "shape": .list(shape.map { .integer($0) }), "scale": .truth(scale != nil),
      "bias": .truth(bias != nil), "epsilon": .number(epsilon),
    ]
  }

  public init(settings: LayerSettings) throws(LayerError) {
    self.init(
      shape: try settings.normShape(), scale: try settings.truth("scale"),
      bias: try settings.truth("bias"), epsilon: try settings.epsilon())
  }

  public var lastAxis: LastAxis { .changed(from: shape.last, to: shape.last) }

  public var lastAxisOfRows: LastAxis? { shape.rank == 1 ? lastAxis : nil }

  /// A mistake if the last axes of x are others.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    checkRows(x, shape)
    return noted(on: x) {
      layerNormalized(
        x, overLast: shape.rank, scale: scale?.value, bias: bias?.value, epsilon: epsilon)
    }
  }

  public var description: String {
    describedNorm("LayerNorm", shape, hasScale: scale != nil, hasBias: bias != nil, epsilon)
  }
}

/// y = x / √(mean(x²) + ε) · scale, with the mean square of each row: see
/// ``rmsNormalized(_:overLast:scale:epsilon:file:line:)``.
///
/// x and y: [..., d]; scale: [d], which starts at 1. Of another shape than [d], it and the mean are
/// over as many last axes.
public struct RMSNorm: StoredLayer {
  public static let kind = "rms-norm"

  /// The last axes of x.
  public let shape: Shape
  /// nil for a layer without.
  public let scale: Parameter?
  /// ε
  public let epsilon: Double

  /// Over the last axis.
  public init(
    _ features: Int, scale: Bool = true, epsilon: Double = 1e-5,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    self.init(shape: [features], scale: scale, epsilon: epsilon, file: file, line: line)
  }

  /// Over as many last axes as the shape has. A mistake if it has none, or ε is negative.
  public init(
    shape: Shape, scale: Bool = true, epsilon: Double = 1e-5,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    checkNorm(shape, epsilon, in: "RMSNorm", at: CallSite(file, line))
    self.shape = shape
    self.epsilon = epsilon
    self.scale = scale ? Parameter(shape: shape, .constant(1)) : nil
  }

  /// PyTorch calls the scale "weight".
  public var parameters: Parameters { affineParameters(scale, nil) }

  public var settings: LayerSettings {
    [
      "shape": .list(shape.map { .integer($0) }), "scale": .truth(scale != nil),
      "epsilon": .number(epsilon),
    ]
  }

  public init(settings: LayerSettings) throws(LayerError) {
    self.init(
      shape: try settings.normShape(), scale: try settings.truth("scale"),
      epsilon: try settings.epsilon())
  }

  public var lastAxis: LastAxis { .changed(from: shape.last, to: shape.last) }

  public var lastAxisOfRows: LastAxis? { shape.rank == 1 ? lastAxis : nil }

  /// A mistake if the last axes of x are others.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    checkRows(x, shape)
    return noted(on: x) {
      rmsNormalized(x, overLast: shape.rank, scale: scale?.value, epsilon: epsilon)
    }
  }

  public var description: String {
    describedNorm("RMSNorm", shape, hasScale: scale != nil, hasBias: true, epsilon)
  }
}

/// PyTorch calls the scale "weight", and keeps all axes as they are.
func affineParameters(_ scale: Parameter?, _ bias: Parameter?) -> Parameters {
  var parameters = Parameters()
  if let scale { parameters.add("scale", scale.marked(inPyTorch: "weight")) }
  if let bias { parameters.add("bias", bias.marked(inPyTorch: "bias")) }
  return parameters
}

func checkNorm(_ shape: Shape, _ epsilon: Double, in layer: String, at site: CallSite) {
  if shape.isEmpty || shape.contains(where: { $0 < 1 }) {
    Mistake(layer, "rows of shape \(shape)", fix: "use one axis or more, of 1 or more numbers")
      .stop(at: site)
  }
  guard epsilon >= 0, Float(epsilon).isFinite else {
    Mistake(layer, "an epsilon of \(epsilon)", fix: "use a finite number of 0 or more")
      .stop(at: site)
  }
}

extension LayerSettings {
  fileprivate func normShape() throws(LayerError) -> Shape {
    let shape = try shape("shape")
    guard !shape.isEmpty, shape.allSatisfy({ $0 > 0 }) else {
      throw LayerError("\(shape) where extents of 1 or more are expected", setting: "shape")
    }
    return shape
  }
}

extension Layer {
  fileprivate func checkRows(_ x: Tensor<Float>, _ shape: Shape) {
    if Shape(x.shape.suffix(shape.rank)) == shape { return }
    if shape.rank == 1 {
      refusal(
        of: x, expecting: shape[0], "feature", in: "rows of \(counted(shape[0], "number"))",
        fix: x.shape.last.map { "use \(Self.self)(\($0)) here, or other features before it" }
      ).stop(at: nil)
    }
    refusal(
      "\(place) expects [..., \("\(shape)".dropFirst()) and gets \(x.value.label)",
      fix: "use another shape here, or other features before it"
    ).stop(at: nil)
  }
}

private func describedNorm(
  _ name: String, _ shape: Shape, hasScale: Bool, hasBias: Bool, _ epsilon: Double
) -> String {
  written(
    name, shape.rank == 1 ? [shape[0]] : [], ("shape", shape.rank == 1 ? nil : "\(shape)"),
    ("scale", hasScale ? nil : "false"), ("bias", hasBias ? nil : "false"),
    ("epsilon", epsilon == 1e-5 ? nil : "\(epsilon)"))
}
