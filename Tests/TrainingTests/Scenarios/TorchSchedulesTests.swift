// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Rates of PyTorch's schedulers: see Scripts/fixtures/schedules.py.
struct TorchSchedulesTests {
  private struct Case: CustomTestStringConvertible {
    let kind: Substring
    let settings: [Double]
    let rates: [Double]
    let watched: [Double]

    init(_ line: Substring) {
      let parts = line.split(separator: "|").map { $0.split(separator: " ") }
      kind = parts[0][0]
      settings = parts[1].map { Double($0)! }
      rates = parts[2].map { Double($0)! }
      watched = parts.count > 3 ? parts[3].map { Double($0)! } : []
    }

    var testDescription: String { "\(kind) \(settings)" }

    /// PyTorch's numbers in the order of the script.
    var schedule: Schedule {
      let s = settings, rate = Float(s[0])
      switch kind {
      case "step": return .step(from: rate, factor: s[1], every: Int(s[2]))
      case "milestones":
        return .milestones(from: rate, factor: s[1], at: s.dropFirst(2).map { Int($0) })
      case "exponential": return .exponential(from: rate, factor: s[1])
      case "polynomial": return .polynomial(from: rate, to: 0, over: Int(s[1]), power: s[2])
      case "linear":
        return .linear(from: rate * Float(s[1]), to: rate * Float(s[2]), over: Int(s[3]))
      case "cosine": return .cosine(from: rate, to: Float(s[1]), over: Int(s[2]))
      case "restarts":
        return .cosine(
          from: rate, to: Float(s[1]), restartedEvery: Int(s[2]), lengthening: Int(s[3]))
      case "warmup":
        return .cosine(from: rate, to: Float(s[3]), over: Int(s[4]))
          .warmedUp(over: Int(s[2]), from: s[1])
      case "sequence":
        return .linear(from: rate * Float(s[1]), to: rate, over: Int(s[2]))
          .then(.exponential(from: rate, factor: s[4]), after: Int(s[3]))
          .then(.step(from: rate, factor: s[6], every: Int(s[7])), after: Int(s[5]))
      case "cycle":
        return .oneCycle(
          to: rate, over: Int(s[1]), rise: s[2], start: 1 / s[3], end: 1 / (s[3] * s[4]),
          isLinear: s[5] == 1)
      default:
        return .constant(rate).reduced(
          on: Plateau(
            factor: s[1], patience: Int(s[2]),
            threshold: s[4] > 0 ? .relative(s[3]) : .absolute(s[3]), cooldown: Int(s[5]),
            least: s[6], isBetterWhenLarger: s[7] == 1))
      }
    }
  }

  private static let cases = Fixture.lines("schedules.txt").map { Case($0) }

  @Test func everyKindIsThere() {
    let kinds = ["step", "milestones", "exponential", "polynomial", "linear", "cosine"]
    let others = ["restarts", "warmup", "sequence", "cycle", "plateau"]
    #expect(Set(Self.cases.map { String($0.kind) }) == Set(kinds + others))
  }

  @Test(arguments: cases)
  private func ratesArePyTorchs(_ sample: Case) {
    let schedule = sample.schedule
    for (step, expected) in sample.rates.enumerated() {
      let found = Double(schedule.rate(at: step, after: Array(sample.watched.prefix(step + 1))))
      #expect(abs(found - expected) <= 1e-6 * expected, "step \(step): \(found), not \(expected)")
    }
  }
}
