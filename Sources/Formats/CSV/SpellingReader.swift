// SPDX-License-Identifier: Apache-2.0

/// Reads fields of one spelling. Without a string in it: it is asked for each field.
struct SpellingReader {
  let notation: Table.Notation
  let point: UInt8
  private let isDayFirst: Bool
  private let currency: Unit?

  init(_ spelling: Table.Spelling) {
    (notation, isDayFirst) = (spelling.notation, spelling.isDayFirst)
    point = UInt8(ascii: spelling.isDecimalComma ? "," : ".")
    currency = spelling.currency.flatMap(Unit.init(code:))
  }

  /// A number without any sign but its own, as most are; nil says nothing.
  func decimal(_ bytes: Span<UInt8>, _ field: Field) -> Decimal? {
    switch notation {
    case .plain, .currency:
      field.hasDoubledQuotes ? nil : Decimal(bytes, field.start, field.end, point: point)
    case .percent, .date, .time, .dateTime: nil
    }
  }

  /// The number in a field; nil if the field does not fit.
  func number(_ bytes: Span<UInt8>, _ field: Field) -> Double? {
    if field.hasDoubledQuotes { return nil }
    switch notation {
    case .plain, .currency:
      let number = Decimal.quick(bytes, field.start, field.end, point: point)
      if let number { return number }
    case .percent, .date, .time, .dateTime: break
    }
    if let decimal = decimal(bytes, field) { return decimal.double(bytes) }
    switch notation {
    case .plain, .percent, .currency:
      guard let number = SpelledNumber(bytes, field.start, field.end), number.fits(point: point),
        fits(number.unit)
      else { return nil }
      return number.double(bytes, point: point)
    case .date, .time, .dateTime:
      guard let moment = SpelledMoment(bytes, field.start, field.end), fits(moment)
      else { return nil }
      return moment.seconds(isDayFirst: isDayFirst)
    }
  }

  private func fits(_ unit: Unit) -> Bool {
    switch notation {
    case .percent: unit == .percent
    case .currency: unit == .none || unit.isCurrency && (currency == nil || currency == unit)
    case .plain, .date, .time, .dateTime: unit == .none
    }
  }

  private func fits(_ moment: SpelledMoment) -> Bool {
    guard moment.fits(isDayFirst: isDayFirst) else { return false }
    switch moment.kind {
    case .date: return notation == .date || notation == .dateTime
    case .time: return notation == .time
    case .dateTime: return notation == .dateTime
    }
  }
}
