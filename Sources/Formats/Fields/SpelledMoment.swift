// SPDX-License-Identifier: Apache-2.0

/// A date, a time of the day, or both, as people write them.
struct SpelledMoment {
  enum Kind { case date, time, dateTime }

  /// What its numbers say about the order of day and month.
  enum Order: Int, CaseIterable {
    /// Nothing: the year stands in front, the month has a name, points separate (the day is then
    /// first), or both numbers are the same.
    case known
    /// 31/1/2024.
    case dayFirst
    /// 1/31/2024.
    case monthFirst
    /// 3/4/2024.
    case either
  }

  let kind: Kind
  private let date: SpelledDate
  /// Of the day, less those by which the place is ahead of UTC.
  private let seconds: Double

  var order: Order { date.order }

  init?(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) {
    var low = start, high = end
    trimBlanks(bytes, &low, &high)
    guard 4...40 ~= high - low else { return nil }
    var index = low
    if let time = clock(bytes, &index, high), index == high {
      (kind, date, seconds) = (.time, .first, time)
      return
    }
    index = low
    guard let date = SpelledDate(bytes, &index, high) else { return nil }
    self.date = date
    if index == high {
      (kind, seconds) = (.date, 0)
      return
    }
    if bytes[index] | 0x20 == UInt8(ascii: "t") {
      index += 1
    } else {
      if bytes[index] == UInt8(ascii: ",") { index += 1 }
      guard index < high, bytes[index] == UInt8(ascii: " ") else { return nil }
      while index < high, bytes[index] == UInt8(ascii: " ") { index += 1 }
    }
    guard let time = clock(bytes, &index, high), let ahead = zone(bytes, &index, high),
      index == high
    else { return nil }
    (kind, seconds) = (.dateTime, time - ahead)
  }

  /// Whether it is a day where the first of two numbers is that of the day, or of the month.
  func fits(isDayFirst: Bool) -> Bool {
    switch order {
    case .known, .either: true
    case .dayFirst: isDayFirst
    case .monthFirst: !isDayFirst
    }
  }

  /// Seconds since 1970-01-01T00:00:00 UTC, or of the day for a time.
  func seconds(isDayFirst: Bool) -> Double {
    Double(date.days(isDayFirst: isDayFirst) * 86_400) + seconds
  }
}

/// A date whose day and month may stand in either order.
private struct SpelledDate {
  let year: Int
  /// Day and month, in this order if it is known, else as they stand.
  let first: Int
  let second: Int
  let order: SpelledMoment.Order

  static let first = SpelledDate(year: 1970, month: 1, day: 1)!

  func days(isDayFirst: Bool) -> Int {
    let inOrder = order == .known || isDayFirst
    return Civil.days(
      year: year, month: inOrder ? second : first, day: inOrder ? first : second)
  }

  private init?(year: Int, month: Int, day: Int) {
    guard Civil.isDay(year: year, month: month, day: day) else { return nil }
    (self.year, first, second, order) = (year, day, month, .known)
  }

  /// Two numbers of which one is the day.
  private init?(year: Int, _ first: Int, _ second: Int) {
    let mayBeDay = Civil.isDay(year: year, month: second, day: first)
    let mayBeMonth = Civil.isDay(year: year, month: first, day: second)
    guard mayBeDay || mayBeMonth else { return nil }
    (self.year, self.first, self.second) = (year, first, second)
    if first == second {
      order = .known
    } else {
      order = mayBeDay ? mayBeMonth ? .either : .dayFirst : .monthFirst
    }
  }

  init?(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) {
    if !isDigit(bytes[index]) {
      // Mar 3, 2024
      guard let month = month(bytes, &index, end) else { return nil }
      if index < end, bytes[index] == UInt8(ascii: ".") { index += 1 }
      guard skipBlank(bytes, &index, end),
        let (day, _) = number(bytes, &index, end, mostDigits: 2)
      else { return nil }
      if index < end, bytes[index] == UInt8(ascii: ",") { index += 1 }
      guard skipBlank(bytes, &index, end),
        case (let year, 4)? = number(bytes, &index, end, mostDigits: 4)
      else { return nil }
      self.init(year: year, month: month, day: day)
      return
    }
    guard let (front, digits) = number(bytes, &index, end, mostDigits: 4), index < end
    else { return nil }
    let sign = bytes[index]
    index += 1
    if digits == 4 {
      // 2024-01-31, 2024/1/31
      guard "-/.".utf8.contains(sign), let (month, _) = number(bytes, &index, end, mostDigits: 2),
        index < end, bytes[index] == sign
      else { return nil }
      index += 1
      guard let (day, _) = number(bytes, &index, end, mostDigits: 2) else { return nil }
      self.init(year: front, month: month, day: day)
      return
    }
    guard digits <= 2 else { return nil }
    while index < end, bytes[index] == UInt8(ascii: " ") { index += 1 }
    guard index < end else { return nil }
    if let month = month(bytes, &index, end) {
      // 3 Mar 2024, 3. March 2024, 3-Mar-2024
      guard " -.".utf8.contains(sign), index < end else { return nil }
      if bytes[index] == UInt8(ascii: ".") { index += 1 }
      guard index < end, bytes[index] == UInt8(ascii: sign == UInt8(ascii: "-") ? "-" : " ")
      else { return nil }
      index += 1
      guard let (year, digits) = number(bytes, &index, end, mostDigits: 4), digits != 3, digits > 1
      else { return nil }
      self.init(year: digits == 2 ? century(year) : year, month: month, day: front)
      return
    }
    // 31.1.2024, 31/1/2024, 1/31/2024, 1/31/24
    guard "-/.".utf8.contains(sign), let (middle, _) = number(bytes, &index, end, mostDigits: 2),
      index < end, bytes[index] == sign
    else { return nil }
    index += 1
    guard let (back, length) = number(bytes, &index, end, mostDigits: 4) else { return nil }
    switch (sign, length) {
    case (UInt8(ascii: "."), 4): self.init(year: back, month: middle, day: front)
    case (_, 4): self.init(year: back, front, middle)
    case (UInt8(ascii: "/"), 2): self.init(year: century(back), front, middle)
    default: return nil
    }
  }
}

