// SPDX-License-Identifier: Apache-2.0

/// What the uses of a tensor have handed back to it.
struct ReceivedCotangents {
  private var first: Value?
  /// The others, in the order in which they came. Mostly there is one.
  private var others: [Value] = []
  /// Those of its parts, among zeros. Adding each to the whole would take as long as
  /// the whole for each.
  private var parts: [Value] = []

  mutating func add(_ cotangent: Value, amongZeros: Bool = false) {
    if amongZeros, let placed = cotangent.placedBeforeTransposed {
      parts.append(placed)
    } else if first == nil {
      first = cotangent
    } else {
      others.append(cotangent)
    }
  }

  /// All of them added up; nil if there are none.
  ///
  /// - Parameter ofNetworks: see ``SumsOfMany/summedTogether(_:ofNetworks:)``.
  func sum(ofNetworks: Bool) -> Value? {
    guard let first else { return placed }
    var whole = first
    if !others.isEmpty {
      let wholes = SumsOfMany.summedTogether([first] + others, ofNetworks: ofNetworks)
      whole = wholes.dropFirst().reduce(wholes[0]) { $0 + $1 }
    }
    return placed.map { whole + $0 } ?? whole
  }

  /// All parts at their places.
  private var placed: Value? {
    guard let first = parts.first, parts.count > 1 else { return parts.first }
    return .placed(
      parts.flatMap(\.node.inputs.values), at: parts.flatMap { $0.node.operation.placesOfParts! },
      in: first.shape)
  }
}

extension Value {
  /// The tensor as parts among zeros, if it is that, or if it was before it was transposed.
  fileprivate var placedBeforeTransposed: Value? {
    if node.operation.placesOfParts != nil { return self }
    guard case .movement(.transpose(let order)) = node.operation,
      let places = node.inputs[0].node.operation.placesOfParts
    else { return nil }
    return .placed(
      node.inputs[0].node.inputs.values.map { $0.transposed(order) },
      at: places.map { $0.arranged(by: order) }, in: shape)
  }
}
