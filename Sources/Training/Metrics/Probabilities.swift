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
    // In order of size: rows of the same logits in another order have the same probabilities.
    let sum = powers.sorted().reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// -ln of the probability of a row's label.
  func logLoss(_ row: Int, _ kind: OutputKind) -> Double {
    let label = Int(labels[row])
    let numbers = self.row(row).map(Double.init)
    if numbers.contains(where: \.isNaN) { return .nan }
    switch kind {
    case .logits where columns == 1:
      // ln(1 + e^-z), of which neither power overflows.
      let z = label == 1 ? numbers[0] : -numbers[0]
      return max(-z, 0) + log1p(exp(-z.magnitude))
    case .logits:
      let place = numbers.indices.max { numbers[$0] < numbers[$1] }!
      let others = numbers.indices.filter { $0 != place }.map { exp(numbers[$0] - numbers[place]) }
      return numbers[place] - numbers[label] + log1p(others.sorted().reduce(0, +))
    case .probabilities:
      let one = columns == 1 && label == 0 ? 1 - numbers[0] : numbers[columns == 1 ? 0 : label]
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
