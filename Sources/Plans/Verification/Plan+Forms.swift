// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// What each step works on: that all of it is there, in bounds, and has the forms that its
// operations give it.

extension Plan {
  func checkForms() throws(Illegality) {
    for (number, step) in steps.enumerated() {
      do throws(Illegality) {
        try check(step.core, over: step.space)
        try check(step.body, over: step.space, core: step.core.kind.madeType)
      } catch {
        throw Illegality(description: "step \(number): \(error)")
      }
    }
  }

  private func check(_ core: Core, over space: Shape) throws(Illegality) {
    switch core {
    case .pointwise: break
    case .contraction(let core): try check(core, over: space)
    case .reduction(let core): try check(core, over: space)
    case .scan(let core): try check(core, over: space)
    case .sort(let core): try check(core, over: space)
    case .scatterAdd(let core): try check(core, over: space)
    case .placed(let core): try check(core, over: space)
    }
  }

  private func check(_ core: ContractionCore, over space: Shape) throws(Illegality) {
    let a = core.batch + [core.rows, core.inner], b = core.batch + [core.inner, core.columns]
    try check(core.a, over: core.batch + core.rowAxes + core.innerAxesOfA)
    try check(core.b, over: core.batch + core.innerAxesOfB + core.columnAxes)
    try Operation.contraction(batch: core.batch.rank, rows: 1, inner: 1).check(
      [Form(a, core.a.elementType), Form(b, core.b.elementType)],
      Form(core.batch + [core.rows, core.columns], core.elementType), of: "the core")
    try require(
      core.rows == core.rowAxes.elementCount && core.inner == core.innerAxesOfA.elementCount
        && core.inner == core.innerAxesOfB.elementCount
        && core.columns == core.columnAxes.elementCount,
      "the axes of a group are not as many as it counts")
    try require(
      space == core.space
        && space.elementCount == core.batch.elementCount * core.rows * core.columns,
      "the space is not that of the core")
    switch core.ending {
    case .none: break
    case .bias(let bias): try checkOperand(bias, of: core)
    case .update(let minuend, let factor):
      try checkOperand(factor, of: core)
      try checkOperand(minuend, of: core)
      try require(core.isOuter, "a kernel for outer products updates what is none")
      try require(minuend.view.isRowMajor(space), "an update of what is in another order")
    }
  }

  /// What the ending of a product reads.
  private func checkOperand(_ access: Access, of core: ContractionCore) throws(Illegality) {
    try check(access, over: core.space)
    try require(access.elementType == core.elementType, "an ending of another type")
  }

  private func check(_ core: ReductionCore, over space: Shape) throws(Illegality) {
    try check(core.prologue, over: core.space, core: nil)
    try require(
      core.prologue.hasValue(core.reducedValue)
        && core.prologue.type(of: core.reducedValue) == core.elementType,
      "the core reduces another value")
    try require(
      core.inner == 1 || !core.reduction.goesAlongRows,
      "\(core.reduction.symbol) has no kernel for columns")
    try Operation.reduction(core.reduction, axes: AxisSet([1])).check(
      [Form([core.outer, core.reduced, core.inner], core.elementType)],
      Form([core.outer, core.inner], core.resultType), of: "the core")
    try require(
      core.space.elementCount == core.outer * core.reduced * core.inner
        && space.elementCount == core.outer * core.inner, "the space is not that of the core")
  }

  private func check(_ core: ScanCore, over space: Shape) throws(Illegality) {
    let inputs = [core.x] + (core.factors.map { [$0] } ?? [])
    for input in inputs { try checkWhole(input, space) }
    try Operation.scan(core.scan, axis: core.axis, isReversed: core.isReversed).check(
      inputs.map { Form(space, $0.elementType) }, Form(space, core.x.elementType), of: "the core")
    try require(space == core.space, "the space is not that of the core")
  }

