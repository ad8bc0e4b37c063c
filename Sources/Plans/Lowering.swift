// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Plan {
  /// The plan of a program: simplified, fused, put in order, memory assigned.
  ///
  /// - Parameter verifying: checks after every pass that the program and the plan are legal.
  package init(_ program: Program, verifying: Bool = Plan.verifiesByDefault) {
    if verifying { program.verify() }
    let simplified = program.simplified()
    if verifying { simplified.verify() }
    var lowering = Lowering(simplified, arguments: program)
    self = lowering.plan()
    if verifying { verify(.lowered) }
    schedule()
    if verifying { verify(.scheduled) }
    assignMemory()
    if verifying { verify() }
  }
}

/// Turns groups of entries into steps over numbered buffers.
private struct Lowering {
  private let program: Program
  private var fusion: Fusion
  private var slots: [Int: Slot] = [:]
  private var result = Plan()
  /// Groups that copy an entry to an output.
  private var copies: [Int: (entry: Int, output: Int)] = [:]

  init(_ program: Program, arguments original: Program) {
    self.program = program
    fusion = Fusion(program)
    for entry in original.entries {
      if case .creation(.data) = entry.operation {
        result.arguments.append((entry.elementType, entry.shape))
      }
      if entry.operation.takesParameter { result.parameterCount += 1 }
    }
  }

  mutating func plan() -> Plan {
    assignOutputs()
    for index in fusion.storedEntries where slots[index] == nil {
      let entry = program.entries[index]
      slots[index] = .buffer(result.buffers.count)
      result.buffers.append(
        Plan.Buffer(elementType: entry.elementType, elementCount: entry.shape.elementCount))
    }
    for (index, entry) in program.entries.enumerated() {
      if case .creation(.data) = entry.operation { slots[index] = .argument(entry.index) }
    }
    for group in schedule() { result.steps.append(step(for: group)) }
    return result
  }

  /// Gives each result an output: the entry itself is written there if a group makes it whole and
  /// in order, else a copy.
  private mutating func assignOutputs() {
    let donors = Dictionary(
      program.donations.map { ($0.result, $0.argument) }, uniquingKeysWith: { first, _ in first })
    var outputOfBase: [Int: Int] = [:]
    for (position, entry) in program.results.enumerated() {
      let shape = program.entries[entry].shape
      let donor = donors[position]
      var base: Int?
      if case .entry(let source, let view) = fusion.sources[entry], fusion.groupOf[source] >= 0,
        view.isRowMajor(shape),
        program.entries[source].shape.elementCount == shape.elementCount
      {
        base = source
      }
      if let base, let output = outputOfBase[base], donor == nil,
        result.outputs[output].shape == shape
      {
        result.results.append(output)
        continue
      }
      let output = result.outputs.count
      result.results.append(output)
      result.outputs.append(
        Plan.Output(
          elementType: program.entries[entry].elementType, shape: shape, donor: donor))
      if let base, outputOfBase[base] == nil {
        outputOfBase[base] = output
        slots[base] = .output(output)
      } else {
        copies[fusion.addCopy(of: entry)] = (entry, output)
      }
    }
  }

  /// Groups in their order, but those that write over an argument last, so that all others have
  /// read it.
  private mutating func schedule() -> [Int] {
    var writer: [Int: Int] = [:]  // output -> group
    for (entry, slot) in slots {
      if case .output(let output) = slot { writer[output] = fusion.groupOf[entry] }
    }
    for (group, copy) in copies { writer[copy.output] = group }
    let outputs = result.outputs
    let donees = Set(
      writer.filter { outputs[$0.key].donor != nil }.map(\.value)
    ).filter { [fusion] in fusion.groups[$0].firstReader == .max }
    let groups = fusion.groups.indices.filter { [fusion, copies] in
      !fusion.groups[$0].isEmpty || copies[$0] != nil
    }
    return groups.filter { !donees.contains($0) } + groups.filter { donees.contains($0) }
  }

  private func step(for index: Int) -> Step {
    let group = fusion.groups[index]
    var builder = BodyBuilder(program, fusion, slots, space: group.space)
    if let copy = copies[index] { builder.addCopy(of: copy.entry, to: .output(copy.output)) }
    let core = group.core.map { self.core(of: $0, group) } ?? .none
    if let entry = group.core { builder.addCore(entry) }
    for entry in group.body.sorted() { builder.add(entry) }
    return Step(core: core, space: group.space, body: builder.body())
  }

  private func core(of index: Int, _ group: Fusion.Group) -> Core {
    let entry = program.entries[index]
    let builder = BodyBuilder(program, fusion, slots, space: group.space)
    switch entry.operation {
    case .contraction(let batchRank):
      let shape = program.entries[entry.inputs[0]].shape
      return .contraction(
        ContractionCore(
          a: builder.access(to: entry.inputs[0], for: index),
          b: builder.access(to: entry.inputs[1], for: index),
          elementType: entry.elementType, batch: Shape(shape.prefix(batchRank)),
          rows: shape[batchRank],
          inner: shape[batchRank + 1], columns: entry.shape[batchRank + 1]))
    case .reduction(let reduction, let axes):
      return reductionCore(index, reduction, axes, group)
    case .gathering(.scatterAdd(let count), let batchRank):
      return scatterCore(index, count, batchRank, builder)
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .movement, .gathering(.gather, _):
      preconditionFailure("only these operations have a core")
    }
  }

  private func reductionCore(
    _ index: Int, _ reduction: Reduction, _ axes: AxisSet, _ group: Fusion.Group
  ) -> Core {
    let entry = program.entries[index]
    let input = entry.inputs[0], shape = program.entries[input].shape
    let layout = ReductionLayout(shape, axes)
    let space = Shape(layout.order.map { shape[$0] })
    var builder = BodyBuilder(program, fusion, slots, space: space, role: .prologue)
    for entry in group.prologue.sorted() { builder.add(entry) }
    let value = builder.value(of: input, for: index, as: shape, order: layout.order)
    return .reduction(
      ReductionCore(
        reduction: reduction, prologue: builder.body(),
        reducedValue: builder.position(of: value), space: space,
        elementType: program.entries[input].elementType, resultType: entry.elementType,
        outer: layout.outer, reduced: layout.reduced, inner: layout.inner))
  }

  private func scatterCore(
    _ index: Int, _ count: Int, _ batchRank: Int, _ builder: BodyBuilder
  ) -> Core {
    let entry = program.entries[index]
    let values = program.entries[entry.inputs[0]].shape
    let indices = program.entries[entry.inputs[1]].shape
    let batch = Shape(values.prefix(batchRank)).elementCount
    let updates = Shape(indices.dropFirst(batchRank)).elementCount
    let rest = Shape(values.dropFirst(indices.rank)).elementCount
    return .scatterAdd(
      ScatterCore(
        values: builder.access(to: entry.inputs[0], for: index),
        indices: builder.access(to: entry.inputs[1], for: index),
        batch: batch, count: count, updates: updates, rest: rest))
  }
}
