// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A graph in canonical form: entries numbered in order, inputs before users, without the nodes'
/// identities and without numbers. Two training steps of one network are the same program.
package struct Program: Sendable {
  package struct Entry: Sendable {
    package var operation: Operation
    package var inputs: EntryInputs
    package var elementType: ElementType
    package var shape: Shape
    /// For data: which argument. For scalars and random numbers: which parameter.
    package var index = 0
  }

  package var entries: [Entry] = []
  /// The entries that were asked for, in the order of asking; one may be asked for twice.
  package var results: [Int] = []
  /// Results that may take the place of an argument which nobody will read again.
  package var donations: [Donation] = []
}

/// The numbers of up to three entries.
package struct EntryInputs: Sendable, Hashable {
  package private(set) var count = 0
  private var first = -1, second = -1, third = -1

  package init() {}
  package init(_ inputs: some Sequence<Int>) {
    for input in inputs { append(input) }
  }

  package mutating func append(_ input: Int) {
    count += 1
    self[count - 1] = input
  }

  package subscript(index: Int) -> Int {
    get { index == 0 ? first : index == 1 ? second : third }
    set {
      switch index {
      case 0: first = newValue
      case 1: second = newValue
      default: third = newValue
      }
    }
  }

  package func map(_ transform: (Int) -> Int) -> EntryInputs {
    EntryInputs((0..<count).map { transform(self[$0]) })
  }
}

/// Result `result` may be written over argument `argument`.
package struct Donation: Sendable, Hashable {
  package let argument: Int
  package let result: Int

  package init(argument: Int, result: Int) {
    self.argument = argument
    self.result = result
  }
}

