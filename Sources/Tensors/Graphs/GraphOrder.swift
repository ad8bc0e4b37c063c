// SPDX-License-Identifier: Apache-2.0

/// The nodes that some results depend on, inputs before users: what every walk starts with.
///
/// A walk never recurses (a graph may be a million levels deep) and visits a node once however
/// many paths lead to it. It keeps its own table of visited nodes: marks in the nodes would race.
/// An order can be used for one walk after the other and keeps its memory.
///
/// Counting references to every node would take longer than the walk. So the order owns the
/// results, which own their inputs, and the inputs of the few nodes that can lose them.
package struct GraphOrder: Sendable {
  private var found: [Unmanaged<Node>] = []
  private var results: [Value] = []
  private var kept: [Node] = []
  /// The positions of all inputs of all nodes, one node after the other.
  private var inputPositions: [Int32] = []
  /// Where a node's inputs begin in `inputPositions`; the next node's begin where they end.
  private var inputStarts: [Int32] = [0]
  private var positions = PositionTable()
  private var pending: [Visit] = []
  /// Serial numbers of the inputs that pending nodes have been found to have.
  private var pendingInputs: [UInt64] = []

  package init() {}

  /// - Parameter isLeaf: where not to look further; such a node is part of the order.
  package init(of results: [Value], isLeaf: (Node) -> Bool) { walk(from: results, isLeaf: isLeaf) }

  /// Forgets the walk before, and takes another one.
  package mutating func walk(from results: [Value], isLeaf: (Node) -> Bool) {
    removeAll()
    self.results = results
    for result in results { walk(from: result.node, isLeaf) }
  }

  /// Lets go of all nodes.
  package mutating func removeAll() {
    found.removeAll(keepingCapacity: true)
    results = []
    kept.removeAll(keepingCapacity: true)
    inputPositions.removeAll(keepingCapacity: true)
    inputStarts.removeAll(keepingCapacity: true)
    inputStarts.append(0)
    positions.removeAll()
  }

  private mutating func walk(from result: Node, _ isLeaf: (Node) -> Bool) {
    if positions[result.serial] != nil { return }
    push(result, isLeaf)
    while let last = pending.indices.last {
      let next = pending[last].next
      let isPushed = pending[last].node._withUnsafeGuaranteedRef { node in
        guard let input = node.input(next) else { return false }
        if node.canEnd { kept.append(input) }
        pending[last].next += 1
        pendingInputs.append(input.serial)
        if positions[input.serial] == nil { push(input, isLeaf) }
        return true
      }
      if !isPushed { finish() }
    }
  }

  private mutating func push(_ node: Node, _ isLeaf: (Node) -> Bool) {
    pending.append(Visit(node: .passUnretained(node), next: isLeaf(node) ? .max : 0))
  }

  private mutating func finish() {
    let visit = pending.removeLast()
    let inputCount = visit.next == .max ? 0 : visit.next
    let first = pendingInputs.count - inputCount
    for index in first..<pendingInputs.count {
      inputPositions.append(Int32(positions[pendingInputs[index]]!))
    }
    pendingInputs.removeLast(inputCount)
    inputStarts.append(Int32(inputPositions.count))
    positions[visit.node._withUnsafeGuaranteedRef { $0.serial }] = found.count
    found.append(visit.node)
  }

  /// A node on the way; `next` of its inputs have been looked at.
  private struct Visit {
    let node: Unmanaged<Node>
    var next: Int
  }

  package var count: Int { found.count }

  package var nodes: [Node] { found.indices.map { self[$0] } }

  package subscript(position: Int) -> Node { found[position].takeUnretainedValue() }

  /// Looks at a node without counting a reference to it.
  @inline(__always)
  package func withNode<Result>(at position: Int, _ look: (Node) -> Result) -> Result {
    found[position]._withUnsafeGuaranteedRef(look)
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
