// SPDX-License-Identifier: Apache-2.0

/// Sums along axes in Double, element by element. In a module of its own, which is optimised in
/// debug builds too.
package enum NaiveSums {
  /// The sums of numbers in row-major order, and those of their absolute values.
  package static func sums(
    of numbers: [Float], shape: [Int], along axes: [Int]
  ) -> (sums: [Double], sizes: [Double]) {
    let kept = shape.indices.filter { !axes.contains($0) }
    // How far the group of an element moves for a step along each axis.
    var steps = [Int](repeating: 0, count: shape.count), count = 1
    for axis in kept.reversed() {
      steps[axis] = count
      count *= shape[axis]
    }
    var sums = [Double](repeating: 0, count: count), sizes = sums
    for (place, number) in numbers.enumerated() {
      var rest = place, group = 0
      for axis in shape.indices.reversed() {
        group += rest % shape[axis] * steps[axis]
        rest /= shape[axis]
      }
      sums[group] += Double(number)
      sizes[group] += Double(abs(number))
    }
    return (sums, sizes)
  }

  /// The sums of the columns of rows that are `width` numbers long; what rounding takes from each
  /// addition is kept beside them.
  ///
  /// Source: Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen",
  /// ZAMM 54, 1974.
  package static func compensatedColumns(of numbers: [Double], width: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: width), lost = sums
    for (place, number) in numbers.enumerated() {
      let column = place % width, sum = sums[column] + number
      lost[column] +=
        abs(sums[column]) >= abs(number)
        ? (sums[column] - sum) + number : (number - sum) + sums[column]
      sums[column] = sum
    }
    return zip(sums, lost).map(+)
  }

  /// How often each number below `count` is among others.
  package static func counts(of numbers: [Int32], below count: Int) -> [Double] {
    var counts = [Double](repeating: 0, count: count)
    for number in numbers { counts[Int(number)] += 1 }
    return counts
  }

  package static func random(count: Int, seed: Int) -> [Float] {
    var generator = SplitMix(seed: seed)
    return (0..<count).map { _ in Float.random(in: -0.5..<1, using: &generator) }
  }
}
