// SPDX-License-Identifier: Apache-2.0

extension Value {
  /// The same, computed of another tensor in the place of a leaf: what depends on the leaf is
  /// written down again.
  package func replacing(_ leaf: Value, by other: Value) -> Value {
    let order = GraphOrder(of: [self]) { $0.serial < leaf.node.serial }
    var written = [Value?](repeating: nil, count: order.count)
    for (position, node) in order.nodes.enumerated() {
      if node === leaf.node {
        written[position] = other
        continue
      }
      let inputs = (0..<order.inputCount(at: position)).map { order.input($0, at: position) }
      guard inputs.contains(where: { written[$0] != nil }) else { continue }
      written[position] = Value(
        node.operation, Inputs(inputs.map { written[$0] ?? Value(order[$0]) }),
        elementType: node.elementType, shape: node.shape)
    }
    return written[order.count - 1] ?? self
  }
}
