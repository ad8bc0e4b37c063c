// SPDX-License-Identifier: Apache-2.0

import PullbackTestSupport

/// Tables whose truth is known.
enum SmallTables {
  /// Three kinds that two lengths tell apart, a town that says nothing, and a number for each row.
  static func species(rows: Int = 150, seed: UInt64 = 1) -> String {
    var random = SplitMix(seed: seed)
    var text = "id,length,width,town,species\n"
    for row in 0..<rows {
      let kind = row * 7 % 3
      let noise = random.doubles(2, in: 0...1).map { ($0 * 1000).rounded() / 1000 }
      let length = 4 + 2 * Double(kind) + noise[0], width = 5 - Double(kind) + noise[1]
      let town = random.pick(["Ulm", "Bonn", "Köln"])
      text += "\(row + 1000),\(length),\(width),\(town),\(["setosa", "virginica", "other"][kind])\n"
    }
    return text
  }

  /// y = 3 a + b, where -999 stands for one a in five.
  static func marked(rows: Int = 200, seed: UInt64 = 3) -> String {
    var random = SplitMix(seed: seed)
    var text = "a,b,y\n"
    for row in 0..<rows {
      let numbers = random.doubles(2, in: 0...10).map { ($0 * 100).rounded() / 100 }
      text += "\(row % 5 == 2 ? "-999" : "\(numbers[0])"),\(numbers[1]),"
      text += "\(3 * numbers[0] + numbers[1])\n"
    }
    return text
  }

  /// price = 100 rooms + 50 in Bonn + noise; decimal commas, a currency, a missing
  /// value and a misfit.
  static func homes(rows: Int = 200, seed: UInt64 = 2) -> String {
    var random = SplitMix(seed: seed)
    var text = "Preis;Zimmer;Ort;Tag\n"
    for row in 0..<rows {
      let rooms = 1 + random.below(6), isBonn = random.isTrue(oneIn: 2)
      let cents = 10_000 * rooms + (isBonn ? 5000 : 0) + random.below(1000)
      let price = "\(cents / 100),\(cents % 100 < 10 ? "0" : "")\(cents % 100) €"
      let shown = row == 17 ? "viele" : row == 30 ? "" : "\(rooms)"
      text += "\(price);\(shown);\(isBonn ? "Bonn" : "Ulm");\(1 + row % 28).\(1 + row % 12).2023\n"
    }
    return text
  }
}
