// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a line says of a column.
struct ColumnSummary {
  enum Content {
    case numbers(Spread)
    /// The most frequent ones first.
    case categories([(name: String, count: Int)])
  }

  let content: Content
  private let notation: Table.Notation

  init(_ column: Table.Column) {
    notation = column.notation
    switch column.values {
    case .numeric(let numbers):
      content = .numbers(Spread(of: numbers))
    case .categorical:
      content = .categories(column.mostFrequent(.max).map { ($0.text, $0.count) })
    }
  }

  /// "numbers", "dates", "categories"
  var kind: String {
    switch (content, notation) {
    case (.categories, _): "categories"
    case (.numbers, .plain): "numbers"
    case (.numbers, .percent): "percent"
    case (.numbers, .currency): "currency"
    case (.numbers, .date): "dates"
    case (.numbers, .time): "times"
    case (.numbers, .dateTime): "moments"
    }
  }

  /// Least and largest, and the mean if asked for; or the most frequent categories.
  func values(withMean: Bool) -> String {
    switch content {
    case .numbers(let spread):
      guard let range = spread.range else { return "none" }
      let ends = "\(text(range.lowerBound)) to \(text(range.upperBound))"
      return isDated || !withMean ? ends : ends + ", mean \(spread.mean.brief)"
    case .categories(let categories):
      if categories.isEmpty { return "none" }
      let names = categories.prefix(5).map { "\($0.name.cut(to: 16)) \($0.count)" }
      let rest = categories.count - names.count
      return names.joined(separator: ", ") + (rest > 0 ? ", \(rest) more" : "")
    }
  }

  var bars: String {
    switch content {
    case .numbers(let spread): spread.range == nil ? "" : spread.bars
    case .categories(let categories):
      Spread.bars(categories.prefix(Spread.bins).map(\.count))
    }
  }

  private var isDated: Bool {
    switch notation {
    case .plain, .percent, .currency: false
    case .date, .time, .dateTime: true
    }
  }

  private func text(_ number: Double) -> String {
    // Beyond what calendars know.
    guard isDated, number.magnitude < 1e12 else { return number.brief }
    let moment = Date(timeIntervalSince1970: number).formatted(.iso8601)
    return switch notation {
    case .date: String(moment.prefix { $0 != "T" })
    case .time: String(moment.drop { $0 != "T" }.dropFirst().prefix { $0 != "Z" })
    case .plain, .percent, .currency, .dateTime: moment.replacing("T", with: " ")
    }
  }
}

#endif
