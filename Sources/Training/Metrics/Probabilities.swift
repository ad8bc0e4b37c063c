// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension ScoredRows {
  /// The probabilities of a row in Double: a class each, or that of class 1; all NaN if one number
  /// of the row is. Those of logits are their softmax, or the sigmoid of one.
  func probabilities(_ row: Int, _ kind: OutputKind) -> [Double] {
    let numbers = self.row(row).map(Double.init)
    if numbers.contains(where: \.isNaN) { return numbers.map { _ in .nan } }
    guard kind == .logits else { return numbers }
    if columns == 1 { return [sigmoid(numbers[0])] }
    let largest = numbers.max()!
    let powers = numbers.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// ln (p / (1 - p)) of each class of a row of logits: in the order of the probabilities, of which
  /// many are rounded to 1. Equal logits in another order have the same numbers, so that ties stay
  /// ties.
  func logOdds(_ row: Int) -> [Double] {
    let numbers = self.row(row).map(Double.init)
    if numbers.contains(where: \.isNaN) { return numbers.map { _ in .nan } }
    let sorted = numbers.sorted(), largest = sorted[columns - 1], second = sorted[columns - 2]
    let sum = sorted.reduce(0) { $0 + exp($1 - largest) }
    // The largest would take nearly all of the sum with it, so its others are summed apart; all of
    // them may be -∞, as those of classes that are left out.
    let others = sorted.dropLast().reduce(0) { $0 + ($1 == -.infinity ? 0 : exp($1 - second)) }
    return numbers.map { number in
      number == largest
        ? number - second - log(others)
        : number - largest - log(sum - exp(number - largest))
    }
  }

  /// -ln of the probability of a row's label; NaN if a number of the row is.
  func logLoss(_ row: Int, _ kind: OutputKind) -> Double {
    let numbers = self.row(row), label = Int(labels[row])
    if numbers.contains(where: \.isNaN) { return .nan }
    func number(_ place: Int) -> Double { Double(numbers[numbers.startIndex + place]) }
    switch kind {
    case .logits where columns == 1:
      // ln(1 + e^-z), of which neither power overflows.
      let z = label == 1 ? number(0) : -number(0)
      return max(-z, 0) + log1p(exp(-z.magnitude))
    case .logits:
      let largest = decision(row, threshold: nil)!
      var others = 0.0
      for place in 0..<columns where place != largest {
        others += exp(number(place) - number(largest))
      }
      // Without the power of the largest, which is 1, nothing small is lost.
      return number(largest) - number(label) + log1p(others)
    case .probabilities:
      let one = columns > 1 ? number(label) : label == 1 ? number(0) : 1 - number(0)
      let least = Double.ulpOfOne
      return -log(min(max(one, least), 1 - least))
    }
  }

  /// What is said to be probabilities is; rounding may have taken them out of 0 ... 1 a little.
  func checkProbabilities(_ metric: String, _ kind: OutputKind) throws(Mistake) {
    guard kind == .probabilities else { return }
    for (place, number) in scores.enumerated() where number < -1e-5 || number > 1.00001 {
      throw Mistake(
        metric, "probability \(number) at row \(place / columns) is outside 0...1",
        fix: "outputs before the softmax or the sigmoid are of: .logits")
    }
  }
}

/// 1 / (1 + e^-z), to the last places also where it is close to 0.
private func sigmoid(_ z: Double) -> Double {
  let power = exp(-z.magnitude)
  return z < 0 ? power / (1 + power) : 1 / (1 + power)
}
