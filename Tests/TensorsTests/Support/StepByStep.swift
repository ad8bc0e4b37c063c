// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport

/// The numbers of results, each node of the graph evaluated alone: nothing is fused, and no
/// memory is shared between steps.
func evaluatedStepByStep(_ results: [Value]) -> [[Double]] {
  let order = GraphOrder(of: results) { $0.numbers != nil }
  var leaves: [Value] = []
  for node in order.nodes {
    if node.numbers != nil {
      leaves.append(Value(node))
      continue
    }
    let inputs = node.inputs.values.map { leaves[order.position(of: $0)!] }
    let alone = Value(
      node.operation, Inputs(inputs), elementType: node.elementType, shape: node.shape)
    leaves.append(Value.leaf(node.shape, alone.numbers, node.elementType))
  }
  return results.map { leaves[order.position(of: $0)!].numbers }
}
