// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How a date or a time becomes inputs: where it stands in time, and sine and cosine of where it
/// stands in the year, the week and the day.
public struct DateCoding: Sendable, Hashable {
  /// What comes again and again.
  public enum Cycle: String, Sendable, Hashable, CaseIterable {
    /// From January to December, from Monday to Sunday, from midnight to midnight.
    case year, week, day
  }

  /// The seconds since 1970, standardised.
  public var position: Standardization
  /// The cycles that have inputs: those in which the training rows differ.
  public var cycles: [Cycle]

  /// Inputs for dates.
  public init(position: Standardization, cycles: [Cycle] = []) {
    (self.position, self.cycles) = (position, cycles)
  }

  var width: Int { position.width + 2 * cycles.count }

  /// Fitted to the seconds of training rows, NaN where one is missing; nil if they do not differ.
  init?(fitting seconds: [Double]) {
    guard let position = Standardization(fitting: seconds) else { return nil }
    let present = seconds.filter(\.isFinite)
    let range = Moments(present).range
    let span = range.upperBound - range.lowerBound
    // A short part of a cycle is but another position.
    let cycles = Cycle.allCases.filter { cycle in
      guard span >= cycle.length / 4, let first = cycle.phase(present[0]) else { return false }
      return present.contains { cycle.phase($0) != first }
    }
    self.init(position: position, cycles: cycles)
  }
}

extension DateCoding.Cycle {
  fileprivate static let secondsOfDay = 86400.0

  fileprivate var length: Double {
    switch self {
    case .year: 365.25 * Self.secondsOfDay
    case .week: 7 * Self.secondsOfDay
    case .day: Self.secondsOfDay
    }
  }

  /// How much of the cycle has passed, from 0 up to 1; nil beyond what calendars know. Of years and
  /// weeks days are counted, of days seconds.
  func phase(_ seconds: Double) -> Double? {
    guard seconds.magnitude < 1e13 else { return nil }
    let day = Int((seconds / Self.secondsOfDay).rounded(.down))
    switch self {
    case .day:
      return (seconds - Double(day) * Self.secondsOfDay) / Self.secondsOfDay
    case .week:
      // 1970 began with a Thursday.
      return Double(((day + 3) % 7 + 7) % 7) / 7
    case .year:
      // Source: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days;
      // years begin in March there, and so does the count of days here.
      let shifted = day + 719_468
      let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
      let dayOfEra = shifted - era * 146_097
      let year =
        (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
      let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
      return Double(dayOfYear) / 366
    }
  }

  /// Sine and cosine; both 0 where the date is missing or none.
  func inputs(_ seconds: Double) -> (sine: Double, cosine: Double) {
    guard let phase = phase(seconds) else { return (0, 0) }
    let angle = 2 * Double.pi * phase
    return (sin(angle), cos(angle))
  }
}
