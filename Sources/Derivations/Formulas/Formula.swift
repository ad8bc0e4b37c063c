// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What a tensor is, as a reader would write it. Made by rules that simplify as a reader would
/// (1 · x is x, x + x is 2 x) and never cancel numbers: 2 x / 2 tells more than x.
package indirect enum Formula: Hashable, Sendable {
  /// A tensor that has a line of its own.
  case name(String)
  /// Numbers that have no line, in words: equal words may be of different tensors.
  case unnamed(String)
  /// The derivative of the loss for a tensor: s1.g.
  case gradient(String)
  case number(Double)
  case call(String, [Formula])
  case negative(Formula)
  case sum([Formula])
  /// Element by element; numbers come first.
  case product([Formula])
  case quotient(Formula, Formula)
  case squared(Formula)
  case matmul(Formula, Formula)
  case transposed(Formula)
  case relation(Relation, Formula, Formula)
  /// The opposite of what a name or formula of Bool says.
  case not(Formula)
  /// 1 where a condition holds, else 0.
  case indicator(Formula)
  /// Condition, what where it holds, what elsewhere.
  case choice(Formula, Formula, Formula)
  /// Over some axes, or over all.
  case reduced(Summary, Formula, over: Axes?)
  /// Repeated along axes.
  case stretched(Formula, along: Axes)
  /// The same elements under another shape.
  case shaped(Formula, Shape)
  /// The same numbers in another arrangement, said in words behind it.
  case arranged(Formula, String)
  /// What stands in brackets behind it.
  case part(Formula, String)

  package enum Axes: Hashable, Sendable {
    /// All there are, of one number that goes to each element.
    case all
    case these(AxisSet, rank: Int)
    /// All there are, of equal numbers: how many they are is part of what their sum says.
    case elements(Int)
    /// Some, of numbers that are equal along them: so many.
    case counted(AxisSet, rank: Int, count: Int)

    /// As a reader names them.
    var words: String {
      switch self {
      case .all: "all axes"
      case .these(let axes, let rank): axisNames(axes, rank: rank)
      case .elements(let count): "all \(count) elements"
      case .counted(let axes, let rank, let count):
        countedAxes(axes, rank: rank, count: count)
      }
    }
  }

  package enum Summary: Hashable, Sendable {
    case elements(Reduction)
    case mean

    var name: String {
      switch self {
      case .elements(let reduction): reduction.symbol
      case .mean: "mean"
      }
    }

    /// What is said behind, as in the notes; nil for what is written as a function.
    var verb: String? {
      switch self {
      case .elements(.sum): "summed"
      case .mean: "averaged"
      case .elements: nil
      }
    }
  }

  package enum Relation: Hashable, Sendable {
    case comparison(Comparison)
    case and, or

    var sign: String {
      switch self {
      case .comparison(let comparison): comparison.sign
      case .and: "∧"
      case .or: "∨"
      }
    }

    var opposite: Relation? {
      if case .comparison(let comparison) = self { .comparison(comparison.opposite) } else { nil }
    }
  }

  /// The formulas it is made of.
  private var parts: [Formula] {
    switch self {
    case .name, .unnamed, .gradient, .number: []
    case .call(_, let inputs), .sum(let inputs), .product(let inputs): inputs
    case .negative(let x), .squared(let x), .transposed(let x), .not(let x), .indicator(let x),
      .reduced(_, let x, _), .stretched(let x, _), .shaped(let x, _), .arranged(let x, _),
      .part(let x, _):
      [x]
    case .quotient(let x, let y), .matmul(let x, let y), .relation(_, let x, let y): [x, y]
    case .choice(let condition, let x, let y): [condition, x, y]
    }
  }

  /// How many names and numbers it has: the measure of what one line can hold.
  var size: Int { parts.isEmpty ? 1 : parts.reduce(0) { $0 + $1.size } }

  var isNumber: Bool { if case .number = self { true } else { false } }

  /// True if nothing but numbers stands in it, and the same everywhere.
  var isMadeOfNumbers: Bool {
    switch self {
    case .number: true
    case .shaped, .arranged, .part: false
    case .name, .unnamed, .gradient, .call, .negative, .sum, .product, .quotient, .squared, .matmul,
      .transposed, .relation, .not, .indicator, .choice, .reduced, .stretched:
      !parts.isEmpty && parts.allSatisfy(\.isMadeOfNumbers)
    }
  }

  /// True if an equal formula is of the same tensor.
  private var isDefinite: Bool {
    if case .unnamed = self { false } else { parts.allSatisfy(\.isDefinite) }
  }

  private func isSame(as other: Formula) -> Bool { self == other && !isNumber && isDefinite }

  /// The same elements under another shape, said once.
  func shaped(_ shape: Shape) -> Formula {
    if case .shaped(let x, _) = self { x.shaped(shape) } else { .shaped(self, shape) }
  }
}

