// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// In a training pass y = 0 with probability p, else x / (1 - p); in inference y = x.
///
/// x and y: [...]. x.g = y.g / (1 - p) where x was kept, else 0. The random numbers come from the
/// pass: `Pass.training(key:)`.
///
/// Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: a simple way to
/// prevent neural networks from overfitting", JMLR 15, 2014.
public struct Dropout: StoredLayer {
  public static let kind = "dropout"

  /// p, 0 ..< 1.
  public let rate: Float

  /// A mistake if the rate is not in 0 ..< 1.
  public init(_ rate: Float, file: StaticString = #fileID, line: UInt = #line) {
    guard rate >= 0, rate < 1 else {
      Mistake("Dropout", "a rate of \(rate)", fix: "use a rate in 0 ..< 1")
        .stop(at: CallSite(file, line))
    }
    self.rate = rate
  }

  public var parameters: Parameters { [:] }

  public var settings: LayerSettings { ["rate": .number(Double(rate))] }

  public init(settings: LayerSettings) throws(LayerError) {
    let rate = Float(try settings.number("rate"))
    guard rate >= 0, rate < 1 else {
      throw LayerError("\(rate) where a rate in 0 ..< 1 is expected", setting: "rate")
    }
    self.rate = rate
  }

  public var lastAxis: LastAxis { .kept }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    guard rate > 0, let key = Pass.current.nextKey() else { return x.unchanged(by: "Dropout") }
    let isKept = Tensor<Float>.uniform(x.shape, key: key) .>= rate
    return select(isKept, x * (1 / (1 - rate)), 0)
  }

  public var description: String { "Dropout(\(rate))" }
}
