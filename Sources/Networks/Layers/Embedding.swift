// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// y[..., :] = W[x[...], :]: a row of numbers for each index, of a word or a class.
///
/// x: [...] of Int32, W: [count, features], y: [..., features]. W.g: the rows of y.g added up where
/// they came from. Numbers are looked up when they are read: an index outside 0 ..< count stops
/// there, as with ``PullbackTensors/Tensor/gathered(_:file:line:)``, with the path of W; a
/// `Predictor` throws. W starts normal with mean 0 and standard deviation 1, as in PyTorch.
///
/// ```swift
/// let words = Embedding(3, 2, initialization: .constant(0.5)).initialized(seed: 7)
/// print(words([2, 0]))   // [[0.5 0.5]
///                        //  [0.5 0.5]]
/// ```
public struct Embedding: StoredLayer {
  public static let kind = "embedding"

  /// W: [count, features].
  public let weight: Parameter

  /// A mistake if there is no row or no feature, more rows than an Int32 can count, or more numbers
  /// than there can be.
  public init(
    _ count: Int, _ features: Int, initialization: Initialization = .normal(standardDeviation: 1),
    file: StaticString = #fileID, line: UInt = #line
  ) {
    let shape = Shape([count, features])
    stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try initialization.check(for: shape, in: "Embedding")
      guard count > 0, features > 0 else {
        throw Mistake(
          "Embedding", "\(counted(count, "row")) of \(counted(features, "feature"))",
          fix: "use 1 or more of each")
      }
      guard count <= Int(Int32.max) else {
        throw .tooManyPositions(count, of: "the axis of rows", in: "Embedding")
      }
    }
    weight = Parameter(shape: shape, initialization)
  }

  /// PyTorch keeps the weight as it is.
  public var parameters: Parameters { ["weight": weight.marked(inPyTorch: "weight")] }

  public var settings: LayerSettings {
    ["count": .integer(weight.shape[0]), "features": .integer(weight.shape[1])]
  }

  public init(settings: LayerSettings) throws(LayerError) {
    // No more rows than an Int32 can count.
    _ = try settings.count("count")
    let shape = try settings.shape("count", "features")
    for (extent, name) in zip(shape, ["count", "features"]) where extent == 0 {
      throw LayerError("0 where 1 or more are expected", setting: name)
    }
    self.init(shape[0], shape[1])
  }

  public var lastAxis: LastAxis { .changed(from: nil, to: weight.shape[1]) }

  public func callAsFunction(_ x: Tensor<Int32>) -> Tensor<Float> {
    noted(on: x) { weight.value.gathered(x) }
  }

  public var description: String { "Embedding(\(weight.shape[0]), \(weight.shape[1]))" }
}
