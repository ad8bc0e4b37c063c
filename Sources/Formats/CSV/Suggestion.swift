// SPDX-License-Identifier: Apache-2.0

extension String {
  /// What to say of a name that is not there: the nearest of those that are, or all of a few.
  package func suggestion(among names: [String]) -> String {
    if let nearest = nearest(among: names) { return "; did you mean \(nearest.quoted)?" }
    let shown = names.prefix(20).map(\.quoted).joined(separator: ", ")
    return "; the columns are \(shown)" + (names.count > 20 ? ", ..." : "")
  }

  /// The name that was probably meant; nil if none is near.
  package func nearest(among names: [String]) -> String? {
    let letters = Array(lowercased().unicodeScalars.prefix(String.most))
    var nearest: (name: String, distance: Int)?
    // More names are no list that a person has mistyped one of.
    for name in names.prefix(1000) {
      let other = Array(name.lowercased().unicodeScalars.prefix(String.most))
      let distance = String.distance(letters, other)
      // Of a name of one letter nothing may change.
      let isNear =
        distance <= Swift.max(1, letters.count / 3)
        && 2 * distance <= Swift.max(letters.count, other.count)
      if isNear, distance < nearest?.distance ?? Int.max { nearest = (name, distance) }
    }
    return nearest?.name
  }

  private static let most = 40

  /// How many letters are to be put in, left out, replaced, or changed with their neighbours.
  ///
  /// Source: the restricted distance of Damerau and Levenshtein.
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var before: [Int] = [], last: [Int] = [], row = Array(0...b.count)
    for i in a.indices {
      (before, last) = (last, row)
      row[0] = i + 1
      for j in b.indices {
        let changed = last[j] + (a[i] == b[j] ? 0 : 1)
        row[j + 1] = Swift.min(last[j + 1] + 1, row[j] + 1, changed)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          row[j + 1] = Swift.min(row[j + 1], before[j - 1] + 1)
        }
      }
    }
    return row[b.count]
  }
}
