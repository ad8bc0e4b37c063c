// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension Doctor {
  /// Explanations of a gradient that is a multiple of the true one: those with the fewest mistakes.
  func scalings(
    _ mine: [Double], _ right: [Double], _ tolerance: Double
  ) -> [Diagnosis.Finding] {
    let size = right.reduce(0) { Swift.max($0, abs($1)) }
    if size == 0 { return [] }
    if mine.allSatisfy({ $0 == 0 }) {
      let text = "all elements are 0: nothing arrived, as behind a detached tensor"
      return [.init(faults: [.zero], description: text)]
    }
    // In units of the largest element: squares do not overflow.
    let scaled = zip(mine, right).map { ($0 / size, $1 / size) }
    let factor =
      scaled.reduce(0) { $0 + $1.0 * $1.1 } / scaled.reduce(0) { $0 + $1.1 * $1.1 }
    guard factor.isFinite,
      scaled.allSatisfy({ abs($0 - factor * $1) <= tolerance * Swift.max(1, abs(factor)) })
    else { return [] }
    let fitting = combinations.filter { abs($0.factor - factor) <= 1e-3 * abs(factor) }
    guard let fewest = fitting.map(\.parts.count).min() else {
      let text = "each element is \(factor.brief) times what it should be"
      return [.init(faults: [.scaled(by: factor)], description: text)]
    }
    return fitting.filter { $0.parts.count == fewest }.map { combination in
      .init(
        faults: combination.parts.map(\.fault),
        description: combination.parts.map(\.text).joined(separator: ", and "))
    }
  }

  private struct Part {
    let fault: GradientFault
    let factor: Double
    let text: String
  }

  /// Products of a sign, a factor 2 and a count, each of which may be right; likely ones first.
  private var combinations: [(factor: Double, parts: [Part])] {
    let signs = [[], [Part(fault: .sign, factor: -1, text: "the sign is wrong")]]
    let missing = Part(
      fault: .missingFactorTwo, factor: 0.5,
      text: "a factor 2 is missing: the derivative of x² is 2 x")
    let extra = Part(fault: .extraFactorTwo, factor: 2, text: "there is a factor 2 too many")
    let divisors = divisors
    let counts = divisors.divided.flatMap { count in
      [
        Part(
          fault: .missingDivision(by: count), factor: Double(count),
          text: "1/\(count) is missing: the loss is a mean"),
        Part(
          fault: .extraDivision(by: count), factor: 1 / Double(count),
          text: "1/\(count) is there twice"),
      ]
    }
    let others = divisors.others.map { count in
      Part(
        fault: .extraDivision(by: count), factor: 1 / Double(count),
        text: "1/\(count) is there although the loss is not divided by \(count)")
    }
    // Divided by the rows or the columns only, where the mean is over both.
    var extents: [Int: Set<Int>] = [:]
    for step in steps {
      extents[step.node.shape.elementCount, default: []].formUnion(step.node.shape)
    }
    let partial = divisors.divided.flatMap { count in
      (extents[count] ?? []).subtracting([1, count]).sorted().map { extent in
        Part(
          fault: .missingDivision(by: extent), factor: Double(extent),
          text: "1/\(extent) is missing: the mean is over \(count) elements")
      }
    }
    // A mean over two rows is more often forgotten than a 2 invented; a square's 2 the other way.
    let twos = hasSquare ? [[missing], [extra]] : [[extra], [missing]]
    let isDoubtful = divisors.divided.contains(2) && !hasSquare
    let factors = twos + (counts + partial + others).map { [$0] }
    let single = isDoubtful ? factors.reversed() : factors
    let pairs = [missing, extra].flatMap { two in (counts + partial + others).map { [two, $0] } }
    return ([[]] + single + pairs).flatMap { parts in
      signs.map { sign in
        let all = sign + parts
        return (all.reduce(1) { $0 * $1.factor }, all)
      }
    }.filter { !$0.1.isEmpty }
  }

  /// Whether something is multiplied by itself on the way.
  private var hasSquare: Bool {
    steps.contains { step in
      guard case .binary(.multiply) = step.node.operation else { return false }
      return step.node.inputs[0].node === step.node.inputs[1].node
    }
  }

  /// Whole numbers that the loss is divided by, and extents that it might have been divided by.
  private var divisors: (divided: [Int], others: [Int]) {
    var divided: [Int] = [], others: [Int] = []
    for step in steps where step.node !== w.node {
      if let count = step.node.divisor { divided.append(count) }
      others += step.node.shape
      others.append(step.node.shape.elementCount)
    }
    var isKnown: Set<Int> = []
    func distinct(_ numbers: [Int]) -> [Int] {
      numbers.filter { $0 > 1 && isKnown.insert($0).inserted }
    }
    divided = distinct(divided)
    return (divided, distinct(others))
  }
}
