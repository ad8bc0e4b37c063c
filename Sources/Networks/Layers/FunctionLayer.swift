// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A function without parameters as a layer that files know, which leaves the last axis as it is.
///
/// Its kind and what it computes are all that it has to say:
///
/// ```swift
/// struct Sine: FunctionLayer {
///   static let kind = "sine"
///   func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { sin(x) }
/// }
/// print(Sequential(Sine()).layers[0])   // Sine()
/// ```
///
/// One with numbers of its own also says its `settings`, and how it is made from them.
public protocol FunctionLayer: StoredLayer {
  /// The layer as it is without settings.
  init()
}

extension FunctionLayer {
  /// There are none.
  public var settings: LayerSettings { [:] }

  /// What settings there are is of no interest.
  public init(settings: LayerSettings) throws { self.init() }

  public var parameters: Parameters { [:] }
  public var lastAxis: LastAxis { .kept }
}
