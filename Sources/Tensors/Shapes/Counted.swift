// SPDX-License-Identifier: Apache-2.0

/// "1 row", "2 rows": how summaries count.
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

extension Int {
  /// With three digits and a letter for the thousands: 12, 1.25k, 5.02M.
  package var abbreviated: String {
    var scaled = Double(self), letters = ["", "k", "M", "G", "T"]
    while scaled >= 999.5, letters.count > 1 {
      scaled /= 1000
      letters.removeFirst()
    }
    if letters[0].isEmpty { return "\(self)" }
    let places = scaled < 9.995 ? 100.0 : scaled < 99.95 ? 10 : 1
    let rounded = (scaled * places).rounded() / places
    return (places == 1 ? "\(Int(rounded))" : "\(rounded)") + letters[0]
  }
}
