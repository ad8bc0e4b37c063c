// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport

/// Small tables of which it is known what can be learnt.
enum FitTables {
  /// y = 3 a - 2 b + 5 and a little noise; c is noise.
  static func line(rows: Int = 200, seed: Int = 1) throws -> Table {
    var random = SplitMix(seed: seed)
    let lines = (0..<rows).map { _ in
      let x = random.doubles(4)
      return "\(x[0]),\(x[1]),\(x[2]),\(3 * x[0] - 2 * x[1] + 5 + 0.01 * x[3])"
    }
    return try table(["a,b,c,y"] + lines)
  }

  /// The class is the quarter of the plane, apart from the others by a gap; `site` says nothing.
  static func quarters(rows: Int = 160, seed: Int = 2, names: [String] = ["ne", "nw", "se", "sw"])
    throws -> Table
  {
    var random = SplitMix(seed: seed)
    let lines = (0..<rows).map { row in
      let x = random.doubles(2, in: 0.2...1), quarter = row % 4
      let (east, north) = (quarter % 2 == 0 ? x[0] : -x[0], quarter < 2 ? x[1] : -x[1])
      return "\(east),\(north),\(random.pick(["hill", "lake"])),\(names[quarter])"
    }
    return try table(["east,north,site,quarter"] + lines)
  }

  /// Nothing says anything of the class.
  static func noise(rows: Int = 200, seed: Int = 3) throws -> Table {
    var random = SplitMix(seed: seed)
    let lines = (0..<rows).map { _ in
      let x = random.doubles(2)
      return "\(x[0]),\(x[1]),\(random.pick(["yes", "no"]))"
    }
    return try table(["a,b,answer"] + lines)
  }

  static func table(_ lines: [String], name: String = "table.csv") throws -> Table {
    try CSV.table(from: Array((lines.joined(separator: "\n") + "\n").utf8), name: name)
  }
}
