// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Decides which entries of a program are computed together, in one pass over memory.
///
/// Groups are numbered so that each reads only from lower ones. A pointwise entry joins the
/// highest group that it reads from, if it reads it element by element; pointwise groups below
/// are drawn in as long as nobody has read them in between. A reduction draws in the pointwise
/// group that it reduces. Movements are views and belong to no group.
struct Fusion {
  enum Role { case body, prologue }

  struct Group {
    /// The entry whose core the group runs, if it has one.
    var core: Int?
    var space: Shape
    /// Entries of the body that follow the core, and of the prologue that precedes it.
    var body: [Int] = []
    var prologue: [Int] = []
    /// The lowest group that reads from this one.
    var firstReader = Int.max
    var isScatter = false

    var isPointwise: Bool { core == nil }
    var isEmpty: Bool { core == nil && body.isEmpty }
  }

  /// What an entry's numbers are.
  enum Source {
    case constant(Double)
    case parameter(Int)
    case iota(View)
    /// Numbers of entry `base`, which are stored or at hand in its group, through a view.
    case entry(base: Int, View)
  }

  /// Entries in one body: enough to fuse what people write, few enough that the tiles between
  /// instructions stay in the first cache.
  static let bodyLimit = 96

  let program: Program
  private(set) var groups: [Group] = []
  private(set) var groupOf: [Int]
  private(set) var roleOf: [Role]
  private(set) var sources: [Source] = []
  /// What views, constants and ranges were before they were written out as numbers, and the first
  /// entry that needed that.
  private(set) var writtenOut: [Int: (source: Source, reader: Int)] = [:]

  /// Entries whose numbers copies read.
  private var copiedEntries: [Int] = []

  init(_ program: Program) {
    self.program = program
    groupOf = [Int](repeating: -1, count: program.entries.count)
    roleOf = [Role](repeating: .body, count: program.entries.count)
    sources.reserveCapacity(program.entries.count)
    for index in program.entries.indices { place(index) }
    for index in groups.indices { sink(index) }
    mergeSideBySide()
  }

  /// What an input's numbers are for a reader: those that came before the numbers were written out
  /// go on reading the view, in groups that run before the writing one.
  func source(of input: Int, for reader: Int) -> Source {
    if let written = writtenOut[input], reader < written.reader { return written.source }
    return sources[input]
  }

  /// Entries that a group other than their own reads.
  var storedEntries: [Int] {
    var isStored = [Bool](repeating: false, count: program.entries.count)
    for base in copiedEntries { isStored[base] = true }
    for (index, entry) in program.entries.enumerated() where groupOf[index] >= 0 {
      let inputs = (0..<entry.inputs.count).map { source(of: entry.inputs[$0], for: index) }
      for case .entry(let base, _) in inputs + [writtenOut[index]].compactMap({ $0?.source })
      where groupOf[base] >= 0 && groupOf[base] != groupOf[index] {
        isStored[base] = true
      }
    }
    return isStored.indices.filter { isStored[$0] }
  }

  /// A group of its own that copies an entry: for results that are views, constants or inputs.
  mutating func addCopy(of entry: Int) -> Int {
    groups.append(Group(core: nil, space: program.entries[entry].shape))
    noteReads(of: entry, by: groups.count - 1)
    if case .entry(let base, _) = sources[entry], groupOf[base] >= 0 { copiedEntries.append(base) }
    return groups.count - 1
  }

  private mutating func place(_ index: Int) {
    let entry = program.entries[index]
    let ownView = Source.entry(base: index, View(rowMajor: entry.shape))
    switch entry.operation {
    case .creation(.constant(let number)): sources.append(.constant(number))
    case .creation(.scalar): sources.append(.parameter(entry.index))
    case .creation(.iota): sources.append(.iota(View(offset: 0, strides: [1])))
    case .creation(.data): sources.append(ownView)
    case .movement(.pad), .gathering(.gather, _):
      sources.append(ownView)
      for input in 0..<entry.inputs.count { writeOut(entry.inputs[input], for: index) }
      placePointwise(index, readsByElement: false)
    case .movement(let movement):
      if moved(entry, movement) == nil {
        // A reshape that no view can express: its input is written out in order.
        writeOut(entry.inputs[0], for: index)
      }
      sources.append(moved(entry, movement)!)
    case .unary, .binary, .comparison, .selection, .conversion, .random, .identity:
      sources.append(ownView)
      placePointwise(index, readsByElement: true)
    case .reduction(_, let axes):
      sources.append(ownView)
      placeReduction(index, axes: axes)
    case .contraction, .gathering(.scatterAdd, _):
      sources.append(ownView)
      var group = Group(core: index, space: entry.shape)
      if case .gathering = entry.operation { group.isScatter = true }
      for input in 0..<entry.inputs.count {
        // Products read through views; scattering reads rows in order.
        if case .entry = sources[entry.inputs[input]], !group.isScatter { continue }
        writeOut(entry.inputs[input], for: index)
      }
      groups.append(group)
      groupOf[index] = groups.count - 1
      for input in 0..<entry.inputs.count { noteReads(of: entry.inputs[input], by: groupOf[index]) }
    }
  }

