// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// y = heads • W_o + b_o, each head a
/// ``scaledDotProductAttention(_:_:_:mask:isCausal:scale:file:line:)`` of its own queries, keys and
/// values, all linear in x.
///
/// x and y: [..., t, features]. One linear layer, "queryKeyValue", makes the queries of all heads,
/// then the keys, then the values, features / heads numbers each; "output" mixes the heads. Both
/// weights start uniform in ±√(6 / (n + m)), biases at 0. With fewer heads of keys and values than
/// of queries, each serves as many neighbouring query heads.
///
/// ```swift
/// let attention = MultiHeadAttention(8, heads: 2, isCausal: true).initialized(seed: 7)
/// let x = Tensor<Float>.normal([1, 5, 8], key: RandomKey(seed: 1))
/// // One position after the other gives what the whole run gives.
/// var cache = AttentionCache()
/// let parts = (0..<5).map { attention.step(x[.all, $0..<($0 + 1)], cache: &cache) }
/// let y = Tensor.stacked(parts.map { $0[.all, 0] })
/// print(y.isClose(to: attention(x).transposed(1, 0, 2), absoluteTolerance: 1e-5))   // true
/// ```
///
/// Source: Vaswani et al., "Attention is all you need", NeurIPS 2017.
public struct MultiHeadAttention: StoredLayer {
  public static let kind = "multi-head-attention"

  /// Queries, keys and values in this order: [features, (heads + 2 keyValueHeads) d].
  public let queryKeyValue: Linear
  /// What mixes the heads.
  public let output: Linear
  /// Heads of queries.
  public let heads: Int
  /// Heads of keys and values.
  public let keyValueHeads: Int
  /// Whether a position sees only itself and those before it.
  public let isCausal: Bool
  /// That of ``rotaryEmbedded(_:positions:base:isInterleaved:file:line:)`` for queries and keys;
  /// nil if they do not know their positions.
  public let rotaryBase: Double?

  /// A mistake if the features are not as many for each head, the heads of keys do not divide those
  /// of queries, or rotary positions are wanted of an odd number of features for each head.
  public init(
    _ features: Int, heads: Int, keyValueHeads: Int? = nil, isCausal: Bool = false,
    rotaryBase: Double? = nil, bias: Bool = true,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    let shared = keyValueHeads ?? heads
    if let error = MultiHeadAttention.fault(of: features, heads, shared, rotaryBase) {
      let fix =
        switch error.setting {
        case "features": "use fewer features"
        case "keyValueHeads": "let the number of heads be a multiple of that of keys and values"
        case "rotaryBase": "use an even number of features for each head, and a base above 1"
        default: "use features of equal number for each head"
        }
      Mistake("MultiHeadAttention", error.problem, fix: fix).stop(at: CallSite(file, line))
    }
    let size = features / heads
    queryKeyValue = Linear(
      features, (heads + 2 * shared) * size, bias: bias, initialization: .xavierUniform)
    output = Linear(features, features, bias: bias, initialization: .xavierUniform)
    self.heads = heads
    self.keyValueHeads = shared
    self.isCausal = isCausal
    self.rotaryBase = rotaryBase
  }

  /// Why there is no such layer.
  static func fault(
    of features: Int, _ heads: Int, _ keyValueHeads: Int, _ rotaryBase: Double?
  ) -> LayerError? {
    if heads < 1 || features < 1 || features % heads != 0 {
      return LayerError("\(features) features for \(counted(heads, "head"))", setting: "heads")
    }
    if keyValueHeads < 1 || heads % keyValueHeads != 0 {
      return LayerError(
        "\(counted(heads, "head")) of queries for \(keyValueHeads) of keys and values",
        setting: "keyValueHeads")
    }
    let widest = features.multipliedReportingOverflow(by: 3)
    guard !widest.overflow, Shape([features, widest.partialValue]).checkedElementCount != nil else {
      return LayerError("\(features) are more than can be counted", setting: "features")
    }
    guard let rotaryBase else { return nil }
    if features / heads % 2 != 0 || !(rotaryBase > 1) || !rotaryBase.isFinite {
      return LayerError(
        "rotary positions of base \(rotaryBase) for \(features / heads) features a head, "
          + "where an even number and a base above 1 are expected", setting: "rotaryBase")
    }
    return nil
  }

  public var parameters: Parameters { ["queryKeyValue": queryKeyValue, "output": output] }

  public var settings: LayerSettings {
    var members: [(name: String, value: LayerSettings.Value)] = [
      ("features", .integer(features)), ("heads", .integer(heads)),
      ("keyValueHeads", .integer(keyValueHeads)), ("isCausal", .truth(isCausal)),
      ("bias", .truth(output.bias != nil)),
    ]
    if let rotaryBase { members.append(("rotaryBase", .number(rotaryBase))) }
    return LayerSettings(members)
  }

  public init(settings: LayerSettings) throws(LayerError) {
    let shape = try settings.shape("features", "heads", "keyValueHeads")
    let base = settings["rotaryBase"] == nil ? nil : try settings.number("rotaryBase")
    if let error = MultiHeadAttention.fault(of: shape[0], shape[1], shape[2], base) { throw error }
    self.init(
      shape[0], heads: shape[1], keyValueHeads: shape[2],
      isCausal: try settings.truth("isCausal"), rotaryBase: base, bias: try settings.truth("bias"))
  }

