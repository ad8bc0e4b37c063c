// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback

/// Reads a table and prints the most memory that the program had, in bytes, and what came of it.
func measureTable(_ path: String) {
  let outcome: String
  do {
    let table = try CSV.table(at: path)
    outcome = "\(table.rowCount) rows, \(table.columns.count) columns"
  } catch {
    outcome = "\(error)"
  }
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    let peak = usage.ru_maxrss
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let peak = usage.ru_maxrss * 1024
  #endif
  print(peak, outcome)
}
