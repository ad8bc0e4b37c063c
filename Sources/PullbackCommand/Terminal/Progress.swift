// SPDX-License-Identifier: Apache-2.0

#if Command

/// Progress on standard error: a bar with the time left on a terminal, a line now and then
/// otherwise.
struct Progress {
  private let total: Int
  private let unit: String
  private let isSilent: Bool
  private let isTerminal = Console.errorIsTerminal
  private let start = ContinuousClock.now
  private var lastTenth = 0

  init(total: Int, unit: String, isSilent: Bool) {
    self.total = total
    self.unit = unit
    self.isSilent = isSilent
  }

  /// Shows that `done` of the total are done.
  mutating func show(_ done: Int) {
    if isSilent { return }
    let remaining = (ContinuousClock.now - start) * (total - done) / max(done, 1)
    if isTerminal {
      let filled = 30 * done / max(total, 1)
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
      Console.note("\r\u{1B}[K[\(bar)] \(unit) \(done)/\(total), \(remaining.short) left")
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
