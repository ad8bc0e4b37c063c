// SPDX-License-Identifier: Apache-2.0

/// The inputs of a node that is being batched: some with one more leading axis, some without.
package struct BatchedInputs {
  /// The inputs of the node as it was written.
  package let original: [Value]
  /// The same inputs now; where `isBatched` is true, with the leading axis.
  package let values: [Value]
  package let isBatched: [Bool]
  package let extent: Int
  /// Batches what was traced from the first of each pair, given the second in its place.
  package let transform: @Sendable (Value, [(Value, Value)]) -> Value
  private let alignments: Alignments

  /// What has been reshaped for one batching: once for all uses, so that cotangents are added in
  /// the order in which they would be without the leading axis.
  final class Alignments {
    private var known: [Use: Value] = [:]

    private struct Use: Hashable {
      let serial: UInt64
      let rank: Int
    }

    func value(_ value: Value, ofRank rank: Int, _ reshaped: () -> Value) -> Value {
      let use = Use(serial: value.node.serial, rank: rank)
      if let known = known[use] { return known }
      let value = reshaped()
      known[use] = value
      return value
    }
  }

  init(
    original: [Value], values: [Value], isBatched: [Bool], extent: Int,
    alignments: Alignments, transform: @escaping @Sendable (Value, [(Value, Value)]) -> Value
  ) {
    self.original = original
    self.values = values
    self.isBatched = isBatched
    self.extent = extent
    self.alignments = alignments
    self.transform = transform
  }

  /// All inputs with the leading axis, repeated along it where it is new.
  package var stretched: [Value] {
    values.indices.map {
      isBatched[$0] ? values[$0] : values[$0].expanded(to: [extent] + original[$0].shape)
    }
  }

  /// For operations that broadcast: batched inputs of a lower rank than the result get axes of
  /// extent 1 behind the leading one, so that axes still meet their counterparts.
  package func aligned(to rank: Int) -> [Value] {
    values.indices.map {
      guard isBatched[$0] else { return values[$0] }
      let inner = original[$0].shape
      let missing = Shape(repeating: 1, rank: rank - inner.rank), value = values[$0]
      return alignments.value(value, ofRank: rank) {
        value.reshaped(to: [extent] + missing + inner)
      }
    }
  }
}
