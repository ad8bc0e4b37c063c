// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// How far two columns go along with each other, in rows in which both have a value.
enum Association {
  /// Of numbers Pearson's correlation, from -1 to 1; of categories and numbers the correlation
  /// ratio, of categories Cramér's V, from 0 to 1. Nil where a column does not vary, or has a value
  /// of its own in almost each row.
  static func strength(_ a: Table.Values, _ b: Table.Values) -> Double? {
    let strength: Double? =
      switch (a, b) {
      case (.numeric(let x), .numeric(let y)): correlation(x, y)
      case (.numeric(let x), .categorical(let codes, let texts)):
        ratio(x, codes, texts.count)
      case (.categorical(let codes, let texts), .numeric(let y)):
        ratio(y, codes, texts.count)
      case (.categorical(let left, let leftTexts), .categorical(let right, let rightTexts)):
        cramersV(left, leftTexts.count, right, rightTexts.count)
      }
    return strength.flatMap { $0.isFinite ? $0 : nil }
  }

  private static func correlation(_ x: [Double], _ y: [Double]) -> Double? {
    var count = 0.0, meanX = 0.0, meanY = 0.0, xx = 0.0, yy = 0.0, xy = 0.0
    for (x, y) in zip(x, y) where x.isFinite && y.isFinite {
      count += 1
      let fromX = x - meanX, fromY = y - meanY
      meanX += fromX / count
      meanY += fromY / count
      xx += fromX * (x - meanX)
      yy += fromY * (y - meanY)
      xy += fromX * (y - meanY)
    }
    return count < 2 ? nil : xy / (xx.squareRoot() * yy.squareRoot())
  }

  /// The root of the share of the variance that lies between the categories.
  private static func ratio(_ x: [Double], _ codes: [Int32], _ categories: Int) -> Double? {
    var counts = [Double](repeating: 0, count: categories), means = counts
    var count = 0.0, mean = 0.0, total = 0.0
    for (x, code) in zip(x, codes) where x.isFinite && code >= 0 {
      count += 1
      let distance = x - mean
      mean += distance / count
      total += distance * (x - mean)
      counts[Int(code)] += 1
      means[Int(code)] += (x - means[Int(code)]) / counts[Int(code)]
    }
    // With a row or two to a category, the ratio says nothing.
    guard count >= 2 * Double(counts.count { $0 > 0 }) else { return nil }
    let between = zip(counts, means).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
    return min(between / total, 1).squareRoot()
  }

  /// Source: Cramér, "Mathematical Methods of Statistics" (1946), 21.9.
  private static func cramersV(
    _ left: [Int32], _ leftCount: Int, _ right: [Int32], _ rightCount: Int
  ) -> Double? {
    guard leftCount > 1, rightCount > 1, leftCount * rightCount <= 1 << 20 else { return nil }
    var counts = [Double](repeating: 0, count: leftCount * rightCount), count = 0.0
    var rows = [Double](repeating: 0, count: leftCount)
    var columns = [Double](repeating: 0, count: rightCount)
    for (a, b) in zip(left, right) where a >= 0 && b >= 0 {
      counts[Int(a) * rightCount + Int(b)] += 1
      rows[Int(a)] += 1
      columns[Int(b)] += 1
      count += 1
    }
    let fewest = min(rows.count { $0 > 0 }, columns.count { $0 > 0 })
    guard count >= 2 * Double(max(rows.count { $0 > 0 }, columns.count { $0 > 0 })) else {
      return nil
    }
    var squares = 0.0
    for a in rows.indices where rows[a] > 0 {
      for b in columns.indices where columns[b] > 0 {
        let found = counts[a * rightCount + b]
        squares += found * found / (rows[a] * columns[b])
      }
    }
    return (max(squares - 1, 0) / Double(fewest - 1)).squareRoot()
  }
}

#endif
