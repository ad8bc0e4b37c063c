// SPDX-License-Identifier: Apache-2.0

/// The inputs of a node: up to three are stored inline, which covers all but parts that are placed
/// together and custom rules.
package struct Inputs: Sendable {
  private var first: Node?
  private var second: Node?
  private var third: Node?
  // Optional, so that copying the inputs of a usual node copies three references.
  private var others: [Node]?
  package private(set) var count: Int

  package init() { self.init(nil, nil, nil, count: 0) }
  package init(_ a: Value) { self.init(a.node, nil, nil, count: 1) }
  package init(_ a: Value, _ b: Value) { self.init(a.node, b.node, nil, count: 2) }
  package init(_ a: Value, _ b: Value, _ c: Value) {
    self.init(a.node, b.node, c.node, count: 3)
  }
  package init(_ values: [Value]) {
    self.init()
    for value in values { append(value.node) }
  }

  private init(_ first: Node?, _ second: Node?, _ third: Node?, count: Int) {
    self.first = first
    self.second = second
    self.third = third
    self.count = count
  }

  package var isEmpty: Bool { count == 0 }

  @inline(__always)
  package subscript(index: Int) -> Value {
    switch index {
    case 0: Value(first!)
    case 1: Value(second!)
    case 2: Value(third!)
    default: Value(others![index - 3])
    }
  }

  func node(_ index: Int) -> Node? {
    if index >= count { return nil }
    return switch index {
    case 0: first
    case 1: second
    case 2: third
    default: others![index - 3]
    }
  }

  func uncountedNode(_ index: Int) -> UncountedNode? {
    if index >= count { return nil }
    return switch index {
    case 0: UncountedNode(first!)
    case 1: UncountedNode(second!)
    case 2: UncountedNode(third!)
    default: UncountedNode(others![index - 3])
    }
  }

  package var values: [Value] { (0..<count).map { self[$0] } }

  private mutating func append(_ node: Node) {
    switch count {
    case 0: first = node
    case 1: second = node
    case 2: third = node
    default:
      if others == nil { others = [] }
      others!.append(node)
    }
    count += 1
  }

  /// Empties these inputs; nodes that nobody else holds go to `orphans`.
  ///
  /// Uniqueness is asked of the stored property: a copy would itself be a second reference.
  mutating func moveUniquelyReferenced(to orphans: inout [Node]) {
    Inputs.release(&first, ifHeldHereAlone: &orphans)
    Inputs.release(&second, ifHeldHereAlone: &orphans)
    Inputs.release(&third, ifHeldHereAlone: &orphans)
    while var last = others?.popLast() as Node? {
      if isKnownUniquelyReferenced(&last) { orphans.append(last) }
    }
    count = 0
  }

  // Static: a method would be called on a copy of these inputs, a second reference to each. Moved,
  // not copied: nothing is counted.
  private static func release(_ node: inout Node?, ifHeldHereAlone orphans: inout [Node]) {
    if node == nil { return }
    if isKnownUniquelyReferenced(&node) {
      orphans.append(node.take()!)
    } else {
      node = nil
    }
  }
}
