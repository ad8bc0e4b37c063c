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
  private var found: [Found] = []
  private var results: [Value] = []
  private var kept: [Node] = []
  /// The positions of all inputs of all nodes, one node after the other, each from last to first.
  private var inputPositions: [Int32] = []
  private var positions = PositionTable()
  private var pending: [Visit] = []
  /// The positions of the inputs of pending nodes, as far as they have been looked at.
  private var pendingPositions: [Int32] = []

  private struct Found: BitwiseCopyable {
    let node: UncountedNode
    let inputCount: Int32
    /// Where the node's inputs end in `inputPositions`.
    let inputEnd: Int32
  }

  /// A node on the way; `next` of its inputs have been looked at.
  private struct Visit: BitwiseCopyable {
    let node: UncountedNode
    var next: Int
    /// Where the node's inputs begin in `pendingPositions`: right behind its own place there.
    let inputStart: Int
  }

  package init() {}

  /// - Parameter isLeaf: where not to look further; such a node is part of the order.
  package init(of results: [Value], isLeaf: (Node) -> Bool) { visit(results, isLeaf) }

  /// Takes a walk, after the one before has been let go of: with room for the step of a small
  /// network from the start, because growing there takes longer than walking.
  package mutating func walk(from results: [Value], isLeaf: (Node) -> Bool) {
    if found.capacity == 0 { reserve(64) }
    visit(results, isLeaf)
  }

  private mutating func visit(_ results: [Value], _ isLeaf: (Node) -> Bool) {
    self.results = results
    for result in results where positions[result.node.serial] == nil {
      walk(from: result.node, isLeaf)
    }
  }

  private mutating func reserve(_ count: Int) {
    found.reserveCapacity(count)
    inputPositions.reserveCapacity(count)
    pending.reserveCapacity(count)
    pendingPositions.reserveCapacity(count)
  }

  /// Lets go of all nodes.
  package mutating func removeAll() {
    if found.isEmpty { return }
    found.removeAll(keepingCapacity: true)
    results = []
    if !kept.isEmpty { kept.removeAll(keepingCapacity: true) }
    inputPositions.removeAll(keepingCapacity: true)
    positions.removeAll()
  }

  private mutating func walk(from result: Node, _ isLeaf: (Node) -> Bool) {
    if isLeaf(result) { return add(UncountedNode(result), inputCount: 0) }
    push(UncountedNode(result))
    while !pending.isEmpty {
      let last = pending.count - 1, visit = pending[last]
      guard let input = input(visit.next, of: visit.node) else {
        finish(visit)
        continue
      }
      pending[last].next += 1
      if let known = positions[input.look { $0.serial }] {
        pendingPositions.append(Int32(known))
      } else if input.look(isLeaf) {
        pendingPositions.append(Int32(found.count))
        add(input, inputCount: 0)
      } else {
        push(input)
      }
    }
    pendingPositions.removeLast()
  }

  private mutating func input(_ index: Int, of node: UncountedNode) -> UncountedNode? {
    node.look { node in
      if !node.canEnd { return node.uncountedInput(index) }
      guard let input = node.input(index) else { return nil }
      kept.append(input)
      return UncountedNode(input)
    }
  }

  private mutating func push(_ node: UncountedNode) {
    // The node's own place, for its user; filled in when its position is known.
    pendingPositions.append(-1)
    pending.append(Visit(node: node, next: 0, inputStart: pendingPositions.count))
  }

  private mutating func finish(_ visit: Visit) {
    pending.removeLast()
    let inputCount = pendingPositions.count - visit.inputStart
    for _ in 0..<inputCount { inputPositions.append(pendingPositions.removeLast()) }
    pendingPositions[visit.inputStart - 1] = Int32(found.count)
    add(visit.node, inputCount: inputCount)
  }

  private mutating func add(_ node: UncountedNode, inputCount: Int) {
    positions[node.look { $0.serial }] = found.count
    found.append(
      Found(node: node, inputCount: Int32(inputCount), inputEnd: Int32(inputPositions.count)))
  }

  package var count: Int { found.count }

  package var nodes: [Node] { found.indices.map { self[$0] } }

  package subscript(position: Int) -> Node { found[position].node.look { $0 } }

  /// Shows a node, and counts no reference to it: that would take longer than looking.
  package func look(at position: Int, _ look: (Node) -> Void) {
    found[position].node.look(look)
  }

  package func position(of value: Value) -> Int? { positions[value.node.serial] }

  /// How many inputs the node at a position has in this order: none if it is a leaf.
  package func inputCount(at position: Int) -> Int {
    Int(found[position].inputCount)
  }

  /// The position of input `index` of the node at `position`.
  package func input(_ index: Int, at position: Int) -> Int {
    Int(inputPositions[Int(found[position].inputEnd) - 1 - index])
  }
}
