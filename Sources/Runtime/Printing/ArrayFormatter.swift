// SPDX-License-Identifier: Apache-2.0

/// An element that ``ArrayFormatter`` can print: `Float`, `Double`, `Int32` and `Bool`.
package protocol PrintedElement {
  /// The texts of the elements that are shown together, all of one width.
  static func column(of elements: [Self]) -> [String]

  /// The text of an element that stands alone, in a tensor of rank 0.
  var alone: String { get }
}

/// Prints an array as NumPy's `str(array)` does, with NumPy's default print options.
///
/// Above a thousand elements only three items at each end of an axis are shown. Elements that are
/// not shown are never asked for, so a long array prints as fast as a short one.
package struct ArrayFormatter {
  private static let summaryThreshold = 1000
  private static let edgeItems = 3
  private static let lineWidth = 75

  private let shape: [Int]
  private let strides: [Int]
  private let summarizes: Bool
  private var text: [UInt8] = []
  private var column = 0

  /// The text of a row-major array.
  ///
  /// - Parameters:
  ///   - shape: the extent of each axis.
  ///   - element: the element at a row-major position; called once for each element shown.
  package static func description<T: PrintedElement>(
    shape: [Int], element: (Int) -> T
  ) -> String {
    if shape.isEmpty { return element(0).alone }
    if shape.contains(0) { return "[]" }
    var formatter = ArrayFormatter(shape: shape)
    var shown: [T] = []
    formatter.visit(axis: 0, from: 0) { shown.append(element($0)) }
    var words = T.column(of: shown).makeIterator()
    formatter.write(axis: 0, words: &words)
    return String(decoding: formatter.text, as: UTF8.self)
  }

  private init(shape: [Int]) {
    self.shape = shape
    var strides = shape
    var count = 1
    for axis in shape.indices.reversed() {
      strides[axis] = count
      count *= shape[axis]
    }
    self.strides = strides
    summarizes = count > Self.summaryThreshold
  }

  /// The indices shown along an axis before the dots and after them; without dots, all are after.
  private func shownIndices(along axis: Int) -> (before: Range<Int>, after: Range<Int>) {
    let extent = shape[axis]
    guard summarizes && extent > 2 * Self.edgeItems else { return (0..<0, 0..<extent) }
    return (0..<Self.edgeItems, (extent - Self.edgeItems)..<extent)
  }

  private func visit(axis: Int, from start: Int, _ body: (Int) -> Void) {
    if axis == shape.count { return body(start) }
    let (before, after) = shownIndices(along: axis)
    for indices in [before, after] {
      for index in indices {
        visit(axis: axis + 1, from: start + index * strides[axis], body)
      }
    }
  }

  /// Writes the brackets of `axis` and all within; `words` come in the order of `visit`.
  private mutating func write(axis: Int, words: inout IndexingIterator<[String]>) {
    append("[")
    let (before, after) = shownIndices(along: axis)
    let isRow = axis == shape.count - 1
    var isFirst = true
    for indices in [before, after] {
      if indices.isEmpty { continue }
      if indices == after && !before.isEmpty {
        isRow ? appendWord("...", axis: axis, isFirst: false) : appendBlock("...", axis: axis)
      }
      for _ in indices {
        if isRow {
          appendWord(words.next()!, axis: axis, isFirst: isFirst)
        } else {
          if !isFirst { appendBlock("", axis: axis) }
          write(axis: axis + 1, words: &words)
        }
        isFirst = false
      }
    }
    append("]")
  }

  /// Starts an item of an axis that is not the last: deeper items are set apart by blank lines.
  private mutating func appendBlock(_ word: String, axis: Int) {
    for _ in 1..<(shape.count - axis) { append("\n") }
    append(indentation(axis))
    append(word)
  }

  /// Adds a word to a row, on a new line if the brackets that may follow would not fit otherwise.
  private mutating func appendWord(_ word: String, axis: Int, isFirst: Bool) {
    if !isFirst { append(" ") }
    let roomForBrackets = axis + 1
    let wraps = column + word.utf8.count > Self.lineWidth - roomForBrackets
    // A word that is too long for a fresh line, too, stays where it is.
    if wraps && column > axis + 1 {
      while text.last == UInt8(ascii: " ") { text.removeLast() }
      append("\n")
      append(indentation(axis))
    }
    append(word)
  }

  private func indentation(_ axis: Int) -> String { String(repeating: " ", count: axis + 1) }

  private mutating func append(_ word: String) {
    text.append(contentsOf: word.utf8)
    column = word == "\n" ? 0 : column + word.utf8.count
  }
}

extension Int32: PrintedElement {
  package static func column(of elements: [Int32]) -> [String] {
    let words = elements.map(\.description)
    let width = words.lazy.map(\.utf8.count).max() ?? 0
    return words.map { $0.padded(toWidth: width) }
  }

  package var alone: String { description }
}

extension Bool: PrintedElement {
  package static func column(of elements: [Bool]) -> [String] {
    // Always as wide as "False", also where every element is true.
    elements.map { $0 ? " True" : "False" }
  }

  package var alone: String { self ? "True" : "False" }
}

extension String {
  /// The same ASCII text with blanks before it until it is `width` wide.
  func padded(toWidth width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - utf8.count)) + self
  }
}
