// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What one evaluation found in a graph: the key of its plan, and the numbers to run it with.
///
/// A capture can read one graph after the other and keeps its memory.
package struct Capture: ~Copyable, Reusable {
  /// Operations, shapes, types and results, written out: equal keys are equal programs.
  package private(set) var key: [UInt64] = []
  /// Nil for those that each replay brings along.
  package private(set) var arguments: [Storage?] = []
  /// Bit patterns of scalars in their element type, and random keys.
  package private(set) var parameters: [UInt64] = []
  /// In a recording: parameters of the plan that are derived from its arguments.
  package private(set) var derived: [(parameter: Int, key: RandomKey.Derivation)] = []
  private var order = GraphOrder()
  /// For each node its entry; names, detached and custom nodes have that of their input.
  private var entryOfNode: [Int] = []
  private(set) var entryCount = 0
  private(set) var results: [Int] = []
  private var entryOfArgument: [Int] = []
  private var entryOfParameter: [Int] = []
  private(set) var donations: [Donation] = []

  /// Elements of a part of known numbers that are copied at most, rather than read in place by a
  /// plan of their own.
  static let longestCopy = 1 << 16
  /// Inputs of an operation that is read alone.
  private static let mostInputsAlone = 4

  package init() {}

  /// What one graph holds: see `read`.
  package init(
    of values: [Value], replacing replacements: [(result: Int, leaf: Value)] = [],
    recomputing: Bool = false, placeholders: [Node] = [], renewed: [Node] = []
  ) throws(Mistake) {
    try read(
      values, replacing: replacements, recomputing: recomputing, placeholders: placeholders,
      renewed: renewed)
  }

  /// Reads a graph, after the one before has been let go of.
  ///
  /// - Parameters:
  ///   - replacements: for each result that takes the place of a leaf, that leaf.
  ///   - recomputing: whether numbers of the values themselves count as unknown, as for a listing.
  ///   - placeholders: leaves without numbers that each replay brings along.
  ///   - renewed: leaves with numbers of their own at each replay, detached or not.
  ///   - unknown: nodes that count as unknown, whether they have numbers or not.
  package mutating func read(
    _ values: [Value], replacing replacements: [(result: Int, leaf: Value)] = [],
    recomputing: Bool = false, placeholders: [Node] = [], renewed: [Node] = [],
    unknown: UnknownNodes? = nil
  ) throws(Mistake) {
    let asked = recomputing ? values.filter { !$0.node.inputs.isEmpty }.map(\.node.serial) : []
    // What a replay brings along must not be taken for what it is now.
    func isFixed(_ source: Node) -> Bool {
      !placeholders.contains { $0 === source } && !renewed.contains { $0 === source }
        && !replacements.contains { $0.leaf.node === source }
        && !source.isDetached(fromOneOf: renewed) && unknown?.contains(source) != true
    }
    func isKnown(_ node: Node) -> Bool {
      unknown?.contains(node) != true
        && (node.hasNumbers || node.takePart(copyingAtMost: Capture.longestCopy, where: isFixed))
        && (asked.isEmpty || !asked.contains(node.serial))
        && (renewed.isEmpty || !node.isDetached(fromOneOf: renewed))
    }
    order.walk(from: values, isLeaf: isKnown)
    // The first at most. Asking a list whether it is empty copies nothing.
    var mistakes: [Mistake] = []
    let found = order
    for position in 0..<found.count {
      found.look(at: position) { node in
        if isKnown(node), let numbers = node.numbers {
          addArgument(numbers, of: node)
        } else if !placeholders.isEmpty, placeholders.contains(where: { $0 === node }) {
          addArgument(nil, of: node)
        } else if mistakes.isEmpty {
          do throws(Mistake) { try add(node, at: position) } catch { mistakes.append(error) }
        }
      }
    }
    if let mistake = mistakes.first { throw mistake }
    for value in values { results.append(entryOfNode[order.position(of: value)!]) }
    key.append(UInt64(results.count))
    for result in results { key.append(UInt64(result)) }
    for (result, leaf) in replacements {
      guard let argument = argument(of: leaf.node) else { continue }
      donations.append(Donation(argument: argument, result: result))
      key.append(UInt64(argument) << 32 | UInt64(result))
    }
  }

  /// Reads one operation on known numbers without a walk: enough to find its plan, not to make it.
  ///
  /// False if the node is anything else; then something may have been read.
  package mutating func readAlone(_ node: Node) -> Bool {
    switch node.operation {
    case .creation, .random, .identity: return false
    case .unary, .binary, .comparison, .selection, .conversion, .reduction, .contraction,
      .movement, .gathering, .scan:
      if node.canEnd { return false }
    }
    var count = 0
    // One that has many is no small graph.
    if node.input(Capture.mostInputsAlone) != nil { return false }
    while let input = node.input(count) {
      // One that comes twice is one argument.
      if let before = (0..<count).first(where: { node.input($0) === input }) {
        entryOfNode.append(entryOfNode[before])
      } else {
        guard
          input.hasNumbers || input.takePart(copyingAtMost: Capture.longestCopy),
          let numbers = input.numbers
        else { return false }
        addArgument(numbers, of: input)
      }
      count += 1
    }
    node.encode(into: &key)
    for index in 0..<count { key.append(UInt64(entryOfNode[index])) }
    key.append(1)
    key.append(UInt64(entryCount))
    return true
  }

  /// Lets go of the graph and its numbers.
  package mutating func removeAll() {
    key.removeAll(keepingCapacity: true)
    arguments.removeAll(keepingCapacity: true)
    entryOfNode.removeAll(keepingCapacity: true)
    entryCount = 0
    entryOfArgument.removeAll(keepingCapacity: true)
    order.removeAll()
    // Often empty, and emptying takes longer than asking.
    if !parameters.isEmpty { parameters.removeAll(keepingCapacity: true) }
    if !derived.isEmpty { derived.removeAll(keepingCapacity: true) }
    if !results.isEmpty { results.removeAll(keepingCapacity: true) }
    if !entryOfParameter.isEmpty { entryOfParameter.removeAll(keepingCapacity: true) }
    if !donations.isEmpty { donations.removeAll(keepingCapacity: true) }
  }

  package var isLarge: Bool { key.count > 1 << 16 }

  private mutating func addArgument(_ numbers: consuming Storage?, of node: Node) {
    entryOfArgument.append(entryCount)
    arguments.append(numbers)
    node.encodeAsData(into: &key)
    addEntry()
  }

  private mutating func add(_ node: Node, at position: Int) throws(Mistake) {
    if case .identity(let identity) = node.operation, identity.isDropped {
      guard order.inputCount(at: position) > 0 else { throw Capture.withoutNumbers(node) }
      entryOfNode.append(entryOfNode[order.input(0, at: position)])
      return
    }
    try collectParameters(of: node)
    node.encode(into: &key)
    for index in 0..<order.inputCount(at: position) {
      key.append(UInt64(entryOfNode[order.input(index, at: position)]))
    }
    addEntry()
  }

  private mutating func addEntry() {
    entryOfNode.append(entryCount)
    entryCount += 1
  }

  private mutating func collectParameters(of node: Node) throws(Mistake) {
    switch node.operation {
    case .creation(.scalar(let number, let argument)):
      if let argument { derived.append((parameters.count, .init(argument: argument))) }
      entryOfParameter.append(entryCount)
      parameters.append(node.elementType.bits(of: number))
    case .random(_, let key, _):
      if let derivation = key.derivation { derived.append((parameters.count, derivation)) }
      entryOfParameter.append(entryCount)
      parameters.append(key.bits)
    case .creation(.data): throw Capture.withoutNumbers(node)
    case .creation, .identity, .unary, .binary, .comparison, .selection, .conversion, .reduction,
      .scan, .contraction, .movement, .gathering:
      if node.historyHasEnded { throw Capture.withoutNumbers(node) }
    }
  }

  /// Which argument of the plan a leaf is; nil if the results do not depend on it.
  package func argument(of leaf: Node) -> Int? {
    order.position(of: Value(leaf)).flatMap { entryOfArgument.firstIndex(of: entryOfNode[$0]) }
  }

  /// What holds the leaf that an argument of the plan is; nil for other numbers.
  package func holder(of argument: Int) -> UInt64? {
    let entry = entryOfArgument[argument]
    return (0..<order.count).first { entryOfNode[$0] == entry }.flatMap { order[$0].holder }
  }

  /// Which parameter of the plan a scalar or random node is.
  package func parameter(of node: Node) -> Int? {
    order.position(of: Value(node)).flatMap { entryOfParameter.firstIndex(of: entryOfNode[$0]) }
  }

  /// The program itself.
  package var program: Program {
    var program = Program()
    program.results = results
    program.donations = donations
    program.entries.reserveCapacity(entryCount)
    forEachEntry { program.entries.append($0) }
    return program
  }

  /// Gives the entries of the program, in order. Each is handed over: copies of them would count
  /// all that they refer to.
  func forEachEntry(_ take: (consuming Program.Entry) -> Void) {
    var count = 0, arguments = 0, parameters = 0
    for position in 0..<order.count where entryOfNode[position] == count {
      order.look(at: position) { node in
        if arguments < entryOfArgument.count, entryOfArgument[arguments] == count {
          take(
            Program.Entry(
              operation: .creation(.data()), inputs: InlineNumbers(),
              elementType: node.elementType, shape: node.shape, index: arguments))
          arguments += 1
          return
        }
        var inputs = InlineNumbers()
        for index in 0..<order.inputCount(at: position) {
          inputs.append(entryOfNode[order.input(index, at: position)])
        }
        let takesParameter = node.operation.takesParameter
        take(
          Program.Entry(
            operation: node.operation, inputs: inputs, elementType: node.elementType,
            shape: node.shape, index: takesParameter ? parameters : 0))
        if takesParameter { parameters += 1 }
      }
      count += 1
    }
  }

  private static func withoutNumbers(_ node: Node) -> Mistake {
    Mistake(
      "evaluate", "\(Value(node).label) has no numbers, and no history to compute them from",
      fix: "use the loss on one thread at a time while it is minimized")
  }
}

extension Node {
  /// True if the node stands for one of these leaves without its derivative.
  fileprivate func isDetached(fromOneOf leaves: [Node]) -> Bool {
    if leaves.contains(where: { $0 === self }) { return false }
    var node = self
    while node.isDetached, let source = node.input(0) {
      if leaves.contains(where: { $0 === source }) { return true }
      node = source
    }
    return false
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
