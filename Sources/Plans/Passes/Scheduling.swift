// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Plan {
  /// Puts the steps in an order that needs few phases.
  mutating func schedule() {
    // One by itself has no order.
    if steps.count == 1 { return phases.append(Phase(steps: 0..<1, rows: nil)) }
    var scheduler = Scheduler(self)
    while !scheduler.remaining.isEmpty { scheduler.addPhase() }
    phases = scheduler.phases
    if !scheduler.order.elementsEqual(steps.indices) { steps = scheduler.order.map { steps[$0] } }
  }
}

/// Gathers steps to phases, one phase after the other.
struct Scheduler {
  /// Steps looked at for the next phase: enough for a layer's forward and backward pass; all of
  /// them would take a time that grows with the square of their number.
  private static let window = 32

  /// What a step has to do with others.
  struct Links {
    /// Those that write what it reads, or the buffers that are filled in parts, behind the numbers
    /// of steps.
    fileprivate(set) var sources = InlineNumbers()
    /// The arguments that it reads, and those that it may write over.
    fileprivate(set) var arguments = InlineNumbers(), donors = InlineNumbers()
    /// The buffers of which it fills a part.
    fileprivate(set) var wholes = InlineNumbers()
  }

  let steps: [Step]
  private(set) var links: [Links] = []
  /// Steps that are in no phase yet, in an order in which each follows what it
  /// reads, the next last.
  var remaining: [Int]
  private(set) var order: [Int] = []
  private(set) var phases: [Phase] = []
  /// Of steps, then of buffers that are filled in parts.
  private(set) var isDone: [Bool]
  /// How many parts of a buffer are not yet filled.
  private var missingParts: [Int]
  private let arguments: [(type: ElementType, shape: Shape)]
  let buffers: [Plan.Buffer]
  /// Whether the buffers do not fit into a second cache together.
  let takesMuch: Bool
  /// If so, how many steps read each.
  var bufferReaderCounts: [Int] = []
  /// If so, the bytes of what they read that nobody reads after them.
  var freed: [Int] = []
  /// If so, which steps stand where they can first be done: see `moveUpWhatFrees`.
  var isMovedUp: [Bool] = []
  /// How many remaining steps read an argument.
  private var readerCount: [Int]

  init(_ plan: borrowing Plan) {
    (steps, arguments, buffers) = (plan.steps, plan.arguments, plan.buffers)
    remaining = []
    remaining.reserveCapacity(steps.count)
    for step in steps.indices.reversed() { remaining.append(step) }
    takesMuch = buffers.reduce(0) { $0 + $1.numberByteCount } > Scheduler.much
    isDone = [Bool](filled: false, count: steps.count + buffers.count)
    missingParts = [Int](filled: 0, count: buffers.count)
    for buffer in buffers {
      if let part = buffer.part { missingParts[part.whole] += 1 }
    }
    readerCount = [Int](filled: 0, count: arguments.count)
    links.reserveCapacity(steps.count)
    let writers = Writers(of: plan, missingParts)
    // The last step that was found to read what each step makes, and each argument: one may read a
    // thousand.
    var lastReader = [Int](filled: -1, count: isDone.count + arguments.count)
    for step in steps.indices {
      links.append(Links())
      for read in steps[step].reads.indices {
        let slot = steps[step].reads[read].slot
        if case .argument(let argument) = slot {
          if lastReader[isDone.count + argument] == step { continue }
          lastReader[isDone.count + argument] = step
          links[step].arguments.append(argument)
          readerCount[argument] += 1
        } else if let writer = writers[slot], lastReader[writer] != step {
          lastReader[writer] = step
          links[step].sources.append(writer)
        }
      }
      for write in steps[step].filled {
        switch write.slot {
        case .output(let output):
          if let donor = plan.outputs[output].donor { links[step].donors.append(donor) }
        case .buffer(let buffer):
          if let part = buffers[buffer].part { links[step].wholes.append(part.whole) }
        case .argument, .parameter: break
        }
      }
    }
    if takesMuch { moveUpWhatFrees() }
  }

