// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Decides which entries of a program are computed together, in one pass over memory.
///
/// Groups are numbered so that each reads only from lower ones. A pointwise entry joins the
/// highest group that it reads from, if it reads it element by element; pointwise groups below
/// are drawn in as long as nobody has read them in between. A reduction draws in the pointwise
/// group that it reduces. Movements are views and belong to no group.
struct Fusion {
  /// Entries in one body: enough to fuse what people write, few enough that the tiles between
  /// instructions stay in the first cache.
  static let bodyLimit = 96

  let program: Program
  private(set) var groups: [Group] = []
  private(set) var groupOf: [Int]
  private(set) var roleOf: [Role]
  /// Nil for entries that are numbers of their own in row-major order, which most are.
  private var sources: [Source?] = []
  /// The base of each source that has one, else -1: most questions are about it alone.
  private(set) var bases: [Int] = []
  let isReadByMany: [Bool]
  /// The links of bodies and prologues.
  private(set) var members: Chains
  /// What was written out.
  private var writtenOut: [Int: WrittenOut] = [:]

  /// Entries whose numbers copies read.
  private(set) var copiedEntries: [Int] = []

  init(_ program: Program) {
    self.program = program
    let count = program.entries.count
    groupOf = [Int](filled: -1, count: count)
    roleOf = [Role](filled: .body, count: count)
    members = Chains(count: count)
    isReadByMany = program.readByManyProducts
    sources.reserveCapacity(count)
    bases.reserveCapacity(count)
    groups.reserveCapacity(count)
    for index in program.entries.indices { place(index) }
    for index in groups.indices { sink(index) }
    leaveToReaders()
    mergeSideBySide()
  }

  /// What an entry's numbers are.
  func source(of entry: Int) -> Source {
    sources[entry] ?? .entry(base: entry, View(rowMajor: program.entries[entry].shape))
  }

  /// What an input's numbers are for a reader: those that came before the numbers were written out
  /// go on reading the view, in groups that run before the writing one.
  func source(of input: Int, for reader: Int) -> Source {
    if let written = writtenOut(input), reader < written.reader { return written.source }
    return source(of: input)
  }

  /// The base of that, -1 where there is none.
  func base(of input: Int, for reader: Int) -> Int {
    if let written = writtenOut(input), reader < written.reader { return written.source.base }
    return bases[input]
  }

  /// What an entry was before it was written out, if it was.
  func writtenOut(_ entry: Int) -> WrittenOut? {
    // Mostly nothing is: asking a table takes longer than asking whether it is empty.
    writtenOut.isEmpty ? nil : writtenOut[entry]
  }

  /// A group of its own that copies an entry: for results that are views, constants or inputs.
  mutating func addCopy(of entry: Int) -> Int {
    groups.append(Group(core: nil, space: program.entries[entry].shape))
    noteReads(of: entry, by: groups.count - 1)
    let base = bases[entry]
    if base >= 0, groupOf[base] >= 0 { copiedEntries.append(base) }
    return groups.count - 1
  }

  private mutating func place(_ index: Int) {
    let inputs = program.entries[index].inputs, shape = program.entries[index].shape
    switch program.entries[index].accessPattern {
    case .given: append(Source(given: program.entries[index]), for: index)
    case .rows:
      append(nil, for: index)
      for input in inputs { writeOut(input, for: index) }
      placePointwise(index, inputs, shape, readsByElement: false)
    case .view:
      guard case .movement(let movement) = program.entries[index].operation else {
        preconditionFailure("movements are views")
      }
      if let moved = moved(inputs[0], movement, to: shape) {
        append(moved, for: index)
      } else {
        // A reshape that no view can express: its input is written out in order.
        writeOut(inputs[0], for: index)
        append(moved(inputs[0], movement, to: shape)!, for: index)
      }
    case .pointwise:
      append(nil, for: index)
      placePointwise(index, inputs, shape, readsByElement: true)
    case .reduction(let reduction, let axes):
      append(nil, for: index)
      placeReduction(index, reduction, axes: axes)
    case .parts: placeCore(index, inputs, shape, readsNumbers: true)
    case .whole(let readsInOrder, let takesBody):
      placeCore(index, inputs, shape, readsInOrder: readsInOrder, takesBody: takesBody)
    }
  }

