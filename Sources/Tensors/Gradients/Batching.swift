// SPDX-License-Identifier: Apache-2.0

/// Rewrites results so that they are computed once for each index of a new leading axis.
///
/// A pure function from graph to graph. Each pair of `replacements` names a tensor of the graph,
/// of shape [...], and what to compute with in its place, of shape [extent, ...]. Results that do
/// not depend on a replaced tensor are repeated. The rules stand beside each operation.
package func batched(
  _ results: [Value], over replacements: [(Value, Value)], extent: Int
) -> [Value] {
  let oldest = replacements.lazy.map(\.0.node.serial).min() ?? .max
  let order = GraphOrder(of: results) { $0.serial < oldest }
  var rewritten = [Value?](repeating: nil, count: order.count)
  for (original, replacement) in replacements {
    if let position = order.position(of: original) { rewritten[position] = replacement }
  }
  for (position, node) in order.nodes.enumerated()
  where rewritten[position] == nil && node.serial >= oldest {
    let original = node.inputs.values
    let batchedInputs = original.map { rewritten[order.position(of: $0)!] }
    guard batchedInputs.contains(where: { $0 != nil }) else { continue }
    let inputs = BatchedInputs(
      original: original, values: zip(batchedInputs, original).map { $0 ?? $1 },
      isBatched: batchedInputs.map { $0 != nil }, extent: extent,
      transform: { batched([$0], over: $1, extent: extent)[0] })
    rewritten[position] = node.operation.batched(inputs, result: node, extent: extent)
  }
  return results.map { result in
    rewritten[order.position(of: result)!] ?? result.expanded(to: [extent] + result.shape)
  }
}