  private func check(_ core: SortCore, over space: Shape) throws(Illegality) {
    try checkWhole(core.x, space)
    try Operation.scan(
      core.givesPositions ? .sortedPositions : .sort, axis: core.axis, isReversed: core.isDescending
    ).check(
      [Form(space, core.x.elementType)], Form(space, core.resultType), of: "the core")
    try require(space == core.space, "the space is not that of the core")
    try require(
      (0...space[core.axis]).contains(core.count), "as many elements are not on the axis")
  }

  private func check(_ core: PlacedCore, over space: Shape) throws(Illegality) {
    for part in core.parts { try check(part.source, over: part.extents, core: nil) }
    if !core.parts.isEmpty {
      try Operation.movement(.placed(core.parts.map(\.place))).check(
        core.parts.map { Form($0.extents, $0.source.elementType) },
        Form(space, core.elementType), of: "the core")
    }
    try require(
      space == core.space && core.coverage == PlacedCore.coverage(of: core.parts, in: space),
      "the space is not that of the core")
  }

  private func check(_ core: ScatterCore, over space: Shape) throws(Illegality) {
    let values: Shape = [core.batch, core.updates, core.rest]
    let indices: Shape = [core.batch, core.updates]
    try checkWhole(core.values, values)
    try checkWhole(core.indices, indices)
    try Operation.gathering(.scatterAdd(count: core.count), batchRank: 1).check(
      [Form(values, core.values.elementType), Form(indices, core.indices.elementType)],
      Form([core.batch, core.count, core.rest], core.values.elementType), of: "the core")
    try require(
      space.elementCount == core.batch * core.count * core.rest,
      "the space is not that of the core")
  }
}

extension Plan {
  /// - Parameter core: what the step's core makes at each position, if it has one.
  private func check(
    _ body: Body, over space: Shape, core: ElementType?
  ) throws(Illegality) {
    for operand in body.operands { try check(operand, over: space, core: core) }
    for (index, instruction) in body.instructions.enumerated() {
      var inputs: [Form] = []
      for input in 0..<instruction.inputs.count {
        let value = instruction.inputs[input]
        try require(
          (0..<(body.operands.count + index)).contains(value),
          "instruction \(index) reads a value not before it")
        inputs.append(Form(space, body.type(of: value)))
      }
      try check(instruction, inputs, over: space, of: "instruction \(index)")
      if case .merged(let merged) = instruction.operation {
        try require(
          merged.numbers.allSatisfy { body.isUniform(instruction.inputs[$0], over: space) },
          "instruction \(index), \(merged.name), takes many numbers for one")
      }
      try require(
        instruction.elementType == inputs.last?.elementType ?? instruction.resultType,
        "instruction \(index) is for another type")
      if case .random(_, let parameter, _) = instruction.operation {
        try require((0..<parameterCount).contains(parameter), "a parameter that is not there")
      }
    }
    for store in body.stores {
      try require(body.hasValue(store.value), "a store of no value")
      let place = try memory(of: store.slot)
      try require(
        store.slot.canBeWritten && place.type == body.type(of: store.value)
          && place.count == space.elementCount, "a store does not fill \(store.slot)")
    }
  }

  private func check(
    _ instruction: Body.Instruction, _ inputs: [Form], over space: Shape, of place: String
  ) throws(Illegality) {
    let result = Form(space, instruction.resultType)
    if let operation = instruction.operation.written {
      return try operation.check(inputs, result, of: place)
    }
    if case .random = instruction.operation {
      return try require(
        inputs.count == 2 && inputs.allSatisfy { $0.elementType == .int32 }
          && result.elementType.isFloatingPoint, "\(place) draws with seeds of \(inputs)")
    }
    guard case .merged(let merged) = instruction.operation else { return }
    try require(
      inputs.count == merged.inputCount && inputs.allSatisfy { $0 == result },
      "\(place), \(merged.name) of \(inputs), gives \(result)")
    try require(
      result.elementType.isFloatingPoint
        || merged.isForAllNumbers && result.elementType != .bool,
      "\(place), \(merged.name), is not defined for \(result.elementType.name)")
  }

