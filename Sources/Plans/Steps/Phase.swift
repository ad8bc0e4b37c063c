// SPDX-License-Identifier: Apache-2.0

/// Steps that threads work on side by side; between phases they wait for each other.
package struct Phase: Sendable {
  package let steps: Range<Int>
  /// If there is a number: all steps go by rows, this many, and no row of one step needs another
  /// row of the steps before. So a thread takes some rows through all steps while they are in
  /// cache. Else the steps do not depend on each other.
  package let rows: Int?

  package init(steps: Range<Int>, rows: Int?) {
    self.steps = steps
    self.rows = rows
  }
}