/// A year of two digits: 69 to 99 are of the last century (POSIX, `strptime`).
private func century(_ year: Int) -> Int { year + (year < 69 ? 2000 : 1900) }

private func number(
  _ bytes: Span<UInt8>, _ index: inout Int, _ end: Int, mostDigits: Int
) -> (Int, digits: Int)? {
  var number = 0, digits = 0
  while index < end, isDigit(bytes[index]) {
    guard digits < mostDigits else { return nil }
    number = number * 10 + Int(bytes[index] - UInt8(ascii: "0"))
    digits += 1
    index += 1
  }
  return digits > 0 ? (number, digits) : nil
}

private func month(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Int? {
  var stop = index
  while stop < end, (bytes[stop] | 0x20) &- UInt8(ascii: "a") < 26 { stop += 1 }
  guard let month = Civil.month(bytes, index, stop) else { return nil }
  index = stop
  return month
}

private func skipBlank(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
  guard index < end, bytes[index] == UInt8(ascii: " ") else { return false }
  index += 1
  return index < end
}

/// A time of the day in seconds: 12:30, 12:30:15.5, 1:05 pm, 1 PM; 24:00 is the end of the day.
private func clock(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Double? {
  guard let (hour, _) = number(bytes, &index, end, mostDigits: 2) else { return nil }
  var seconds = 0.0, hasMinutes = false
  if index < end, bytes[index] == UInt8(ascii: ":") {
    index += 1
    guard case (let minute, 2)? = number(bytes, &index, end, mostDigits: 2), minute < 60
    else { return nil }
    (seconds, hasMinutes) = (Double(minute * 60), true)
    if index < end, bytes[index] == UInt8(ascii: ":") {
      index += 1
      guard case (let second, 2)? = number(bytes, &index, end, mostDigits: 2), second <= 60
      else { return nil }
      seconds += Double(second) + fraction(bytes, &index, end)
    }
  }
  guard let half = halfOfDay(bytes, &index, end) else {
    return hasMinutes && (hour < 24 || hour == 24 && seconds == 0)
      ? Double(hour * 3600) + seconds : nil
  }
  return 1...12 ~= hour ? Double((hour % 12 + half) * 3600) + seconds : nil
}

/// Digits behind a point or a comma.
private func fraction(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Double {
  guard index + 1 < end, bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ","),
    isDigit(bytes[index + 1])
  else { return 0 }
  let start = index
  index += 1
  while index < end, isDigit(bytes[index]) { index += 1 }
  return Decimal(bytes, start, index, point: bytes[start])?.double(bytes) ?? 0
}

/// 0 for am, a.m. and AM, 12 for pm; nil, and nothing is read, if neither stands there.
private func halfOfDay(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Int? {
  var position = index
  func skip(_ byte: UInt8) {
    if position < end, bytes[position] == byte { position += 1 }
  }
  skip(UInt8(ascii: " "))
  guard position < end else { return nil }
  let half = bytes[position] | 0x20
  guard half == UInt8(ascii: "a") || half == UInt8(ascii: "p") else { return nil }
  position += 1
  skip(UInt8(ascii: "."))
  guard position < end, bytes[position] | 0x20 == UInt8(ascii: "m") else { return nil }
  position += 1
  skip(UInt8(ascii: "."))
  index = position
  return half == UInt8(ascii: "a") ? 0 : 12
}

/// The seconds by which a place is ahead of UTC: Z, UTC, +01:00, -0530, +01; 0 if nothing stands
/// there, nil for what is no zone.
private func zone(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Double? {
  while index < end, bytes[index] == UInt8(ascii: " ") { index += 1 }
  if index == end { return 0 }
  let start = index
  if (bytes[start] | 0x20) &- UInt8(ascii: "a") < 26 {
    let text = (start..<min(end, start + 4)).map { bytes[$0] & 0xDF }
    index = end
    return ["Z", "UTC", "GMT"].contains { text.elementsEqual($0.utf8) } ? 0 : nil
  }
  guard bytes[start] == UInt8(ascii: "+") || bytes[start] == UInt8(ascii: "-") else { return nil }
  index += 1
  guard case (let hours, 2)? = number(bytes, &index, min(end, index + 2), mostDigits: 2)
  else { return nil }
  if index < end, bytes[index] == UInt8(ascii: ":") { index += 1 }
  var minutes = 0
  if index < end {
    guard case (let written, 2)? = number(bytes, &index, end, mostDigits: 2) else { return nil }
    minutes = written
  }
  guard hours <= 14, minutes < 60 else { return nil }
  let ahead = Double((hours * 60 + minutes) * 60)
  return bytes[start] == UInt8(ascii: "-") ? -ahead : ahead
}