  /// Makes sure that an entry's numbers stand in memory in row-major order: what is a view, a
  /// constant or a range gets a group that writes it out.
  private mutating func writeOut(_ index: Int, for reader: Int) {
    let shape = program.entries[index].shape
    if case .entry(let base, let view) = sources[index], view.isRowMajor(shape),
      program.entries[base].shape.elementCount == shape.elementCount
    {
      return
    }
    groups.append(Group(core: nil, space: shape, body: [index]))
    noteReads(of: index, by: groups.count - 1)
    writtenOut[index] = (sources[index], reader)
    sources[index] = .entry(base: index, View(rowMajor: shape))
    groupOf[index] = groups.count - 1
  }

  private func moved(_ entry: Program.Entry, _ movement: Movement) -> Source? {
    let input = entry.inputs[0], shape = program.entries[input].shape
    switch sources[input] {
    case .constant, .parameter: return sources[input]
    case .iota(let view):
      return view.moved(movement, from: shape, to: entry.shape).map { .iota($0) }
    case .entry(let base, let view):
      return view.moved(movement, from: shape, to: entry.shape).map { .entry(base: base, $0) }
    }
  }

  private mutating func placePointwise(_ index: Int, readsByElement: Bool) {
    let entry = program.entries[index]
    let inputs = (0..<entry.inputs.count).map { entry.inputs[$0] }
    var target = -1
    for case .entry(let base, _) in inputs.map({ sources[$0] }) {
      target = max(target, groupOf[base])
    }
    if target < 0 || !canJoin(index, inputs, target, readsByElement) {
      groups.append(Group(core: nil, space: entry.shape))
      target = groups.count - 1
    }
    groups[target].body.append(index)
    groupOf[index] = target
    for input in inputs {
      if readsByElement { drawIn(input, of: inputs, shape: entry.shape, to: target) }
      noteReads(of: input, by: target)
    }
  }

  private func canJoin(
    _ index: Int, _ inputs: [Int], _ target: Int, _ readsByElement: Bool
  ) -> Bool {
    let entry = program.entries[index], group = groups[target]
    guard readsByElement, !group.isScatter, group.body.count < Fusion.bodyLimit,
      group.space.elementCount == entry.shape.elementCount
    else { return false }
    return inputs.allSatisfy { input in
      guard case .entry(let base, _) = sources[input], groupOf[base] == target else {
        // Whatever else is read must be visible over the group's space.
        return group.space == entry.shape
          || canSee(input, as: entry.shape, over: group.space)
      }
      return roleOf[base] == .body && isDirect(input, as: entry.shape)
    }
  }

  /// True if position i of the input, in row-major order of `shape`, is position i of its base.
  private func isDirect(_ input: Int, as shape: Shape) -> Bool {
    guard case .entry(let base, let view) = sources[input] else { return false }
    let own = program.entries[input].shape
    return program.entries[base].shape.elementCount == shape.elementCount
      && own.elementCount == shape.elementCount && view.isRowMajor(own)
  }

