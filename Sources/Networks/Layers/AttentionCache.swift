// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// The keys and values of the positions that an attention layer has seen, so that the next
/// positions of a text are computed alone.
///
/// A cache belongs to one layer and one batch of texts: a model of several blocks has one for each.
public struct AttentionCache: Sendable, CustomStringConvertible {
  /// [n, heads, t, d]; nil before the first position.
  public private(set) var keys: Tensor<Float>?
  /// [n, heads, t, d]; nil before the first position.
  public private(set) var values: Tensor<Float>?

  /// A cache of nothing.
  public init() {}

  /// How many positions it holds.
  public var count: Int { keys?.shape[2] ?? 0 }

  /// How many positions it holds.
  public var description: String { "AttentionCache of \(counted(count, "position"))" }

  /// Adds positions behind those that are there, and gives all.
  mutating func add(
    _ newKeys: Tensor<Float>, _ newValues: Tensor<Float>
  ) -> (keys: Tensor<Float>, values: Tensor<Float>) {
    func all(_ old: Tensor<Float>?, _ new: Tensor<Float>) -> Tensor<Float> {
      old.map { concatenated([$0, new], along: 2) } ?? new
    }
    let all = (keys: all(keys, newKeys), values: all(values, newValues))
    (keys, values) = all
    return all
  }
}
