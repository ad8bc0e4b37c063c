// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The largest number of each window and channel, as a layer: see
/// ``PullbackTensors/Tensor/maxPooled(size:stride:padding:dilation:file:line:)``.
///
/// x: [n, h, w, channels] or [n, l, channels], y with as many places along each axis as
/// there are windows.
///
/// ```swift
/// print(MaxPool(2), MaxPool(3, stride: 2, padding: 1))   // MaxPool(2) MaxPool(3, stride: 2, padding: 1)
/// ```
public struct MaxPool: StoredLayer {
  public static let kind = "max-pool"

  private let pool: PoolNumbers

  /// Windows follow each other without overlap unless a stride is given. A mistake if a
  /// number is below 1, a padding below 0 or as long as a window, or if there are numbers for
  /// more than two axes.
  public init(
    _ size: PerAxis, stride: PerAxis? = nil, padding: WindowPadding = .valid, dilation: PerAxis = 1,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    pool = stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try PoolNumbers("MaxPool", size, stride ?? size, padding, dilation)
    }
  }

  public var parameters: Parameters { [:] }
  public var settings: LayerSettings { pool.settings(with: ["dilation": pool.dilation.setting]) }
  public var lastAxis: LastAxis { .kept }
  public var lastAxisOfRows: LastAxis? { nil }
  public var description: String {
    let dilation = pool.dilation.shortened
    return pool.description("MaxPool", dilation == 1 ? [] : ["dilation: \(dilation)"])
  }

  public init(settings: LayerSettings) throws(LayerError) {
    pool = try PoolNumbers("MaxPool", settings, settings.numbers("dilation"))
  }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    placing(on: x) { () throws(Mistake) in
      try x.maxPooled(pool.size, pool.stride, pool.padding, pool.dilation, in: "MaxPool")
    }
  }
}

/// The mean of each window and channel, as a layer: see
/// ``PullbackTensors/Tensor/averagePooled(size:stride:padding:countsPadding:file:line:)``.
///
/// x: [n, h, w, channels] or [n, l, channels], y with as many places along each axis as
/// there are windows.
public struct AveragePool: StoredLayer {
  public static let kind = "average-pool"

  private let pool: PoolNumbers
  private let countsPadding: Bool

  /// Windows follow each other without overlap unless a stride is given; padding counts as zeros
  /// unless it is said not to. A mistake if a number is below 1, a padding below 0 or as long as a
  /// window, or if there are numbers for more than two axes.
  public init(
    _ size: PerAxis, stride: PerAxis? = nil, padding: WindowPadding = .valid,
    countsPadding: Bool = true, file: StaticString = #fileID, line: UInt = #line
  ) {
    pool = stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try PoolNumbers("AveragePool", size, stride ?? size, padding, 1)
    }
    self.countsPadding = countsPadding
  }

  public var parameters: Parameters { [:] }
  public var settings: LayerSettings {
    pool.settings(with: ["countsPadding": .truth(countsPadding)])
  }
  public var lastAxis: LastAxis { .kept }
  public var lastAxisOfRows: LastAxis? { nil }
  public var description: String {
    pool.description("AveragePool", countsPadding ? [] : ["countsPadding: false"])
  }

  public init(settings: LayerSettings) throws(LayerError) {
    pool = try PoolNumbers("AveragePool", settings, 1)
    countsPadding = try settings.truth("countsPadding")
  }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    placing(on: x) { () throws(Mistake) in
      try x.averagePooled(
        pool.size, pool.stride, pool.padding, countsPadding, in: "AveragePool")
    }
  }
}

/// The mean of each channel over all places, as a layer: see
/// ``PullbackTensors/Tensor/globalAveragePooled(file:line:)``.
///
/// x: [n, h, w, channels] or [n, l, channels], y: [n, channels].
public struct GlobalAveragePool: FunctionLayer {
  public static let kind = "global-average-pool"

  /// The layer has no settings.
  public init() {}

  public var lastAxisOfRows: LastAxis? { nil }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    placing(on: x) { () throws(Mistake) in try x.globalAveragePooled(in: "GlobalAveragePool") }
  }
}

/// The numbers of a pooling layer.
private struct PoolNumbers: Sendable {
  let size: PerAxis
  let stride: PerAxis
  let padding: WindowPadding
  let dilation: PerAxis

  init(
    _ layer: String, _ size: PerAxis, _ stride: PerAxis, _ padding: WindowPadding,
    _ dilation: PerAxis
  ) throws(Mistake) {
    // Which tensors come is not known here: series, unless there are two numbers of something.
    var all = [size, stride, dilation], sides: [PerAxis] = []
    if case .numbers(let before, let after) = padding.kind { sides = [before, after] }
    all += sides
    let axes = all.contains { $0.numbers.rank > 1 } ? 2 : 1
    let sizes = try size.along(axes, "size", in: layer)
    let dilations = try dilation.along(axes, "dilation", in: layer)
    _ = try stride.along(axes, "stride", in: layer)
    for side in sides {
      let padding = try side.along(axes, from: 0, "padding", in: layer)
      for axis in 0..<axes {
        let span = (sizes[axis] - 1) * dilations[axis] + 1
        if padding[axis] == 0 || padding[axis] < span { continue }
        throw Mistake(
          layer, "a padding of \(padding[axis]) holds a whole window of \(span)",
          fix: "use less padding than the window is long")
      }
    }
    (self.size, self.stride, self.padding, self.dilation) = (size, stride, padding, dilation)
  }

  init(
    _ layer: String, _ settings: LayerSettings, _ dilation: PerAxis
  ) throws(LayerError) {
    let size = try settings.numbers("size"), stride = try settings.numbers("stride")
    let padding = try settings.padding("padding")
    do throws(Mistake) {
      try self.init(layer, size, stride, padding, dilation)
    } catch {
      throw LayerError(error.problem)
    }
  }

  func settings(with other: LayerSettings) -> LayerSettings {
    let own: [(name: String, value: LayerSettings.Value)] = [
      ("size", size.setting), ("stride", stride.setting), ("padding", padding.setting),
    ]
    return LayerSettings(own + other.members)
  }

  /// As in code, without what is as usual.
  func description(_ layer: String, _ others: [String]) -> String {
    var words = ["\(size.shortened)"]
    if stride.shortened != size.shortened { words.append("stride: \(stride.shortened)") }
    if padding.shortened != .valid { words.append("padding: \(padding.shortened)") }
    return "\(layer)(\((words + others).joined(separator: ", ")))"
  }
}
