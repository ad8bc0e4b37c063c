// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Writes what a node computes in a line, a few operations deep.
struct WrittenFormula {
  let order: GraphOrder
  /// What leaves are called, by their positions.
  let names: [Int: String]

  private static let depth = 3

  /// The formula of the node at a position.
  func callAsFunction(_ position: Int) -> String { text(position, WrittenFormula.depth).text }

  /// - Returns: whether it has to be in parentheses as an operand.
  private func text(_ position: Int, _ depth: Int) -> (text: String, isOpen: Bool) {
    if let name = names[position] { return (name, false) }
    let node = order[position]
    let inputs = (0..<order.inputCount(at: position)).map { order.input($0, at: position) }
    if case .identity(.named(let name)) = node.operation { return (name, false) }
    if inputs.isEmpty { return (leaf(node), false) }
    if depth == 0 { return ("…", false) }
    func list() -> String { inputs.map { text($0, depth - 1).text }.joined(separator: ", ") }
    func operand(_ index: Int) -> String {
      let (text, isOpen) = text(inputs[index], depth - 1)
      return isOpen ? "(\(text))" : text
    }
    func between(_ symbol: String) -> (String, Bool) {
      ("\(operand(0)) \(symbol) \(operand(1))", true)
    }
    switch node.notation {
    // What only arranges numbers is not worth a level.
    case .same, .named, .detached, .remark, .conversion, .arranged, .reshaped, .stretched, .words,
      .random, .number:
      return text(inputs[0], depth)
    case .function(let function): return ("\(function)(\(list()))", false)
    case .minus: return ("-\(operand(0))", false)
    case .opposite: return ("not \(operand(0))", true)
    case .sum: return between("+")
    case .difference: return between("-")
    case .product: return between("*")
    case .quotient: return between("/")
    case .relation(let relation): return between(relation.symbol)
    case .or: return between("or")
    case .and: return between("and")
    case .choice: return ("select(\(list()))", false)
    case .reduction(let reduction, _): return ("\(reduction.symbol)(\(list()))", false)
    case .alongAxis: return ("\(node.operation.name)(\(list()))", false)
    case .matmul: return between("•")
    case .contraction: return ("\(node.operation.name)(\(list()))", false)
    case .transposed: return ("\(operand(0))ᵀ", false)
    case .placed: return ("\(node.operation.name)(\(list()))", false)
    case .part(let part): return ("\(operand(0))\(part)", false)
    case .chosen: return ("\(operand(0))[\(text(inputs[1], depth - 1).text)]", false)
    case .collected: return ("\(node.operation.name)(\(list()))", false)
    }
  }

  private func leaf(_ node: Node) -> String {
    if case .number(let number) = node.notation { return "\(number)" }
    return node.isStored ? "a tensor from outside" : node.operation.name
  }
}