  private mutating func append(_ source: consuming Source?, for index: Int) {
    bases.append(source?.base ?? index)
    sources.append(source)
  }

  /// - Parameter readsNumbers: whether the core takes numbers that are the same everywhere as such.
  private mutating func placeCore(
    _ index: Int, _ inputs: InlineNumbers, _ shape: Shape, readsInOrder: Bool = false,
    readsNumbers: Bool = false, takesBody: Bool = true
  ) {
    append(nil, for: index)
    for input in inputs {
      if bases[input] >= 0
        ? !readsInOrder && !isPackedByMany(input)
        : readsNumbers && source(of: input).isNumber
      {
        continue
      }
      writeOut(input, for: index)
    }
    groups.append(Group(core: index, space: shape, takesBody: takesBody))
    groupOf[index] = groups.count - 1
    for input in inputs { noteReads(of: input, by: groupOf[index]) }
  }

  /// Makes sure that an entry's numbers stand in memory in row-major order: what is a view, a
  /// constant or a range gets a group that writes it out.
  private mutating func writeOut(_ index: Int, for reader: Int) {
    guard let source = sources[index] else { return }
    let shape = program.entries[index].shape
    if case .entry(let base, let view) = source, view.isRowMajor(shape),
      program.entries[base].shape.elementCount == shape.elementCount
    {
      return
    }
    groups.append(Group(core: nil, space: shape))
    noteReads(of: index, by: groups.count - 1)
    writtenOut[index] = WrittenOut(source: source, reader: reader)
    sources[index] = nil
    bases[index] = index
    add(index, toBodyOf: groups.count - 1)
  }

  private mutating func add(_ index: Int, toBodyOf group: Int) {
    members.append(index, to: &groups[group].body)
    groupOf[index] = group
  }

  /// Says that entries are in a group, and in which part of it.
  private mutating func note(_ chain: Chains.Chain, in group: Int, as role: Role = .body) {
    var entry = chain.first
    for _ in 0..<chain.count {
      groupOf[entry] = group
      roleOf[entry] = role
      entry = members.next(entry)
    }
  }

  private func moved(_ input: Int, _ movement: Movement, to target: Shape) -> Source? {
    let shape = program.entries[input].shape
    let source = source(of: input)
    switch source {
    case .constant, .parameter: return source
    case .iota(let view): return view.moved(movement, from: shape, to: target).map { .iota($0) }
    case .entry(let base, let view):
      return view.moved(movement, from: shape, to: target).map { .entry(base: base, $0) }
    }
  }

  private mutating func placePointwise(
    _ index: Int, _ inputs: InlineNumbers, _ shape: Shape, readsByElement: Bool
  ) {
    var target = -1
    for number in 0..<inputs.count {
      let base = bases[inputs[number]]
      if base >= 0 { target = max(target, groupOf[base]) }
    }
    if target < 0 || !readsByElement || !canJoin(inputs, shape, target) {
      groups.append(Group(core: nil, space: shape))
      target = groups.count - 1
    }
    add(index, toBodyOf: target)
    for input in inputs {
      if readsByElement { drawIn(input, of: inputs, shape: shape, to: target) }
      noteReads(of: input, by: target)
    }
  }

  /// True if an entry of this shape can be computed where a group is.
  private func canJoin(_ inputs: InlineNumbers, _ shape: Shape, _ target: Int) -> Bool {
    let space = groups[target].space
    guard groups[target].takesBody, groups[target].body.count < Fusion.bodyLimit,
      space.elementCount == shape.elementCount
    else { return false }
    return inputs.allSatisfy { input in
      if !isMade(input, in: target) {
        // Whatever else is read must be visible over the group's space.
        return space == shape || canSee(input, as: shape, over: space)
      }
      return roleOf[bases[input]] == .body && isDirect(input, as: shape)
    }
  }

