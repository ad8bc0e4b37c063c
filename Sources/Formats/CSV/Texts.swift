// SPDX-License-Identifier: Apache-2.0

/// The categories of a column: a collection of strings that takes little more memory than their
/// letters, and makes each string when it is asked for.
///
/// Numbers come first, by value (2 before 10), then all other texts in alphabetical order (of
/// their UTF-8 bytes). Numbers written in two ways, "1" and "01", are two texts. So are letters
/// that are written in two ways, though `==` of Swift says that they are equal.
///
/// ```swift
/// let table = try CSV.table(from: Array("size\nlarge\n10\n2\n".utf8), header: true)
/// if case .categorical(let codes, let categories) = table.columns[0].values {
///   print(codes, Array(categories))
/// }
/// // [2, 1, 0] ["2", "10", "large"]
/// ```
public struct Texts: RandomAccessCollection, Sendable {
  private let text: Bytes
  /// Text i, as it appeared, ends here and starts where the one before ends.
  private let ends: ContiguousArray<UInt32>
  /// Which of them comes first, second, ...; empty if they appeared in order.
  private let order: ContiguousArray<Int32>

  /// 0.
  public var startIndex: Int { 0 }
  /// How many texts there are.
  public var endIndex: Int { ends.count }

  /// A text by its number, which is the code of the rows that hold it.
  public subscript(position: Int) -> String {
    let number = order.isEmpty ? position : Int(order[position])
    return String(decoding: text[Texts.range(number, ends)], as: UTF8.self)
  }

  private static func range(_ number: Int, _ ends: ContiguousArray<UInt32>) -> Range<Int> {
    (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])
  }

  init(_ text: Bytes, _ ends: ContiguousArray<UInt32>, point: UInt8) {
    (self.text, self.ends) = (text, ends)
    let bytes = text.span
    func number(_ index: Int32) -> Decimal? {
      let range = Texts.range(Int(index), ends)
      return Decimal(bytes, range.lowerBound, range.upperBound, point: point)
    }
    var order = ContiguousArray(0..<Int32(ends.count))
    // In one go: parts of an array are sorted in a copy of it.
    order.sort {
      let (a, b) = (number($0), number($1))
      if let a, let b, case let order = Decimal.order(a, bytes, b, bytes), order != 0 {
        return order < 0
      }
      if (a == nil) != (b == nil) { return a != nil }
      return text[Texts.range(Int($0), ends)]
        .lexicographicallyPrecedes(text[Texts.range(Int($1), ends)])
    }
    self.order = order.indices.allSatisfy { Int(order[$0]) == $0 } ? [] : order
  }

  /// For each text, as it appeared, its place in the order; nil if that is its number.
  var places: ContiguousArray<Int32>? {
    if order.isEmpty { return nil }
    var places = ContiguousArray<Int32>(repeating: 0, count: order.count)
    for (place, number) in order.enumerated() { places[Int(number)] = Int32(place) }
    return places
  }
}
