// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Plan {
  /// The plan of a program: simplified, fused, put in order, memory assigned.
  ///
  /// - Parameter verifying: checks after every pass that the program and the plan are legal.
  package init(_ program: Program, verifying: Bool = Plan.verifiesByDefault) {
    self.init()
    if verifying { program.verify() }
    for index in program.entries.indices { note(program.entries[index]) }
    make(of: program.simplified(), verifying)
  }

  /// The plan of the program that was captured, which is simplified as it is written down.
  package init(_ capture: borrowing Capture, verifying: Bool = Plan.verifiesByDefault) {
    self.init()
    if verifying { capture.program.verify() }
    var pass = Simplification(capacity: capture.entryCount)
    capture.forEachEntry { entry in
      note(entry)
      pass.add(entry)
    }
    make(of: pass.takeProgram(capture.results, capture.donations), verifying)
  }

  /// Notes what a program is given, whether its results depend on it or not.
  private mutating func note(_ entry: borrowing Program.Entry) {
    if case .creation(.data) = entry.operation {
      arguments.append((entry.elementType, entry.shape))
    }
    if entry.operation.takesParameter { parameterCount += 1 }
  }

  private mutating func make(of simplified: Program, _ verifying: Bool) {
    if verifying { simplified.verify() }
    var lowering = Lowering(simplified, into: self)
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
  /// Where each entry's numbers are stored, if they are.
  private var slots: [Slot?]
  private var result: Plan
  /// Groups that copy an entry to an output.
  private var copies: [Int: (entry: Int, output: Int)] = [:]
  /// How many elements of each line of a sort are read: the first ones.
  private let sortedCounts: [Int: Int]

  init(_ program: Program, into plan: Plan) {
    self.program = program
    result = plan
    fusion = Fusion(program)
    sortedCounts = program.sortedCounts
    slots = [Slot?](filled: nil, count: program.entries.count)
  }

  mutating func plan() -> Plan {
    assignOutputs()
    let isStored = fusion.isStored
    result.buffers.reserveCapacity(fusion.groups.count)
    for index in isStored.indices where isStored[index] && slots[index] == nil {
      slots[index] = .buffer(result.buffers.count)
      result.buffers.append(
        Plan.Buffer(
          elementType: program.entries[index].elementType,
          elementCount: program.entries[index].shape.elementCount))
    }
    for index in program.entries.indices {
      if case .creation(.data) = program.entries[index].operation {
        slots[index] = .argument(program.entries[index].index)
      }
    }
    let groups = groupsInOrder(), partsInPlace = PartsInPlace(program, fusion, slots)
    var builder = BodyBuilder(program, fusion, slots)
    result.steps.reserveCapacity(groups.count)
    for group in groups {
      if let core = fusion.groups[group].core, let parts = partsInPlace.ofWhole[core] {
        fill(core, parts, in: group, &builder)
      } else {
        result.steps.append(step(for: group, &builder))
      }
    }
    return result
  }

  /// Gives each result an output: the entry itself is written there if a group makes it whole and
  /// in order, else a copy.
  private mutating func assignOutputs() {
    result.outputs.reserveCapacity(program.results.count)
    result.results.reserveCapacity(program.results.count)
    var donors = [Int?](filled: nil, count: program.results.count)
    for donation in program.donations where donors[donation.result] == nil {
      donors[donation.result] = donation.argument
    }
    for (position, entry) in program.results.enumerated() {
      let shape = program.entries[entry].shape, type = program.entries[entry].elementType
      var base: Int?
      if case .entry(let source, let view) = fusion.source(of: entry), fusion.groupOf[source] >= 0,
        view.isRowMajor(shape),
        program.entries[source].shape.elementCount == shape.elementCount
      {
        base = source
      }
      let taken = base.flatMap { slots[$0] }
      if case .output(let output) = taken, donors[position] == nil,
        result.outputs[output].shape == shape
      {
        result.results.append(output)
        continue
      }
      let output = result.outputs.count
      result.results.append(output)
      result.outputs.append(Plan.Output(elementType: type, shape: shape, donor: donors[position]))
      if let base, taken == nil {
        slots[base] = .output(output)
      } else {
        copies[fusion.addCopy(of: entry)] = (entry, output)
      }
    }
  }

  /// Groups in their order, but those that write over an argument last, so that all others have
  /// read it.
  private func groupsInOrder() -> [Int] {
    var writesOver = [Bool](filled: false, count: fusion.groups.count)
    func note(_ group: Int, _ output: Int) {
      if result.outputs[output].donor != nil, fusion.groups[group].firstReader == .max {
        writesOver[group] = true
      }
    }
    for (entry, slot) in slots.enumerated() {
      if case .output(let output) = slot { note(fusion.groupOf[entry], output) }
    }
    for (group, copy) in copies { note(group, copy.output) }
    var first: [Int] = [], last: [Int] = []
    first.reserveCapacity(fusion.groups.count)
    for group in fusion.groups.indices where !fusion.groups[group].isEmpty || copies[group] != nil {
      if writesOver[group] { last.append(group) } else { first.append(group) }
    }
    first += last
    return first
  }

  private func step(for index: Int, _ builder: inout BodyBuilder) -> Step {
    let space = fusion.groups[index].space, entries = fusion.groups[index].body
    let coreEntry = fusion.groups[index].core, core: Core
    if let coreEntry {
      core = self.core(of: coreEntry, fusion.groups[index].prologue, of: index, &builder)
    } else {
      core = .pointwise
    }
    builder.begin(index, over: space, entryCount: entries.count)
    if let copy = copies[index] {
      builder.addCopy(of: copy.entry, to: .output(copy.output))
    }
    if let coreEntry { builder.addCore(coreEntry) }
    fusion.forEachEntry(of: entries) { builder.add($0) }
    let body = builder.finish().merged(over: space).body
    if case .contraction(let product) = core, let whole = product.takingIn(body) {
      return Step(core: .contraction(whole.core), space: space, body: whole.body)
    }
    return Step(core: core, space: space, body: body)
  }

  /// Says which buffers are parts of a whole, copies those that nobody makes there, and
  /// works on the whole.
  private mutating func fill(
    _ whole: Int, _ parts: [PartsInPlace.Part], in group: Int, _ builder: inout BodyBuilder
  ) {
    let type = program.entries[whole].elementType
    guard case .buffer(let buffer) = slots[whole] else { preconditionFailure("wholes are stored") }
    for part in parts {
      let place = Plan.Buffer.Part(whole: buffer, byteOffset: part.offset * type.byteCount)
      if let maker = part.maker, case .buffer(let made) = slots[maker] {
        result.buffers[made].part = place
        continue
      }
      var body = Body()
      let input = program.entries[whole].inputs[part.number]
      body.operands = [fusion.operand(for: input, readBy: whole, slots)]
      body.stores = [Body.Store(value: 0, slot: .buffer(result.buffers.count))]
      result.buffers.append(
        Plan.Buffer(
          elementType: type, elementCount: part.extents.elementCount, part: place))
      result.steps.append(Step(core: .pointwise, space: part.extents, body: body))
    }
    let rest = fusion.groups[group].body, space = fusion.groups[group].space
    if rest.isEmpty { return }
    builder.begin(group, over: space, entryCount: rest.count)
    builder.addStored(whole)
    fusion.forEachEntry(of: rest) { builder.add($0) }
    result.steps.append(
      Step(core: .pointwise, space: space, body: builder.finish().merged(over: space).body))
  }

  /// - Parameter prologue: that of the group that runs it.
  private func core(
    of index: Int, _ prologue: Chains.Chain, of group: Int, _ builder: inout BodyBuilder
  ) -> Core {
    let inputs = program.entries[index].inputs
    switch program.entries[index].operation {
    case .contraction(let batch, let rows, _):
      return .contraction(
        ContractionCore(
          a: fusion.access(to: inputs[0], for: index, slots), program.entries[inputs[0]].shape,
          b: fusion.access(to: inputs[1], for: index, slots), batch: batch, rows: rows,
          space: program.entries[index].shape, program.entries[index].elementType))
    case .reduction(let reduction, let axes):
      return reductionCore(index, reduction, axes, prologue, of: group, &builder)
    case .scan(let scan, let axis, let isReversed):
      let x = fusion.access(to: inputs[0], for: index, slots)
      let space = program.entries[index].shape
      if scan.isSort {
        return .sort(
          SortCore(
            x: x, space: space, axis: axis, isDescending: isReversed,
            resultType: program.entries[index].elementType,
            givesPositions: scan == .sortedPositions, count: sortedCounts[index]!))
      }
      let factors =
        inputs.count > 1 ? fusion.access(to: inputs[1], for: index, slots) : nil as Access?
      return .scan(
        ScanCore(
          scan: scan, x: x, factors: factors, space: space, axis: axis, isReversed: isReversed))
    case .gathering(.scatterAdd(let count), let batchRank):
      return scatterCore(index, count, batchRank)
    case .movement(.placed(let places)): return placedCore(index, places)
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .movement, .gathering(.gather, _):
      preconditionFailure("only these operations have a core")
    }
  }

  private func reductionCore(
    _ index: Int, _ reduction: Reduction, _ axes: AxisSet, _ prologue: Chains.Chain,
    of group: Int, _ builder: inout BodyBuilder
  ) -> Core {
    let input = program.entries[index].inputs[0], shape = program.entries[input].shape
    let layout = ReductionLayout(shape, axes, of: reduction)
    let space = shape.arranged(by: layout.order)
    builder.begin(group, .prologue, over: space, entryCount: prologue.count)
    fusion.forEachEntry(of: prologue) { builder.add($0) }
    let value = builder.value(of: input, for: index, as: shape, order: layout.order)
    let position = builder.position(of: value)
    let (body, reduced) = builder.finish().merged(keeping: position, over: space)
    return .reduction(
      ReductionCore(
        reduction: reduction, prologue: body, reducedValue: reduced!, space: space,
        elementType: program.entries[input].elementType,
        resultType: program.entries[index].elementType, outer: layout.outer,
        reduced: layout.reduced, inner: layout.inner))
  }

  private func placedCore(_ index: Int, _ places: [Place]) -> Core {
    let inputs = program.entries[index].inputs
    var parts: [PlacedCore.Part] = []
    parts.reserveCapacity(inputs.count)
    for (place, input) in zip(places, inputs)
    where program.entries[input].shape.elementCount > 0 {
      parts.append(
        PlacedCore.Part(
          source: fusion.operand(for: input, readBy: index, slots),
          extents: program.entries[input].shape, place: place))
    }
    return .placed(
      PlacedCore(
        parts, in: program.entries[index].shape, program.entries[index].elementType))
  }

  private func scatterCore(_ index: Int, _ count: Int, _ batchRank: Int) -> Core {
    let entry = program.entries[index]
    let values = program.entries[entry.inputs[0]].shape
    let indices = program.entries[entry.inputs[1]].shape
    let batch = values.leading(batchRank).elementCount
    let updates = indices.droppingLeading(batchRank).elementCount
    let rest = values.droppingLeading(indices.rank).elementCount
    return .scatterAdd(
      ScatterCore(
        values: fusion.access(to: entry.inputs[0], for: index, slots),
        indices: fusion.access(to: entry.inputs[1], for: index, slots),
        batch: batch, count: count, updates: updates, rest: rest))
  }
}

extension Program {
  /// For each sort how many elements of a line are read, if all who read it read the
  /// first ones alone.
  fileprivate var sortedCounts: [Int: Int] {
    var counts: [Int: Int] = [:]
    for entry in entries.indices {
      if case .scan(let scan, let axis, _) = entries[entry].operation, scan.isSort {
        counts[entry] = results.contains(entry) ? entries[entry].shape[axis] : 0
      }
    }
    if counts.isEmpty { return counts }
    for reader in entries {
      for input in reader.inputs {
        guard let count = counts[input],
          case .scan(_, let axis, _) = entries[input].operation
        else { continue }
        let whole = entries[input].shape
        if case .movement(.slice(let place, let dropped)) = reader.operation,
          place.starts[axis] == 0, place.stride(axis) == 1
        {
          counts[input] = max(count, reader.shape.restoring(dropped)[axis])
        } else {
          counts[input] = whole[axis]
        }
      }
    }
    return counts
  }
}