  private func check(
    _ operand: Operand, over space: Shape, core: ElementType?
  ) throws(Illegality) {
    switch operand {
    case .constant: break
    case .memory(let access): try check(access, over: space)
    case .core(let type): try require(type == core, "a core of another type")
    case .iota(let view, let type):
      try require(
        type != .bool && view.strides.rank == space.rank, "a range that is not over the space")
    case .gathered(let gather):
      // What indices there are for each index of the batch axes says how many of these there are.
      let batch = try memory(of: gather.indices.slot).count / max(gather.indexCount, 1)
      let table: Shape = [batch, gather.count, gather.rest]
      let indices: Shape = [batch, gather.indexCount]
      try checkWhole(gather.indices, indices)
      if gather.indexCount > 0 { try checkWhole(gather.table, table) }
      let type = gather.table.elementType
      try Operation.gathering(.gather, batchRank: 1).check(
        [Form(table, type), Form(indices, gather.indices.elementType)],
        Form([batch, gather.indexCount, gather.rest], type), of: "an operand")
      try require(
        space.elementCount == batch * gather.indexCount * gather.rest,
        "rows are gathered into another space")
    }
  }

  /// Refuses what is read out of bounds.
  private func check(_ access: Access, over shape: Shape) throws(Illegality) {
    let place = try memory(of: access.slot), view = access.view
    try require(
      place.type == nil || place.type == access.elementType, "\(access.slot) is of another type")
    try require(view.strides.rank == shape.rank, "a view of other axes than \(shape)")
    if shape.elementCount == 0 { return }
    var first = view.offset, last = view.offset
    for axis in shape.indices {
      let distance = (shape[axis] - 1) * view.strides[axis]
      if distance < 0 { first += distance } else { last += distance }
    }
    try require(first >= 0 && last < place.count, "\(access.slot) is read out of bounds")
  }

  /// Refuses what is not read as the whole of a slot, in order.
  private func checkWhole(_ access: Access, _ shape: Shape) throws(Illegality) {
    let place = try memory(of: access.slot)
    try require(
      place.type == access.elementType && access.view.offset == 0
        && place.count == shape.elementCount, "\(access.slot) is not what is read of it")
  }

  /// The elements that a slot holds; a parameter is of any type.
  func memory(of slot: Slot) throws(Illegality) -> (type: ElementType?, count: Int) {
    switch slot {
    case .argument(let index) where arguments.indices.contains(index):
      return (arguments[index].type, arguments[index].shape.elementCount)
    case .parameter(let index) where (0..<parameterCount).contains(index): return (nil, 1)
    case .buffer(let index) where buffers.indices.contains(index):
      return (buffers[index].elementType, buffers[index].elementCount)
    case .output(let index) where outputs.indices.contains(index):
      return (outputs[index].elementType, outputs[index].shape.elementCount)
    case .argument, .parameter, .buffer, .output:
      throw Illegality(description: "there is no \(slot)")
    }
  }
}

extension Slot {
  fileprivate var canBeWritten: Bool {
    switch self {
    case .buffer, .output: true
    case .argument, .parameter: false
    }
  }
}

extension Body {
  fileprivate func hasValue(_ value: Int) -> Bool {
    (0..<(operands.count + instructions.count)).contains(value)
  }
}

extension BodyOperation {
  /// The operation as it stands in a graph, if it is one.
  fileprivate var written: Operation? {
    switch self {
    case .unary(let unary): .unary(unary)
    case .binary(let binary): .binary(binary)
    case .comparison(let comparison): .comparison(comparison)
    case .selection: .selection
    case .conversion: .conversion
    case .merged: nil
    case .checked(let count, let use): .identity(.checked(count: count, use: use))
    case .random(let distribution, _, nil): .random(distribution, key: RandomKey(seed: 0))
    case .random: nil
    }
  }
}
