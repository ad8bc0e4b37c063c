// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Schedule: CustomStringConvertible {
  /// What a person would say of it: "cosine from 0.1 to 0 over 1000 steps after a warm-up of 100".
  public var description: String { words(Unit(noun: "step", size: "")) }

  /// What is counted: steps or epochs, and of how many steps.
  private struct Unit {
    let noun: String
    let size: String

    func counting(_ count: Int) -> String { counted(count, noun) + size }

    /// "step", "10 steps".
    func each(_ count: Int) -> String { count == 1 ? noun + size : counting(count) }
  }

  private func words(_ unit: Unit) -> String {
    switch form {
    case .constant(let rate): "constant \(plain(rate))"
    case .steps(let start, let factor, let every):
      "\(plain(start)), times \(plain(factor)) every \(unit.each(every))"
    case .milestones(let start, let factor, let places):
      "\(plain(start)), times \(plain(factor)) at "
        + (places.isEmpty ? "no \(unit.noun)" : unit.noun + (places.count == 1 ? " " : "s "))
        + places.map { "\($0)" }.joined(separator: ", ") + unit.size
    case .exponential(let start, let factor, let every):
      "exponential from \(plain(start)), times \(plain(factor)) in \(unit.counting(every))"
    case .polynomial(let start, let end, let steps, let power):
      (power == 1 ? "linear" : "polynomial of power \(plain(power))")
        + " from \(plain(start)) to \(plain(end)) over \(unit.counting(steps))"
    case .cosine(let start, let end, let steps):
      "cosine from \(plain(start)) to \(plain(end)) over \(unit.counting(steps))"
    case .restarted(let start, let end, let steps, let lengthening):
      "cosine from \(plain(start)) to \(plain(end)) restarted every \(unit.each(steps))"
        + (lengthening == 1 ? "" : ", each time \(lengthening) times as long")
    case .oneCycle(let cycle):
      "one \(cycle.isLinear ? "linear " : "")cycle to \(plain(cycle.peak)) over "
        + unit.counting(cycle.steps)
    case .warmedUp(let rest, let steps, let share):
      "\(rest.part(unit)) after a warm-up of \(steps)"
        + (share == 0 ? "" : " from \(plain(share)) times that")
    case .sequence(let first, let steps, let next):
      "\(first.part(unit)) for \(unit.counting(steps)), then \(next.words(unit))"
    case .scaled(let rest, let factor): "\(plain(factor)) times (\(rest.words(unit)))"
    case .inEpochs(let rest, let steps):
      rest.words(Unit(noun: "epoch", size: " of \(unit.counting(steps))"))
    case .reduced(let rest, let plateau): "\(rest.part(unit)), \(plateau)"
    }
  }

  /// In parentheses where the words of a whole would run into those around.
  private func part(_ unit: Unit) -> String {
    switch form {
    case .warmedUp, .sequence, .reduced: "(\(words(unit)))"
    case .constant, .steps, .milestones, .exponential, .polynomial, .cosine, .restarted, .oneCycle,
      .scaled, .inEpochs:
      words(unit)
    }
  }
}

/// A number without the ".0" of a whole one.
func plain<Number: BinaryFloatingPoint & CustomStringConvertible>(_ number: Number) -> String {
  let text = number.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
