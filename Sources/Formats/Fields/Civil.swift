// SPDX-License-Identifier: Apache-2.0

/// Days of the Gregorian calendar, counted from 1970-01-01.
enum Civil {
  /// Years begin in March here, so that the day that comes and goes is their last one.
  ///
  /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
  static func days(year: Int, month: Int, day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func isDay(year: Int, month: Int, day: Int) -> Bool {
    guard 1...12 ~= month, day >= 1 else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    return day <= lengths
  }

  /// 1 to 12 for the first three letters of an English month, or its whole name.
  static func month(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    guard 3...9 ~= end - start else { return nil }
    return names.firstIndex { name in
      (end - start == 3 || end - start == name.count)
        && (start..<end).allSatisfy { bytes[$0] | 0x20 == name[$0 - start] }
    }.map { $0 + 1 }
  }

  private static let names: [[UInt8]] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ].map { Array($0.utf8) }
}
