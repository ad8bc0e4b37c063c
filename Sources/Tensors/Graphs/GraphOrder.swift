// SPDX-License-Identifier: Apache-2.0

/// The nodes that some results depend on, inputs before users: what every walk starts with.
///
/// A walk never recurses (a graph may be a million levels deep) and visits a node once however
/// many paths lead to it. It keeps its own table of visited nodes: marks in the nodes would race.
/// An order can be used for one walk after the other and keeps its memory.
package struct GraphOrder {
  package private(set) var nodes: [Node] = []
  /// The positions of all inputs of all nodes, one node after the other.
  private var inputPositions: [Int32] = []
  /// Where a node's inputs begin in `inputPositions`; the next node's begin where they end.
  private var inputStarts: [Int32] = [0]
  private var positions = PositionTable()
  private var pending: [Visit] = []

  package init() {}

  /// - Parameter isLeaf: where not to look further; such a node is part of the order.
  package init(of results: [Value], isLeaf: (Node) -> Bool) { walk(from: results, isLeaf: isLeaf) }

  /// Forgets the walk before, and takes another one.
  package mutating func walk(from results: [Value], isLeaf: (Node) -> Bool) {
    removeAll()
    for result in results { walk(from: result.node, isLeaf) }
  }

  /// Lets go of all nodes.
  package mutating func removeAll() {
    nodes.removeAll(keepingCapacity: true)
    inputPositions.removeAll(keepingCapacity: true)
    inputStarts.removeAll(keepingCapacity: true)
    inputStarts.append(0)
    positions.removeAll()
  }

  private mutating func walk(from result: Node, _ isLeaf: (Node) -> Bool) {
    if positions[result.serial] != nil { return }
    pending.append(Visit(result, isLeaf))
    while let last = pending.indices.last {
      let next = pending[last].next
      if next < pending[last].inputs.count {
        pending[last].next += 1
        let input = pending[last].inputs[next].node
        if positions[input.serial] == nil { pending.append(Visit(input, isLeaf)) }
      } else {
        finish(pending.removeLast())
      }
    }
  }

  private mutating func finish(_ visit: Visit) {
    for index in 0..<visit.inputs.count {
      inputPositions.append(Int32(positions[visit.inputs[index].node.serial]!))
    }
    inputStarts.append(Int32(inputPositions.count))
    positions[visit.node.serial] = nodes.count
    nodes.append(visit.node)
  }

  private struct Visit {
    let node: Node
    let inputs: Inputs
    var next = 0

    init(_ node: Node, _ isLeaf: (Node) -> Bool) {
      self.node = node
      inputs = isLeaf(node) ? Inputs() : node.inputs
    }
  }

  package func position(of value: Value) -> Int? { positions[value.node.serial] }

  /// How many inputs the node at a position has in this order: none if it is a leaf.
  package func inputCount(at position: Int) -> Int {
    Int(inputStarts[position + 1] - inputStarts[position])
  }

  /// The position of input `index` of the node at `position`.
  package func input(_ index: Int, at position: Int) -> Int {
    Int(inputPositions[Int(inputStarts[position]) + index])
  }
}