  /// True if position i of the input, in row-major order of `shape`, is position i of its base.
  func isDirect(_ input: Int, as shape: Shape, for reader: Int = .max) -> Bool {
    // Mostly it is its own base.
    if base(of: input, for: reader) == input, program.entries[input].shape == shape { return true }
    guard case .entry(let base, let view) = source(of: input, for: reader) else { return false }
    let own = program.entries[input].shape
    return program.entries[base].shape.elementCount == shape.elementCount
      && own.elementCount == shape.elementCount && view.isRowMajor(own)
  }

  private func canSee(_ input: Int, as shape: Shape, over space: Shape) -> Bool {
    switch source(of: input) {
    case .constant, .parameter: true
    case .iota(let view), .entry(_, let view):
      view.moved(.expand, from: program.entries[input].shape, to: shape)?
        .reshaped(from: shape, to: space) != nil
    }
  }

  /// Merges the pointwise group that made `input` into a higher group that reads it.
  ///
  /// Nobody in the higher group may have read it before: what its core or prologue reads must be
  /// in memory by then, and so must what is read in another order. That holds for the other
  /// `inputs` of the same entry too.
  private mutating func drawIn(
    _ input: Int, of inputs: InlineNumbers, shape: Shape, to target: Int
  ) {
    let base = bases[input]
    guard base >= 0, groupOf[base] >= 0 else { return }
    let source = groupOf[base]
    guard source != target, groups[source].isPointwise, groups[source].firstReader > target,
      groups[source].space == groups[target].space,
      inputs.allSatisfy({ isMade($0, in: source) ? isDirect($0, as: shape) : true }),
      groups[source].body.count + groups[target].body.count <= Fusion.bodyLimit
    else { return }
    giveBody(of: source, to: target)
  }

  private func isMade(_ input: Int, in group: Int) -> Bool {
    bases[input] >= 0 && groupOf[bases[input]] == group
  }

  /// The entries of a group's body become those of another one, which is read where it was.
  private mutating func giveBody(of source: Int, to target: Int) {
    note(groups[source].body, in: target)
    members.append(groups[source].body, to: &groups[target].body)
    groups[source].body = Chains.Chain()
    groups[target].firstReader = min(groups[target].firstReader, groups[source].firstReader)
  }

  /// Some entries of the body of a group become those of a higher one, which alone reads them.
  mutating func give(_ entries: [Int], of source: Int, to target: Int) {
    var left = Chains.Chain()
    members.take(groups[source].body) { entry, members in
      if !entries.contains(entry) { members.append(entry, to: &left) }
    }
    groups[source].body = left
    for entry in entries {
      add(entry, toBodyOf: target)
      for input in program.entries[entry].inputs { noteReads(of: input, by: target) }
    }
  }

  private mutating func placeReduction(_ index: Int, _ reduction: Reduction, axes: AxisSet) {
    let input = program.entries[index].inputs[0]
    var group = Group(core: index, space: program.entries[index].shape)
    let reducedShape = program.entries[input].shape
    let source = bases[input] < 0 ? -1 : groupOf[bases[input]]
    if source >= 0, groups[source].isPointwise, groups[source].firstReader == .max,
      groups[source].space == reducedShape, isDirect(input, as: reducedShape),
      ReductionLayout(reducedShape, axes, of: reduction).isInOrder
    {
      group.prologue = groups[source].body
      groups[source].body = Chains.Chain()
      note(group.prologue, in: groups.count, as: .prologue)
    }
    groups.append(group)
    groupOf[index] = groups.count - 1
    if group.prologue.isEmpty { noteReads(of: input, by: groupOf[index]) }
  }