  private func canSee(_ input: Int, as shape: Shape, over space: Shape) -> Bool {
    switch sources[input] {
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
  private mutating func drawIn(_ input: Int, of inputs: [Int], shape: Shape, to target: Int) {
    guard case .entry(let base, _) = sources[input], groupOf[base] >= 0 else { return }
    let source = groupOf[base]
    guard source != target, groups[source].isPointwise, groups[source].firstReader > target,
      groups[source].space == groups[target].space,
      inputs.allSatisfy({ isMade($0, in: source) ? isDirect($0, as: shape) : true }),
      groups[source].body.count + groups[target].body.count <= Fusion.bodyLimit
    else { return }
    for entry in groups[source].body { groupOf[entry] = target }
    groups[target].body += groups[source].body
    groups[target].firstReader = min(groups[target].firstReader, groups[source].firstReader)
    groups[source].body = []
  }

  private func isMade(_ input: Int, in group: Int) -> Bool {
    guard case .entry(let base, _) = sources[input] else { return false }
    return groupOf[base] == group
  }

  private mutating func placeReduction(_ index: Int, axes: AxisSet) {
    let entry = program.entries[index], input = entry.inputs[0]
    var group = Group(core: index, space: entry.shape)
    let reducedShape = program.entries[input].shape
    if case .entry(let base, _) = sources[input], groupOf[base] >= 0,
      groups[groupOf[base]].isPointwise, groups[groupOf[base]].firstReader == .max,
      groups[groupOf[base]].space == reducedShape, isDirect(input, as: reducedShape),
      ReductionLayout(reducedShape, axes).isInOrder
    {
      let source = groupOf[base]
      group.prologue = groups[source].body
      groups[source].body = []
      for entry in group.prologue {
        groupOf[entry] = groups.count
        roleOf[entry] = .prologue
      }
    }
    groups.append(group)
    groupOf[index] = groups.count - 1
    if group.prologue.isEmpty { noteReads(of: input, by: groupOf[index]) }
  }

  private mutating func noteReads(of input: Int, by reader: Int) {
    guard case .entry(let base, _) = sources[input], groupOf[base] >= 0,
      groupOf[base] != reader
    else { return }
    groups[groupOf[base]].firstReader = min(groups[groupOf[base]].firstReader, reader)
  }
}

extension Fusion {
  /// Spaces up to this size are merged side by side: what counts there is the number of steps.
  private static let smallSpace = 1 << 16

  /// Merges small pointwise groups with another group over the same space that does not depend on
  /// them, nor they on it: less to start, and the same numbers.
  private mutating func mergeSideBySide() {
    var groupsOfSpace: [Shape: [Int]] = [:]
    for (index, group) in groups.enumerated()
    where !group.isEmpty && !group.isScatter && group.space.elementCount <= Fusion.smallSpace {
      groupsOfSpace[group.space, default: []].append(index)
    }
    for index in groups.indices where groups[index].isPointwise && !groups[index].isEmpty {
      let group = groups[index]
      let sources = group.body.flatMap { inputGroups(of: $0) }.filter { $0 != index }
      let lowest = sources.max() ?? -1
      guard let candidates = groupsOfSpace[group.space],
        let target = candidates[candidates.partitioningIndex { $0 > lowest }...].first(where: {
          $0 != index && !groups[$0].isEmpty
        }), target < group.firstReader,
        groups[target].body.count + group.body.count <= Fusion.bodyLimit
      else { continue }
      for entry in group.body { groupOf[entry] = target }
      groups[target].body += group.body
      groups[target].firstReader = min(groups[target].firstReader, group.firstReader)
      groups[index].body = []
      for source in sources {
        groups[source].firstReader = min(groups[source].firstReader, target)
      }
    }
  }

  /// Merges a pointwise group with the last one that it reads from, if it reads element by element
  /// what that one has at hand. It was apart because it began with something older: Adam's update
  /// begins with the moments and meets the gradient later.
  private mutating func sink(_ index: Int) {
    let group = groups[index]
    guard group.isPointwise,
      let target = group.body.flatMap({ inputGroups(of: $0) }).filter({ $0 != index }).max(),
      !groups[target].isScatter, groups[target].space == group.space,
      groups[target].body.count + group.body.count <= Fusion.bodyLimit,
      group.body.allSatisfy({ readsAtHand($0, of: target) })
    else { return }
    // What the group reads is read earlier from now on.
    let sources = group.body.flatMap { inputGroups(of: $0) }
    for source in sources where source != index && source != target {
      groups[source].firstReader = min(groups[source].firstReader, target)
    }
    for entry in group.body { groupOf[entry] = target }
    groups[target].body += group.body
    groups[target].firstReader = min(groups[target].firstReader, group.firstReader)
    groups[index].body = []
  }

  private func readsAtHand(_ index: Int, of target: Int) -> Bool {
    let entry = program.entries[index]
    guard inputGroups(of: index).contains(target) else { return true }
    switch entry.operation {
    case .unary, .binary, .comparison, .selection, .conversion, .identity:
      return writtenOut[index] == nil
        && (0..<entry.inputs.count).allSatisfy {
          guard isMade(entry.inputs[$0], in: target),
            case .entry(let base, _) = sources[entry.inputs[$0]]
          else { return true }
          return roleOf[base] == .body && isDirect(entry.inputs[$0], as: entry.shape)
        }
    case .creation, .random, .reduction, .contraction, .movement, .gathering: return false
    }
  }

  private func inputGroups(of index: Int) -> [Int] {
    let inputs = program.entries[index].inputs
    let read =
      writtenOut[index].map { [$0.source] }
      ?? (0..<inputs.count).map { source(of: inputs[$0], for: index) }
    return read.compactMap {
      if case .entry(let base, _) = $0, groupOf[base] >= 0 { groupOf[base] } else { nil }
    }
  }
}

extension Array where Element == Int {
  /// The first index whose element satisfies a predicate that, once true, stays true.
  fileprivate func partitioningIndex(where predicate: (Int) -> Bool) -> Int {
    var low = startIndex, high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