  mutating func addPhase() {
    // What was moved up is looked at last, after those that read what it may write over. Where
    // nothing was, they stand in order.
    let window =
      takesMuch
      ? remaining.suffix(windowCount).sorted() : remaining.suffix(windowCount).reversed()
    let ready = window.filter { isReady($0) }
    // In order, so that a plan is the same in every process.
    var best: (rows: Int, steps: [Int], work: Int)?
    for rows in rowCounts(of: ready) {
      let steps = stepsByRows(rows, among: window), work = work(of: steps)
      if best.map({ work >= $0.work }) ?? true { best = (rows, steps, work) }
    }
    // By rows where that lets steps follow each other without a meeting in between.
    if let best, best.steps.contains(where: { !isReady($0) }) {
      let missing = missing(for: best.rows, after: best.steps, among: window)
      if missing.isEmpty {
        let part = part(of: best.steps, among: window)
        let together = Phase.Rows.together(part.steps, by: best.rows, in: steps)
        add(together, rows: Phase.Rows(best.rows, of: together, in: steps))
        let readers = part.readers.filter { isReady($0) && isFreeToWrite($0) }
        if !readers.isEmpty { add(near(readers), rows: nil) }
      } else {
        add(missing, rows: nil)
      }
    } else {
      let independent = ready.filter { isFreeToWrite($0) }
      // If all that are ready write over what another one still reads, one of them does not.
      add(independent.isEmpty ? [window[0]] : near(independent), rows: nil)
    }
  }

  /// By which numbers of rows steps can go, each once, in increasing order.
  private func rowCounts(of ready: [Int]) -> [Int] {
    var counts: [Int] = []
    for step in ready { steps[step].addRowCounts(to: &counts) }
    return counts.count > 1 ? counts.sorted() : counts
  }

  private mutating func add(_ chosen: some Collection<Int>, rows: Phase.Rows?) {
    phases.append(Phase(steps: order.count..<(order.count + chosen.count), rows: rows))
    order += chosen
    for step in chosen {
      isDone[step] = true
      for argument in links[step].arguments { readerCount[argument] -= 1 }
      for whole in links[step].wholes {
        missingParts[whole] -= 1
        if missingParts[whole] == 0 { isDone[steps.count + whole] = true }
      }
    }
    let count = windowCount
    let tail = remaining.suffix(count).filter { !isDone[$0] }
    remaining.removeLast(count)
    remaining += tail
  }

  /// How many steps are looked at; those that were moved up hardly count.
  private var windowCount: Int {
    if !takesMuch { return min(Scheduler.window, remaining.count) }
    let most = min(4 * Scheduler.window, remaining.count)
    var count = 0, counted = 0
    while count < most, counted < Scheduler.window {
      count += 1
      if !isMovedUp[remaining[remaining.count - count]] { counted += 1 }
    }
    return count
  }

  /// What of the window goes by rows in one phase.
  private func stepsByRows(_ rows: Int, among window: [Int]) -> [Int] {
    var chosen: [Int] = []
    chosen.reserveCapacity(window.count)
    for step in window
    where steps[step].goesByRows(rows) && isFreeToWrite(step, behind: chosen, by: rows) {
      var isReady = true
      let follows = links[step].sources.allSatisfy { writer in
        if isDone[writer] { return true }
        isReady = false
        return chosen.contains(writer) && reads(of: step, areByRows: rows, ofWhat: writer)
      }
      // What was moved up is not cut into rows for the sake of others.
      if follows, !(isReady && takesMuch && isMovedUp[step]) { chosen.append(step) }
    }
    return chosen
  }

