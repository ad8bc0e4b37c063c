// SPDX-License-Identifier: Apache-2.0

/// "1 row", "2 rows": how summaries count.
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