  private mutating func noteReads(of input: Int, by reader: Int) {
    let base = bases[input]
    guard base >= 0, groupOf[base] >= 0, groupOf[base] != reader else { return }
    groups[groupOf[base]].firstReader = min(groups[groupOf[base]].firstReader, reader)
  }
}

extension Fusion {
  /// Spaces up to this size are merged side by side: what counts there is the number of steps.
  private static let smallSpace = 1 << 16
  /// Groups that are looked at for one to merge with: all of a step of a few layers, so that the
  /// time for a large graph grows with its size.
  private static let window = 128

  /// Merges small pointwise groups with another group over the same space that does not depend on
  /// them, nor they on it: less to start, and the same numbers.
  private mutating func mergeSideBySide() {
    for index in groups.indices
    where groups[index].isPointwise && !groups[index].isEmpty && isSmall(index) {
      let lowest = (highestSource(of: index) ?? -1) + 1
      let end = min(groups[index].firstReader, groups.count, lowest + Fusion.window)
      guard
        let target = (lowest..<max(end, lowest)).first(where: {
          $0 != index && !groups[$0].isEmpty && groups[$0].takesBody
            && groups[$0].space == groups[index].space
        }), groups[target].body.count + groups[index].body.count <= Fusion.bodyLimit
      else { continue }
      move(bodyOf: index, to: target)
    }
  }

  private func isSmall(_ group: Int) -> Bool {
    groups[group].space.elementCount <= Fusion.smallSpace
  }

  /// Merges a pointwise group with the last one that it reads from, if it reads element by element
  /// what that one has at hand. It was apart because it began with something older: Adam's update
  /// begins with the moments and meets the gradient later.
  private mutating func sink(_ index: Int) {
    guard groups[index].isPointwise, let target = highestSource(of: index),
      groups[target].takesBody, groups[target].space == groups[index].space,
      groups[target].body.count + groups[index].body.count <= Fusion.bodyLimit,
      members.allSatisfy(groups[index].body, { readsAtHand($0, of: target) })
    else { return }
    move(bodyOf: index, to: target)
  }

  /// Moves a group's body to a lower one, which then reads what it reads.
  private mutating func move(bodyOf index: Int, to target: Int) {
    var sources: [Int] = []
    members.forEach(groups[index].body) { forEachGroup(readBy: $0) { sources.append($0) } }
    for source in sources where source != index && source != target {
      groups[source].firstReader = min(groups[source].firstReader, target)
    }
    giveBody(of: index, to: target)
  }

  /// The highest other group that a group's body reads from.
  private func highestSource(of index: Int) -> Int? {
    var highest: Int?
    members.forEach(groups[index].body) {
      forEachGroup(readBy: $0) { if $0 != index { highest = max(highest ?? -1, $0) } }
    }
    return highest
  }

  private func readsAtHand(_ index: Int, of target: Int) -> Bool {
    var reads = false
    forEachGroup(readBy: index) { if $0 == target { reads = true } }
    if !reads { return true }
    let shape = program.entries[index].shape
    switch program.entries[index].accessPattern {
    case .pointwise:
      return writtenOut(index) == nil
        && program.entries[index].inputs.allSatisfy { input in
          // What it was for this reader: it may have been written out since.
          let base = base(of: input, for: index)
          return base < 0 || groupOf[base] != target
            || roleOf[base] == .body && isDirect(input, as: shape, for: index)
        }
    case .given, .view, .parts, .rows, .reduction, .whole: return false
    }
  }

  private func forEachGroup(readBy index: Int, _ body: (Int) -> Void) {
    func visit(_ base: Int) {
      if base >= 0, groupOf[base] >= 0 { body(groupOf[base]) }
    }
    if let written = writtenOut(index) { return visit(written.source.base) }
    let inputs = program.entries[index].inputs
    for number in 0..<inputs.count { visit(base(of: inputs[number], for: index)) }
  }
}
