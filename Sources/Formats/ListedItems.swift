// SPDX-License-Identifier: Apache-2.0

/// Lines below a summary; more than a page holds are only counted.
func list(_ items: some Collection<String>) -> String {
  let shown = Array(items.prefix(40)), rest = items.count - shown.count
  return (shown.isEmpty ? "" : ":") + shown.map { "\n  \($0)" }.joined()
    + (rest > 0 ? "\n  and \(rest) more" : "")
}
