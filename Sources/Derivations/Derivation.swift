// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// A forward pass and its backward pass, line by line: what
/// ``explain(_:withRespectTo:seed:file:line:)-(_,[Tensor<Scalar>],_,_,_)`` returns.
///
/// `print(derivation)` shows it as text; ``markdown(showingValues:)``, ``dot`` and ``svg`` are
/// other faces of the same lines.
public struct Derivation: Sendable {
  /// A tensor that the loss is computed from.
  public struct Input: Sendable {
    /// The name that the user gave, the path of a parameter, or "x1".
    public let name: String
    /// How many elements it has along each axis.
    public let shape: Shape
    package let value: Value
  }

  /// One line: what it calculates, and how.
  public struct Line: Sendable {
    /// What is calculated: "s1", "s1.g".
    public let name: String
    /// How, in the notes' notation: "a1.g * 1{s1 > 0}".
    public var formula: String { written.text }
    /// The shape of what is calculated.
    public let shape: Shape
    /// Floating-point operations, if the line is calculated from the tensors in it.
    public let operations: Int
    /// Bytes of the tensors in it and of the result.
    public let bytes: Int
    /// The Jacobians it stands for, one for each use of the tensor; none for forward lines.
    public let jacobians: [JacobianForm]
    /// How it compares with central differences; nil for forward lines.
    public let check: Check?

    package let written: Formula
    package let value: Value
    /// For a line of the backward pass the tensor whose derivative it is; nil for others, and for
    /// a part of a formula that is too long for one line.
    package let owner: String?
    /// In drawings: the tensors that a line of the forward pass uses, those whose derivatives one
    /// of the backward pass uses.
    package let sources: [String]
  }

  /// What the loss is computed from, in the order of use.
  public let inputs: [Input]
  /// How the loss is computed, the loss last.
  public let forward: [Line]
  /// How the gradients are computed, the derivative of the loss for itself first.
  public let backward: [Line]
  /// The seed of the directions that lines were checked along.
  public let seed: UInt64

  /// The checks of all lines but those that a custom gradient is part of.
  var checks: [Check] { backward.compactMap(\.check).filter { !$0.usesCustomGradient } }

  /// The largest error of all lines, NaN if one is. Custom gradients do not count: they need not
  /// be those of the function.
  public var largestError: Double {
    checks.reduce(0) {
      $0.isNaN || $1.relativeError.isNaN ? .nan : Swift.max($0, $1.relativeError)
    }
  }

  /// True if every line agrees with central differences, custom gradients apart.
  public var passes: Bool { checks.allSatisfy(\.passes) }

  init(
    of loss: Value, targets: [Value], titles: [(Value, String)], seed: UInt64, at site: CallSite
  ) {
    var forward = ForwardReading(of: loss, targets: targets, titles: titles)
    let backward = BackwardReading(of: loss, targets: targets, &forward, at: site)
    let jacobians = JacobianTable(forward)
    let entries = forward.entries
    let checked = backward.lines.indices.filter { backward.lines[$0].entry != nil }
    let found = checkedGradients(
      of: loss,
      checked.map { (entries[backward.lines[$0].entry!].value, backward.lines[$0].value) },
      given: entries.filter { $0.formula == nil }.map(\.value), lines: entries.map(\.value),
      seed: seed)
    let checks = Dictionary(uniqueKeysWithValues: zip(checked, found))
    inputs = entries.filter { $0.formula == nil }.map {
      Input(name: $0.name, shape: $0.value.shape, value: $0.value)
    }
    self.forward = entries.indices.compactMap { index in
      let entry = entries[index]
      guard let formula = entry.formula else { return nil }
      let cost = Cost(of: entry.value) { forward.entry(of: $0) == nil ? nil : .named }
      return Line(
        name: entry.name, shape: entry.value.shape, operations: cost.operations,
        bytes: cost.bytes, jacobians: [], check: nil, written: formula, value: entry.value,
        owner: nil, sources: jacobians.inputs(of: index).map { entries[$0].name })
    }
    let differentiated = Set(backward.lines.compactMap(\.entry))
    let calculated = Dictionary(
      backward.lines.map { ($0.value.node.serial, $0.formula) }, uniquingKeysWith: { a, _ in a })
    func known(_ node: Node) -> Cost.Known? {
      if case .number(let number) = calculated[node.serial] { return .number(number) }
      let isNamed = forward.entry(of: node) != nil || calculated[node.serial] != nil
      return isNamed ? .named : nil
    }
    self.backward = backward.lines.enumerated().map { index, line in
      let cost = line.isAlias ? .nothing : Cost(of: line.value, known: known)
      // Only where a gradient comes from: none comes through detached and custom tensors.
      let uses = (line.entry.map { jacobians.uses(of: $0) } ?? [])
        .filter { differentiated.contains($0.output) }
      return Line(
        name: line.name, shape: line.value.shape, operations: cost.operations, bytes: cost.bytes,
        jacobians: uses.map(\.form), check: checks[index], written: line.formula,
        value: line.value, owner: line.entry.map { entries[$0].name },
        sources: uses.map { forward.entries[$0.output].name })
    }
    self.seed = seed
  }
}

/// The Jacobians of all lines of a forward pass.
private struct JacobianTable {
  struct Use {
    let output: Int
    let form: JacobianForm
  }

  private var inputsOfEntry: [Int: [Int]] = [:]
  private var usesOfEntry: [Int: [Use]] = [:]

  init(_ forward: ForwardReading) {
    for entry in forward.entries.indices where forward.entries[entry].formula != nil {
      let step = LocalStep(entry, of: forward)
      inputsOfEntry[entry] = step.inputs
      guard step.result.elementType.isFloatingPoint else { continue }
      let forms = JacobianReader(step, of: entry, forward).forms()
      for (input, form) in zip(step.inputs, forms) {
        if let form { usesOfEntry[input, default: []].append(Use(output: entry, form: form)) }
      }
    }
  }

  func inputs(of entry: Int) -> [Int] { inputsOfEntry[entry] ?? [] }

  func uses(of entry: Int) -> [Use] { usesOfEntry[entry] ?? [] }
}
