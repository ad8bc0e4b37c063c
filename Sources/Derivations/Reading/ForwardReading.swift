// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The forward graph of a loss, read: which of its values get a line and a name, and what the
/// others are in terms of those.
///
/// What the user named has a line. Of the rest, operations that only prepare the next one (views,
/// masks, a bias that is added, a square that is summed) are written into its line.
struct ForwardReading {
  /// Something with a name: an input, or a line of the forward pass.
  struct Entry {
    let name: String
    /// The node itself and others that hold the same tensor: those that name it.
    var nodes: [Node]
    /// Nil for inputs.
    let formula: Formula?

    /// The node that makes the numbers.
    var value: Value { Value(nodes[0]) }
  }

  private(set) var entries: [Entry] = []
  private(set) var formulas = FormulaTable()
  private var entryOfNode: [UInt64: Int] = [:]
  private var names = Names()
  private let order: GraphOrder
  private let consumers: [[Int]]
  /// For each node how many operations deep it goes down to nodes with a line.
  private var depths: [Int]

  /// - Parameter titles: names for values that have none.
  init(of loss: Value, targets: [Value], titles: [(Value, String)]) {
    let order = GraphOrder(of: [loss], isLeaf: ForwardReading.stops(before: targets, under: loss))
    var consumers = [[Int]](repeating: [], count: order.count)
    for position in 0..<order.count {
      for input in Set((0..<order.inputCount(at: position)).map { order.input($0, at: position) }) {
        consumers[input].append(position)
      }
    }
    self.order = order
    self.consumers = consumers
    depths = [Int](repeating: 0, count: order.count)
    for node in order.nodes {
      if let name = Value(node).name { names.reserve(name) }
    }
    let titles = Dictionary(
      titles.map { ($0.0.node.serial, $0.1) }, uniquingKeysWith: { a, _ in a })
    let fixed = Set(targets.map(\.node.serial) + [loss.node.serial])
    let givenNames = givenNames(titles)
    for position in 0..<order.count { read(position, fixed, givenNames[position]) }
  }

  /// What depends on no target and is detached or has a name is given: how it was made is no part
  /// of the derivation. So is a target that depends on no other. Whether numbers are known already
  /// makes no difference: printing changes nothing.
  private static func stops(before targets: [Value], under loss: Value) -> (Node) -> Bool {
    let whole = GraphOrder(of: [loss]) { _ in false }
    let isTarget = Set(targets.map(\.node.serial))
    var depends: Set<UInt64> = []
    for node in whole.nodes {
      let inputs = node.inputs.values.lazy.map(\.node.serial)
      if inputs.contains(where: { isTarget.contains($0) || depends.contains($0) }) {
        depends.insert(node.serial)
      }
    }
    return { node in
      let isGiven = node.isDetached || Value(node).name != nil || isTarget.contains(node.serial)
      return isGiven && !depends.contains(node.serial) && node !== loss.node
    }
  }

  private mutating func read(_ position: Int, _ fixed: Set<UInt64>, _ givenName: String?) {
    let node = order[position]
    // A name for what only this node uses is a name for the same entry.
    if case .identity(.named) = node.operation, order.inputCount(at: position) == 1 {
      let input = order.input(0, at: position)
      if consumers[input].count == 1, let entry = entryOfNode[order[input].serial] {
        entries[entry].nodes.append(node)
        entryOfNode[node.serial] = entry
        formulas[node] = formulas[order[input]]
        return
      }
    }
    let isFixed = fixed.contains(node.serial)
    let isInput = order.inputCount(at: position) == 0 && (isFixed || !node.isNumberOrRange)
    let written = isInput ? nil : formulas.written(node)
    if givenName == nil, !isFixed, let written, isInlined(position, written.formula) {
      formulas[node] = written
      depths[position] = depth(at: position)
      return
    }
    let isLoss = position == order.count - 1
    let name =
      givenName.map { names.unique($0) }
      ?? (isLoss ? names.unique("L") : isInput ? names.next("x") : names.next("t"))
    entryOfNode[node.serial] = entries.count
    entries.append(Entry(name: name, nodes: [node], formula: written?.line(of: node.shape)))
    formulas.set(node, named: .name(name))
  }

  /// For each value the name that it gets from the node that alone uses it, or has.
  private func givenNames(_ titles: [UInt64: String]) -> [String?] {
    var names = [String?](repeating: nil, count: order.count)
    for position in (0..<order.count).reversed() {
      let node = order[position]
      if consumers[position].count == 1,
        case .identity(.named) = order[consumers[position][0]].operation
      {
        names[position] = names[consumers[position][0]]
      }
      names[position] = names[position] ?? Value(node).name ?? titles[node.serial]
    }
    return names
  }

  /// The largest formula that is written into others, and the most operations that one stands for:
  /// a line has bounds, however little it says.
  private static let longestInlined = 7, deepestInlined = 16

  private func depth(at position: Int) -> Int {
    let inputs = (0..<order.inputCount(at: position)).map { depths[order.input($0, at: position)] }
    return 1 + (inputs.max() ?? 0)
  }

  /// Whether a value is written into the lines that use it.
  private func isInlined(_ position: Int, _ formula: Formula) -> Bool {
    let node = order[position]
    if formula.size > ForwardReading.longestInlined { return false }
    if depth(at: position) > ForwardReading.deepestInlined { return false }
    // What alone uses it, if one operation does.
    let user = consumers[position].count == 1 ? order[consumers[position][0]] : nil
    switch node.notation {
    case .words, .number, .relation, .same, .detached, .opposite, .conversion, .stretched,
      .transposed, .arranged, .part:
      return true
    case .random, .named, .remark, .function, .or, .and, .alongAxis, .placed, .chosen, .collected:
      return false
    case .minus, .sum, .difference: return canHoldSum(user, formula)
    case .product:
      return user?.isSum == true || node.hasNumberOperand && canHoldSum(user, formula)
    case .quotient: return node.hasNumberOperand && canHoldSum(user, formula)
    case .choice: return user?.isSum == true
    case .reduction:
      return user?.isUnitReshape == true || node.isSum && user?.isDivisionByNumber == true
    case .matmul, .contraction:
      return user?.isAdditive == true || user?.isDivisionByNumber == true
    case .reshaped:
      let isOfReduction = node.inputs[0].isReduction && entry(of: node.inputs[0].node) == nil
      return !isOfReduction || user?.isDivisionByNumber == true || user?.isDetached == true
    }
  }

  /// Whether a sum, or a multiple, reads well inside the one operation that uses it: not where
  /// that operation's derivative looks at the sum, unless the sum is short, as in (s2 - y)².
  private func canHoldSum(_ user: Node?, _ formula: Formula) -> Bool {
    guard let user else { return false }
    return !user.derivativeReadsInput || formula.size <= 2 && !formula.hasProduct
  }

  /// The entry that a node belongs to.
  func entry(of node: Node) -> Int? { entryOfNode[node.serial] }

  /// A name that no value has.
  mutating func newName() -> String { names.next("u") }
}
