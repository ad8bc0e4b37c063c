// SPDX-License-Identifier: Apache-2.0

#if Command

/// Progress on standard error: a bar with the time left on a terminal, a line now and then
/// otherwise.
struct Progress {
  var total: Int
  private let unit: String
  private let isSilent: Bool
  private let onTerminalsAlone: Bool
  private let isTerminal = Console.errorIsTerminal
  private let start = ContinuousClock.now
  private var lastTenth = 0
  private var last: ContinuousClock.Instant?

  init(total: Int, unit: String, isSilent: Bool, onTerminalsAlone: Bool = false) {
    self.total = total
    self.unit = unit
    self.isSilent = isSilent
    self.onTerminalsAlone = onTerminalsAlone
  }

  /// Shows that `done` of the total are done.
  ///
  /// - Parameters:
  ///   - left: the time that the others will take; nil for what follows from that of those done.
  ///   - note: more about them.
  mutating func show(_ done: Int, left: Duration? = nil, note: String? = nil) {
    if isSilent || onTerminalsAlone && !isTerminal { return }
    let remaining = left ?? (ContinuousClock.now - start) * (total - done) / max(done, 1)
    if isTerminal {
      // Bars that nobody could see cost more than the work.
      let now = ContinuousClock.now
      if let last, now - last < .milliseconds(50) { return }
      last = now
      let more = note.map { ", \($0)" } ?? ""
      let text = " \(unit) \(done)/\(total)\(more), \(remaining.short) left"
      let columns = Console.errorWidth
      let width = max(min(30, columns - text.count - 3), 0)
      let filled = width * done / max(total, 1)
      let bar =
        String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
      // A line that the terminal breaks would stay.
      let line = width > 0 ? "[\(bar)]\(text)" : String(text.dropFirst().prefix(columns - 1))
      Console.note("\r\u{1B}[K\(line)")
    } else if 10 * done / max(total, 1) > lastTenth {
      lastTenth = 10 * done / max(total, 1)
      Console.note("\(unit) \(done)/\(total), \(remaining.short) left\n")
    }
  }

  /// Removes the bar, so that a line can be printed in its place.
  func clear() {
    if isTerminal, !isSilent { Console.note("\r\u{1B}[K") }
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }

  /// "0.3 s", "12 s", "3 min 5 s".
  var short: String {
    switch seconds {
    case ..<10: "\((seconds * 10).rounded() / 10) s"
    case ..<120: "\(Int(seconds.rounded())) s"
    default: "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    }
  }
}

#endif