  /// What could be done before a phase by rows, so that more steps are in it: a kernel turned
  /// round, say, that the way back multiplies by. Only what is little work beside theirs; of
  /// that, what is ready.
  private func missing(for rows: Int, after chosen: [Int], among window: [Int]) -> [Int] {
    var missing: [Int] = [], enabled: [Int] = []
    for step in window
    where !chosen.contains(step) && steps[step].goesByRows(rows) && isFreeToWrite(step) {
      var wanted = missing
      let canFollow = links[step].sources.allSatisfy { writer in
        chosen.contains(writer) && reads(of: step, areByRows: rows, ofWhat: writer)
          || collect(writer, without: chosen, in: &wanted)
      }
      if canFollow, !isReady(step) {
        missing = wanted
        enabled.append(step)
      }
    }
    let isLittle = work(of: missing) * Scheduler.little <= work(of: enabled)
    return isLittle ? missing.filter { isReady($0) }.sorted() : []
  }

  /// Collects a step and what it needs; false if that is more than a few, or some of it is chosen.
  private func collect(_ step: Int, without chosen: [Int], in wanted: inout [Int]) -> Bool {
    if isDone[step] || wanted.contains(step) { return true }
    guard step < steps.count, !chosen.contains(step) || isReady(step), isFreeToWrite(step),
      wanted.count < Scheduler.window
    else { return false }
    for writer in links[step].sources where !collect(writer, without: chosen, in: &wanted) {
      return false
    }
    wanted.append(step)
    return true
  }

  private static let little = 8

  /// Whether each row of a step reads, of all that `writer` makes, only elements of the same row.
  private func reads(of step: Int, areByRows rows: Int, ofWhat writer: Int) -> Bool {
    let filled = steps[writer].filled
    return steps[step].reads.indices.allSatisfy { read in
      let slot = steps[step].reads[read].slot
      return !filled.contains { $0.slot == slot }
        || steps[step].reads[read].isByRows(rows, of: filled)
    }
  }

  func isReady(_ step: Int) -> Bool { links[step].sources.allSatisfy { isDone[$0] } }

  /// True if no other remaining step reads what this one may write over, but steps of the same
  /// phase that are before it row by row.
  func isFreeToWrite(
    _ step: Int, behind chosen: [Int] = [], by rows: Int = 1
  ) -> Bool {
    links[step].donors.allSatisfy { donor in
      let others = readerCount[donor] - (links[step].arguments.contains(donor) ? 1 : 0)
      if others == 0 { return true }
      let before = chosen.filter { links[$0].arguments.contains(donor) }
      return before.count == others
        && before.allSatisfy {
          steps[$0].reads(
            .argument(donor), byRows: rows, of: arguments[donor].shape.elementCount)
        }
    }
  }

  private func work(of chosen: [Int]) -> Int {
    chosen.reduce(0) { $0 + steps[$1].floatingPointOperations }
  }
}

/// Which step fills each buffer and output; of a buffer that is filled in parts, its number
/// behind those of steps.
private struct Writers {
  private var ofBuffer: [Int?]
  private var ofOutput: [Int?]

  init(of plan: borrowing Plan, _ partCounts: [Int]) {
    ofBuffer = [Int?](filled: nil, count: plan.buffers.count)
    for buffer in partCounts.indices where partCounts[buffer] > 0 {
      ofBuffer[buffer] = plan.steps.count + buffer
    }
    ofOutput = [Int?](filled: nil, count: plan.outputs.count)
    for number in plan.steps.indices {
      for write in plan.steps[number].filled {
        switch write.slot {
        case .buffer(let buffer): ofBuffer[buffer] = number
        case .output(let output): ofOutput[output] = number
        case .argument, .parameter: break
        }
      }
    }
  }

  subscript(slot: Slot) -> Int? {
    switch slot {
    case .buffer(let buffer): ofBuffer[buffer]
    case .output(let output): ofOutput[output]
    case .argument, .parameter: nil
    }
  }
}
