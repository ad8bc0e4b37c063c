// SPDX-License-Identifier: Apache-2.0

/// The nodes that some results depend on, inputs before users: what every walk starts with.
///
/// A walk never recurses (a graph may be a million levels deep) and visits a node once however
/// many paths lead to it. It keeps its own table of visited nodes: marks in the nodes would race.
/// It counts no references either: the results hold every node below them.
package struct GraphOrder {
  package private(set) var nodes: NodeList
  /// The positions of all inputs of all nodes, one node after the other.
  private var inputPositions: [Int32] = []
  /// Where a node's inputs begin in `inputPositions`; the next node's begin where they end.
  private var inputStarts: [Int32] = [0]
  private var positions = PositionTable()

  /// - Parameter isLeaf: where not to look further; such a node is part of the order.
  package init(of results: [Value], isLeaf: (Node) -> Bool) {
    nodes = NodeList(below: results)
    inputPositions.reserveCapacity(128)
    inputStarts.reserveCapacity(65)
    var pending: [Visit] = []
    pending.reserveCapacity(32)
    for result in results {
      if positions[result.node.serial] != nil { continue }
      pending.append(visit(.passUnretained(result.node), isLeaf))
      while let last = pending.indices.last {
        let current = pending[last]
        if current.next < current.count {
          pending[last].next += 1
          let input = input(Int(current.next), of: current)
          let isKnown = input._withUnsafeGuaranteedRef { positions[$0.serial] != nil }
          if !isKnown { pending.append(visit(input, isLeaf)) }
        } else {
          pending.removeLast()
          finish(current)
        }
      }
    }
  }

  /// A node whose inputs are being visited.
  private struct Visit {
    let node: Unmanaged<Node>
    let count: Int32
    /// Where its inputs are held, if they may be dropped meanwhile; else -1.
    let held: Int32
    var next: Int32 = 0
  }

  private mutating func visit(_ node: Unmanaged<Node>, _ isLeaf: (Node) -> Bool) -> Visit {
    node._withUnsafeGuaranteedRef { reference in
      if isLeaf(reference) { return Visit(node: node, count: 0, held: -1) }
      guard reference.canEnd else {
        return Visit(node: node, count: Int32(reference.inputCount), held: -1)
      }
      let inputs = reference.inputs
      nodes.held.append(inputs)
      return Visit(node: node, count: Int32(inputs.count), held: Int32(nodes.held.count - 1))
    }
  }

  private func input(_ index: Int, of visit: Visit) -> Unmanaged<Node> {
    visit.held >= 0
      ? .passUnretained(nodes.held[Int(visit.held)][index].node)
      : visit.node._withUnsafeGuaranteedRef { $0.unretainedInput(index) }
  }

  private mutating func finish(_ visit: Visit) {
    for index in 0..<Int(visit.count) {
      let serial = input(index, of: visit)._withUnsafeGuaranteedRef { $0.serial }
      inputPositions.append(Int32(positions[serial]!))
    }
    inputStarts.append(Int32(inputPositions.count))
    positions[visit.node._withUnsafeGuaranteedRef { $0.serial }] = nodes.count
    nodes.append(visit.node)
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

/// Nodes that are alive because results above them are held.
package struct NodeList: RandomAccessCollection {
  private let results: [Value]
  /// Inputs of nodes whose history may end while the list is in use.
  fileprivate var held: [Inputs] = []
  private var unretained: [Unmanaged<Node>] = []

  fileprivate init(below results: [Value]) {
    self.results = results
    unretained.reserveCapacity(64)
  }

  fileprivate mutating func append(_ node: Unmanaged<Node>) { unretained.append(node) }

  package var startIndex: Int { 0 }
  package var endIndex: Int { unretained.count }
  package subscript(position: Int) -> Node { unretained[position].takeUnretainedValue() }
}

/// Serial number -> position, open addressing: about 5 ns a look-up where `Dictionary` takes 30.
private struct PositionTable {
  private var keys = [UInt64](repeating: 0, count: 256)
  private var values = [Int](repeating: 0, count: 256)
  private var count = 0

  subscript(serial: UInt64) -> Int? {
    get {
      let slot = slot(of: serial)
      return keys[slot] == serial ? values[slot] : nil
    }
    set {
      if count * 2 >= keys.count { grow() }
      let slot = slot(of: serial)
      if keys[slot] != serial {
        keys[slot] = serial
        count += 1
      }
      values[slot] = newValue!
    }
  }

  /// Where the serial is, or the free place where it belongs. Serials start at 1; 0 is free.
  private func slot(of serial: UInt64) -> Int {
    let mask = keys.count - 1
    // Serials are close together; a multiplication by 2^64 / golden ratio spreads them.
    var slot = Int(truncatingIfNeeded: serial &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
    while keys[slot] != 0, keys[slot] != serial { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = zip(keys, values)
    let capacity = keys.count * 2
    keys = [UInt64](repeating: 0, count: capacity)
    values = [Int](repeating: 0, count: capacity)
    for (serial, value) in old where serial != 0 {
      let slot = slot(of: serial)
      keys[slot] = serial
      values[slot] = value
    }
  }
}