/// What one evaluation found in a graph: the key of its plan, and the numbers to run it with.
package struct Capture {
  /// Operations, shapes, types and results, written out: equal keys are equal programs.
  package private(set) var key: [UInt64] = []
  package private(set) var arguments: [Storage] = []
  /// Bit patterns of scalars in their element type, and random keys.
  package private(set) var parameters: [UInt64] = []
  /// In a recording: arguments of the plan that are arguments of the recording.
  package private(set) var placeholders: [(argument: Int, input: Int)] = []
  /// In a recording: parameters of the plan that are derived from its arguments.
  package private(set) var derived: [(parameter: Int, key: RandomKey.Derivation)] = []
  private let order: GraphOrder
  /// For each node its entry; names, detached and custom nodes have that of their input.
  private var entryOfNode: [Int] = []
  private var entryCount = 0
  private var results: [Int] = []
  private var argumentOfEntry: [Int: Int] = [:]
  private var donations: [Donation] = []

  /// - Parameters:
  ///   - replacements: for each result that takes the place of a leaf, that leaf.
  ///   - recomputing: whether numbers of the values themselves count as unknown, as for a listing.
  package init(
    of values: [Value], replacing replacements: [(result: Int, leaf: Value)] = [],
    recomputing: Bool = false, inputs placeholderNodes: [Node] = []
  ) throws(Mistake) {
    let asked = recomputing ? values.filter { !$0.node.inputs.isEmpty }.map(\.node.serial) : []
    func isKnown(_ node: Node) -> Bool {
      node.hasNumbers && (asked.isEmpty || !asked.contains(node.serial))
    }
    order = GraphOrder(of: values, isLeaf: isKnown)
    key.reserveCapacity(order.nodes.count * 8)
    var entries: [Int] = []
    entries.reserveCapacity(order.nodes.count)
    for node in order.nodes {
      if isKnown(node), let numbers = node.numbers {
        argumentOfEntry[entryCount] = arguments.count
        arguments.append(numbers)
        encode(.creation(.data), node, inputs: EntryInputs())
      } else if let input = placeholderNodes.firstIndex(where: { $0 === node }) {
        argumentOfEntry[entryCount] = arguments.count
        placeholders.append((arguments.count, input))
        arguments.append(Capture.nothing)
        encode(.creation(.data), node, inputs: EntryInputs())
      } else {
        let position = entries.count
        var positions = EntryInputs()
        for index in 0..<min(order.inputCount(at: position), 3) {
          positions.append(entries[order.input(index, at: position)])
        }
        if case .identity(let identity) = node.operation, identity.isDropped {
          guard positions.count > 0 else { throw Capture.withoutNumbers(node) }
          entries.append(positions[0])
          continue
        }
        try collectParameters(of: node)
        encode(node.operation, node, inputs: positions)
      }
      entries.append(entryCount)
      entryCount += 1
    }
    results = values.map { entries[order.position(of: $0)!] }
    entryOfNode = entries
    key.append(UInt64(results.count))
    for result in results { key.append(UInt64(result)) }
    for (result, leaf) in replacements {
      guard let position = order.position(of: leaf),
        let argument = argumentOfEntry[entries[position]]
      else { continue }
      donations.append(Donation(argument: argument, result: result))
      key.append(UInt64(argument) << 32 | UInt64(result))
    }
  }

  /// Which argument of the plan a leaf is; nil if the results do not depend on it.
  package func argument(of leaf: Value) -> Int? {
    order.position(of: leaf).flatMap { argumentOfEntry[entryOfNode[$0]] }
  }

  /// The program itself: made only when no plan for the key exists yet.
  package var program: Program {
    var program = Program()
    program.results = results
    program.donations = donations
    program.entries.reserveCapacity(entryCount)
    var parameter = 0
    for (position, node) in order.nodes.enumerated()
    where entryOfNode[position] == program.entries.count {
      var entry = Program.Entry(
        operation: node.operation, inputs: EntryInputs(), elementType: node.elementType,
        shape: node.shape)
      if let argument = argumentOfEntry[program.entries.count] {
        entry.operation = .creation(.data)
        entry.index = argument
      } else {
        for index in 0..<order.inputCount(at: position) {
          entry.inputs.append(entryOfNode[order.input(index, at: position)])
        }
        if node.operation.takesParameter {
          entry.index = parameter
          parameter += 1
        }
      }
      program.entries.append(entry)
    }
    return program
  }

  private mutating func collectParameters(of node: Node) throws(Mistake) {
    switch node.operation {
    case .creation(.scalar(let number, let argument)):
      if let argument { derived.append((parameters.count, .init(argument: argument))) }
      parameters.append(node.elementType.bits(of: number))
    case .random(_, let key):
      if let derivation = key.derivation { derived.append((parameters.count, derivation)) }
      parameters.append(key.bits)
    case .creation(.data): throw Capture.withoutNumbers(node)
    default:
      if node.historyHasEnded { throw Capture.withoutNumbers(node) }
    }
  }

  private mutating func encode(_ operation: Operation, _ node: Node, inputs: EntryInputs) {
    operation.encode(into: &key)
    key.append(UInt64(node.elementType.rawValue) << 32 | UInt64(node.shape.rank))
    for extent in node.shape { key.append(UInt64(extent)) }
    for index in 0..<inputs.count { key.append(UInt64(inputs[index])) }
  }

  /// Holds the place of an argument that each replay brings along.
  private static let nothing = Storage(address: OpaquePointer(bitPattern: 64)!, byteCount: 0) {
    _, _ in
  }

  private static func withoutNumbers(_ node: Node) -> Mistake {
    Mistake(
      "evaluate", "\(Value(node).label) has no numbers, and no history to compute them from",
      fix: "use the loss on one thread at a time while it is minimized")
  }
}

extension Identity {
  /// Names, detachment and custom rules are of no use to a plan.
  fileprivate var isDropped: Bool {
    switch self {
    case .named, .detached, .custom: true
    case .checked: false
    }
  }
}

extension ElementType {
  /// A number as the bytes of one element, lowest first.
  package func bits(of number: Double) -> UInt64 {
    switch self {
    case .float: UInt64(Float(number).bitPattern)
    case .double: number.bitPattern
    case .int32: UInt64(UInt32(bitPattern: Int32(number)))
    case .bool: number == 0 ? 0 : 1
    }
  }
}
