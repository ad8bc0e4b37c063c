// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The reverse walk of a loss, read: for each named tensor x on the way to the targets its
/// derivative x.g, in the order in which they are complete.
struct BackwardReading {
  struct Line {
    let name: String
    /// The tensor that this is the derivative of; nil for a part of a formula too long for a line.
    let entry: Int?
    let formula: Formula
    let value: Value
    /// True if another line holds the same numbers and nothing is calculated here.
    var isAlias = false
  }

  private(set) var lines: [Line] = []
  private var formulas: FormulaTable

  private static let longest = 14

  init(of loss: Value, targets: [Value], _ forward: inout ForwardReading, at site: CallSite?) {
    formulas = forward.formulas
    var steps: [ReverseStep] = []
    _ = gradientsIfReached(of: loss, withRespectTo: targets, at: site) { steps.append($0) }

    // When the last contribution came, and the whole.
    var completion: [Int: (step: Int, order: Int, value: Value)] = [:]
    for (index, step) in steps.enumerated() {
      if let entry = forward.entry(of: step.node) {
        let known = completion[entry]
        completion[entry] = (known?.step ?? -1, known?.order ?? 0, step.cotangent)
      }
      for (position, contribution) in step.contributions.enumerated() {
        guard let entry = forward.entry(of: contribution.input),
          entry != forward.entry(of: step.node)
        else { continue }
        completion[entry] = (index, position, contribution.summed)
      }
    }
    let order = completion.sorted {
      ($0.value.step, $0.value.order, $0.key) < ($1.value.step, $1.value.order, $1.key)
    }

    var owners: [UInt64: Int] = [:]
    for (entry, done) in order {
      let node = done.value.node
      if formulas[node] == nil, owners[node.serial] == nil { owners[node.serial] = entry }
    }
    for (entry, done) in order {
      let name = forward.entries[entry].name
      write(done.value, &forward, owners)
      let isOwner = owners[done.value.node.serial] == entry
      let formula =
        isOwner
        ? written[done.value.node.serial]!
        : formulas[done.value.node]!.line(of: done.value.shape)
      lines.append(
        Line(
          name: "\(name).g", entry: entry, formula: formula, value: done.value, isAlias: !isOwner))
    }
  }

  /// The formulas of values that have a line, before they are called by their names.
  private var written: [UInt64: Formula] = [:]

  /// Formulas for what a derivative needs and nothing has needed before.
  private mutating func write(
    _ value: Value, _ forward: inout ForwardReading, _ owners: [UInt64: Int]
  ) {
    for node in formulas.missing(for: value) {
      let phrase = formulas.written(node)
      if let owner = owners[node.serial] {
        written[node.serial] = phrase.line(of: node.shape)
        let name = Formula.gradient(forward.entries[owner].name)
        if phrase.formula.isNumber {
          formulas.set(node, number: phrase.formula, named: name)
        } else {
          formulas.set(node, named: name)
        }
      } else if phrase.formula.size > BackwardReading.longest {
        let name = forward.newName()
        lines.append(
          Line(name: name, entry: nil, formula: phrase.line(of: node.shape), value: Value(node)))
        formulas.set(node, named: .name(name))
      } else {
        formulas[node] = phrase
      }
    }
  }
}
