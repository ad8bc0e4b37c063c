// SPDX-License-Identifier: Apache-2.0

/// The name that was probably meant: the one that takes the fewest insertions, deletions, replacements
/// and exchanges of neighbours, without regard to case, spaces, hyphens and underscores; nil if none is
/// near.
package func nearestName(to name: String, in names: some Sequence<String>) -> String? {
  let wanted = comparable(name)
  var best: (name: String, distance: Int)?
  for candidate in names.prefix(10_000) {
    let other = comparable(candidate)
    let reach = max(1, max(wanted.count, other.count) / 3)
    guard abs(wanted.count - other.count) <= reach else { continue }
    let distance = editDistance(wanted, other)
    if distance <= reach, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// "; did you mean "age"?", or nothing.
package func suggestion(for name: String, in names: some Sequence<String>) -> String {
  nearestName(to: name, in: names).map { "; did you mean \($0.quoted)?" } ?? ""
}

private func comparable(_ name: String) -> [Character] {
  name.prefix(100).lowercased().filter { !" -_".contains($0) }
}

/// Source: Damerau, "A technique for computer detection and correction of spelling errors", 1964; in
/// the restricted form, in which no letter is changed twice.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var older: [Int] = [], old = Array(0...b.count)
  for i in 0..<a.count {
    var new = [i + 1]
    for j in 0..<b.count {
      var least = min(old[j] + (a[i] == b[j] ? 0 : 1), old[j + 1] + 1, new[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, older[j - 1] + 1) }
      new.append(least)
    }
    (older, old) = (old, new)
  }
  return old[b.count]
}