  public var lastAxis: LastAxis { .changed(from: features, to: features) }

  public var lastAxisOfRows: LastAxis? { nil }

  private var features: Int { output.weight.shape[0] }

  /// A mistake if x has no positions, or the last axis does not hold the features.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { attend(x, mask: nil) }

  /// The same where a position looks only where the mask is true.
  ///
  /// - Parameter mask: its shape stretches to [..., heads, t, t].
  public func attend(_ x: Tensor<Float>, mask: Tensor<Bool>?) -> Tensor<Float> {
    check(x)
    if let mask { check(mask, with: x) }
    return noted(on: x) {
      let (q, k, v) = projected(x, from: 0)
      return joined(scaledDotProductAttention(q, k, v, mask: mask, isCausal: isCausal))
    }
  }

  /// The next positions of texts whose positions so far are in the cache, to which these are added.
  /// What they give is what the whole run gives for them, if the layer is causal; else they see
  /// what the cache holds and each other.
  ///
  /// The keys and values are computed here, with what x needs, unless a function is being recorded.
  ///
  /// - Parameter x: [n, t, features].
  public func step(_ x: Tensor<Float>, cache: inout AttentionCache) -> Tensor<Float> {
    check(x)
    guard x.rank == 3 else {
      refusal("\(place) goes on from a cache with \(x.value.label)", fix: "give [n, t, features]")
        .stop(at: nil)
    }
    if let keys = cache.keys, keys.shape[0] != x.shape[0] || keys.shape[1] != keyValueHeads {
      refusal(
        "\(place): the cache holds \(keys.shape) and not keys of \(x.shape[0]) texts",
        fix: "use a cache for each layer and each batch of texts"
      ).stop(at: nil)
    }
    let (q, newKeys, newValues) = projected(x, from: cache.count)
    let (keys, values) = cache.add(newKeys, newValues)
    // Known from here on, so that no later position computes them again.
    if Recording.current == nil { evaluate(x, keys, values) }
    return joined(scaledDotProductAttention(q, keys, values, isCausal: isCausal))
  }

  /// Queries, keys and values as heads: [..., heads, t, d].
  private func projected(
    _ x: Tensor<Float>, from start: Int
  ) -> (Tensor<Float>, Tensor<Float>, Tensor<Float>) {
    let all = queryKeyValue(x).value, rank = x.rank, count = heads + 2 * keyValueHeads
    let split = all.reshaped(to: Shape(x.shape.dropLast()) + [count, features / heads])
      .transposed(Shape(0..<rank - 2) + [rank - 1, rank - 2, rank])
    func part(_ first: Int, _ count: Int) -> Tensor<Float> {
      var starts = Shape(repeating: 0, rank: rank + 1), extents = split.shape
      (starts[rank - 2], extents[rank - 2]) = (first, count)
      return Tensor(split.sliced(from: starts, extents: extents))
    }
    let (q, k) = (part(0, heads), part(heads, keyValueHeads))
    let v = part(heads + keyValueHeads, keyValueHeads)
    guard let base = rotaryBase else { return (q, k, v) }
    let end = start + x.shape[rank - 2]
    let positions = Tensor<Int32>(range: start..<end)
    return (
      rotaryEmbedded(q, positions: positions, base: base),
      rotaryEmbedded(k, positions: positions, base: base), v
    )
  }

  /// The heads side by side, mixed.
  private func joined(_ y: Tensor<Float>) -> Tensor<Float> {
    let rank = y.rank
    let side = y.value.transposed(Shape(0..<rank - 3) + [rank - 2, rank - 3, rank - 1])
    let leading = Shape(y.shape.dropLast(3)) + [y.shape[rank - 2], features]
    return output(Tensor(side.reshaped(to: leading)))
  }

  private func check(_ x: Tensor<Float>) {
    guard x.rank > 1, x.shape[x.rank - 1] == features else {
      refusal(
        of: x, expecting: features, "feature", in: "[..., t, \(features)]",
        fix: "give [..., t, \(features)], or other features here"
      ).stop(at: nil)
    }
  }

  private func check(_ mask: Tensor<Bool>, with x: Tensor<Float>) {
    let positions = x.shape[x.rank - 2]
    let scores = Shape(x.shape.dropLast(2)) + [heads, positions, positions]
    if mask.shape.broadcast(with: scores) == scores { return }
    Mistake(
      "MultiHeadAttention", "\(place) gets the mask \(mask.value.label) for \(x.value.label)",
      fix: "give one that stretches to \(scores)"
    ).stop(at: nil)
  }

  public var description: String {
    written(
      "MultiHeadAttention", [features], ("heads", "\(heads)"),
      ("keyValueHeads", keyValueHeads == heads ? nil : "\(keyValueHeads)"),
      ("isCausal", isCausal ? "true" : nil), ("rotaryBase", rotaryBase.map { "\($0)" }),
      ("bias", output.bias == nil ? "false" : nil))
  }
}
