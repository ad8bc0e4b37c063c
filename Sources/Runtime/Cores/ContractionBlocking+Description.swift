// SPDX-License-Identifier: Apache-2.0

extension ContractionBlocking: CustomStringConvertible {
  /// What is done in which order, for `pullback bench --explain`.
  var description: String {
    var parts = ["panels of \(panelRows) rows and \(panelColumns) columns"]
    if scatters { parts.append(goesByRuns ? "a by runs" : "a through tables") }
    parts.append("tiles of \(tile.rows) by \(tileColumns)\(isTurned ? ", transposed" : "")")
    parts.append("the inner axis \(innerBlock) at a time")
    if packs { parts.append("b copied") }
    if copiesTiles { parts.append("tiles of b copied") }
    if copiesA { parts.append("a copied") }
    if strips != nil { parts.append("strips of \(isTurned ? "b" : "a") copied") }
    if keepsSumsApart { parts.append("sums apart") }
    return parts.joined(separator: "; ")
  }
}
