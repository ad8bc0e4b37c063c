// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// Prints what happens while a network is fitted: text for people, or an object a line.
struct FitPrinter {
  let json: Bool
  /// The result alone is printed.
  let isQuiet: Bool
  /// Lines about the table, printed behind what was understood of it.
  private let notes: [String]
  private var progress: Progress
  private var hasHeader = false
  /// Epochs in which rows validate are listed; those of the model that is trained again after them
  /// say nothing new.
  private var listsEpochs = true
  /// Those that have been printed.
  private(set) var warnings: [String] = []

  init(json: Bool, isQuiet: Bool, notes: [String] = []) {
    (self.json, self.isQuiet, self.notes) = (json, isQuiet, notes)
    progress = Progress(total: 1, unit: "epoch", isSilent: isQuiet, onTerminalsAlone: true)
  }

  mutating func print(_ event: FitEvent) throws {
    if isQuiet { return }
    progress.clear()
    if json {
      if let line = event.json { try Console.page(line) }
    } else {
      try printText(event)
    }
    if case .epoch(let epoch) = event {
      progress.total = epoch.total
      progress.show(
        epoch.epoch, left: .seconds(epoch.secondsLeft),
        note: "\(Int(epoch.rowsPerSecond).abbreviated) rows/s")
    }
  }

  /// Removes the bar.
  func end() { progress.clear() }

  private mutating func printText(_ event: FitEvent) throws {
    switch event {
    case .understood(let understanding):
      try Console.page("\(understanding)".linesWrapped())
      for note in notes { try Console.page(note.wrapped()) }
      try Console.page("")
      warnings = understanding.warnings.map { "\($0)" }
    case .settings: break
    case .model(let summary):
      try Console.page("\(summary)\n")
      hasHeader = false
    case .learningRate(let rate): try Console.page("learning rate found: \(rate)\n")
    case .fold(let number, let count):
      try Console.page("fold \(number) of \(count)")
      hasHeader = false
    case .epoch(let epoch):
      if !listsEpochs { return }
      if !hasHeader { try Console.page(epoch.header) }
      hasHeader = true
      try Console.page(epoch.row)
    // The report has it, beside simpler models.
    case .validated: try Console.page("")
    case .refitting(let epochs, let rows):
      try Console.page(
        ("Validation chose \(counted(epochs, "epoch")): the model is trained again on all "
          + "\(counted(rows, "row")).\n").linesWrapped())
      listsEpochs = false
    }
  }
}

extension FitEpoch {
  private var names: [String] { metrics.keys.sorted().prefix(2).map { $0 } }

  fileprivate var header: String {
    var cells = ["epoch".padded(to: 9), "training loss".padded(to: 15)]
    if validationLoss != nil { cells.append("validation loss".padded(to: 17)) }
    cells += names.map { $0.padded(to: 13) }
    return cells.joined() + "rate".padded(to: 11)
  }

  /// A row of the table.
  fileprivate var row: String {
    var cells = ["\(epoch)".padded(to: 9), loss.brief.padded(to: 15)]
    if let validationLoss { cells.append(validationLoss.brief.padded(to: 17)) }
    cells += names.map { metrics[$0]!.brief.padded(to: 13) }
    return cells.joined() + Double(learningRate).brief.padded(to: 11)
  }
}

#endif
