// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Functions of straight lines, or of one straight line and a curve, as layers.

/// y = x above 0, else slope x, as a layer: see ``leakyReLU(_:slope:file:line:)``.
public struct LeakyReLU: FunctionLayer {
  public static let kind = "leaky-relu"

  /// dy/dx below 0.
  public let slope: Double

  /// With slope 0.01.
  public init() { self.init(slope: 0.01) }

  /// With a slope of your own; a mistake if it is not finite.
  public init(slope: Double, file: StaticString = #fileID, line: UInt = #line) {
    // What is stored is a Double, what is computed with a Float.
    checkFinite(Double(Float(slope)), "slope", in: "LeakyReLU", at: CallSite(file, line))
    self.slope = slope
  }

  public var settings: LayerSettings { ["slope": .number(slope)] }

  public init(settings: LayerSettings) throws(LayerError) {
    slope = try settings.numberOfFloat("slope")
  }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    leakyReLU(x, slope: Float(slope))
  }
}

/// y = x above 0, else alpha (e^x - 1), as a layer: see ``elu(_:alpha:file:line:)``.
public struct ELU: FunctionLayer {
  public static let kind = "elu"

  /// -y far below 0.
  public let alpha: Double

  /// With alpha 1.
  public init() { self.init(alpha: 1) }

  /// With an alpha of your own; a mistake if it is not finite.
  public init(alpha: Double, file: StaticString = #fileID, line: UInt = #line) {
    checkFinite(Double(Float(alpha)), "alpha", in: "ELU", at: CallSite(file, line))
    self.alpha = alpha
  }

  public var settings: LayerSettings { ["alpha": .number(alpha)] }

  public init(settings: LayerSettings) throws(LayerError) {
    alpha = try settings.numberOfFloat("alpha")
  }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    elu(x, alpha: Float(alpha))
  }
}

/// y = 1.0507 x above 0, else 1.7581 (e^x - 1), as a layer: see ``selu(_:)``.
public struct SELU: FunctionLayer {
  public static let kind = "selu"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { selu(x) }
}

/// y = min(max(x, 0), 6), as a layer: see ``relu6(_:)``.
public struct ReLU6: FunctionLayer {
  public static let kind = "relu6"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { relu6(x) }
}

/// y = min(max(x, -1), 1), as a layer: see ``hardTanh(_:)``.
public struct HardTanh: FunctionLayer {
  public static let kind = "hard-tanh"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { hardTanh(x) }
}

/// y = min(max(x + 3, 0), 6) / 6, as a layer: see ``hardSigmoid(_:)``.
public struct HardSigmoid: FunctionLayer {
  public static let kind = "hard-sigmoid"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { hardSigmoid(x) }
}

/// y = x min(max(x + 3, 0), 6) / 6, as a layer: see ``hardSwish(_:)``.
public struct HardSwish: FunctionLayer {
  public static let kind = "hard-swish"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { hardSwish(x) }
}

extension LayerSettings {
  /// A finite number, also when it is one of Float.
  fileprivate func numberOfFloat(_ name: String) throws(LayerError) -> Double {
    let number = try number(name)
    guard Float(number).isFinite else {
      throw LayerError("\(number) is too large for Float", setting: name)
    }
    return number
  }
}