// The rules. Numbers and names are formulas as they are.
extension Formula {
  package static func times(_ x: Formula, _ y: Formula) -> Formula {
    if x == .number(1) { return y }
    if y == .number(1) { return x }
    if case .negative(let x) = x { return minus(times(x, y)) }
    if case .negative(let y) = y { return minus(times(x, y)) }
    if case .number(let number) = x, number < 0 { return minus(times(.number(-number), y)) }
    if case .number(let number) = y, number < 0 { return minus(times(x, .number(-number))) }
    if x.isSame(as: y) { return .squared(x) }
    // A number over or under the fraction line, so that factors stay together.
    if case .quotient(.number(1), let count) = x { return over(y, count) }
    if case .quotient(.number(1), let count) = y { return over(x, count) }
    if x.isNumber, case .quotient(let above, let below) = y { return over(times(x, above), below) }
    let factors = x.factors + y.factors
    return .product(factors.filter(\.isNumber) + factors.filter { !$0.isNumber })
  }

  private var factors: [Formula] {
    if case .product(let factors) = self { factors } else { [self] }
  }

  static func over(_ x: Formula, _ y: Formula) -> Formula {
    if y == .number(1) { return x }
    if case .negative(let x) = x { return minus(over(x, y)) }
    if case .number(let number) = x, number < 0 { return minus(over(.number(-number), y)) }
    return .quotient(x, y)
  }

  package static func plus(_ x: Formula, _ y: Formula) -> Formula {
    if x == .number(0) { return y }
    if y == .number(0) { return x }
    if x.isSame(as: y) { return times(.number(2), x) }
    var terms = x.terms
    if let same = terms.firstIndex(where: { y.isSame(as: $0) }) {
      terms[same] = times(.number(2), y)
      return .sum(terms)
    }
    return .sum(terms + y.terms)
  }

  private var terms: [Formula] { if case .sum(let terms) = self { terms } else { [self] } }

  static func minus(_ x: Formula) -> Formula {
    switch x {
    case .negative(let inner): inner
    case .number(let number): .number(-number)
    default: .negative(x)
    }
  }

  static func transpose(_ x: Formula) -> Formula {
    if case .transposed(let inner) = x { return inner }
    if case .matmul(let x, let y) = x { return .matmul(transpose(y), transpose(x)) }
    return x.isMadeOfNumbers ? x : .transposed(x)
  }

  static func opposite(_ condition: Formula) -> Formula {
    if case .not(let inner) = condition { return inner }
    if case .relation(let relation, let x, let y) = condition, let opposite = relation.opposite {
      return .relation(opposite, x, y)
    }
    return .not(condition)
  }

  /// x where the condition holds, else y; a choice of nothing is a mask, as in the notes.
  static func choose(_ condition: Formula, _ x: Formula, _ y: Formula) -> Formula {
    if y == .number(0) { return times(x, .indicator(condition)) }
    if x == .number(0) { return times(y, .indicator(opposite(condition))) }
    return .choice(condition, x, y)
  }
}
