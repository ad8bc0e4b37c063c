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
    while taken.contains(candidate) {
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
    } while taken.contains(name) || reserved.contains(name)
    taken.insert(name)
    return name
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
