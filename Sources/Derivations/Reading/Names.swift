// SPDX-License-Identifier: Apache-2.0

/// Names in use: each stands for one tensor.
struct Names {
  private var taken: Set<String> = []
  private var reserved: Set<String> = []
  /// For each letter, and for each name that was given twice, the last number behind it.
  private var counts: [String: Int] = [:], suffixes: [String: Int] = [:]

  private static let longest = 40

  /// Keeps a user's name out of the numbered ones.
  mutating func reserve(_ name: String) { reserved.insert(name) }

  /// The name itself, or with a number behind it if it is taken.
  mutating func unique(_ name: String) -> String {
    var candidate = name
    while isTaken(candidate) || candidate.isDerivative(among: reserved) {
      suffixes[name, default: 1] += 1
      candidate = "\(name)_\(suffixes[name]!)"
    }
    taken.insert(candidate)
    return candidate
  }

  /// The next numbered name: t1, t2, ...
  mutating func next(_ letter: String) -> String {
    var name = ""
    repeat {
      counts[letter, default: 0] += 1
      name = "\(letter)\(counts[letter]!)"
    } while isTaken(name) || reserved.contains(name) || reserved.contains(name.derivative)
    taken.insert(name)
    return name
  }

  /// True for a name in use, for that of a derivative of what has one, and where that of its own
  /// derivative is in use.
  private func isTaken(_ name: String) -> Bool {
    taken.contains(name) || taken.contains(name.derivative) || name.isDerivative(among: taken)
  }

  /// A name on one line, without control characters, not too long.
  static func readable(_ name: String) -> String {
    let printable = name.unicodeScalars.map { scalar -> Character in
      let isControl = scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value || scalar.value == 0x2028
      return isControl || scalar.value == 0x2029 || 0x202A...0x202E ~= scalar.value
        ? "?" : Character(scalar)
    }
    if printable.isEmpty { return "unnamed" }
    return printable.count <= longest
      ? String(printable) : String(printable.prefix(longest - 1)) + "…"
  }
}

extension String {
  /// How the derivative of the loss for what has this name is called.
  fileprivate var derivative: String { self + ".g" }

  /// True for the name of the derivative of one of these.
  fileprivate func isDerivative(among names: Set<String>) -> Bool {
    hasSuffix("".derivative) && names.contains(String(dropLast("".derivative.count)))
  }
}
