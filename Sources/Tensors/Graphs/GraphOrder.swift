// SPDX-License-Identifier: Apache-2.0

/// The nodes that some results depend on, inputs before users: what every walk starts with.
///
/// A walk never recurses (a graph may be a million levels deep) and visits a node once however
/// many paths lead to it. It keeps its own table of visited nodes: marks in the nodes would race.
package struct GraphOrder {
  package private(set) var nodes: [Node] = []
  /// The positions of all inputs of all nodes, one node after the other.
  private var inputPositions: [Int32] = []
  /// Where a node's inputs begin in `inputPositions`; the next node's begin where they end.
  private var inputStarts: [Int32] = [0]
  private var positions = PositionTable()

  /// - Parameter isLeaf: where not to look further; such a node is part of the order.
  package init(of results: [Value], isLeaf: (Node) -> Bool) {
    nodes.reserveCapacity(64)
    inputPositions.reserveCapacity(128)
    inputStarts.reserveCapacity(65)
    var pending: [Visit] = []
    pending.reserveCapacity(32)
    for result in results {
      if positions[result.node.serial] != nil { continue }
      pending.append(Visit(result.node, isLeaf))
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
