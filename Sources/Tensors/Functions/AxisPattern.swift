// SPDX-License-Identifier: Apache-2.0

/// A pattern of axes, "b (h 2) w -> b h w": how the axes of a tensor are split on the left, and how
/// they are put together on the right.
package struct AxisPattern {
  /// What the user called, for messages.
  let operation: String
  private let text: [Character]
  private(set) var left: [Group] = []
  private(set) var right: [Group] = []

  /// An axis of the tensor or of the result: made of one axis, of several in parentheses, or of
  /// none, which is an axis of extent 1.
  struct Group {
    var axes: [Axis]
    /// Where it stands.
    var place: Range<Int>
  }

  struct Axis {
    enum Kind: Hashable {
      case name(String)
      case count(Int)
      /// As many axes as are not named.
      case ellipsis
    }
    let kind: Kind
    let place: Range<Int>
  }

  /// A mistake with the pattern and carets under a place of it.
  func mistake(_ problem: String, at place: Range<Int>, fix: String) -> Mistake {
    let start = Swift.min(place.lowerBound, text.count)
    let carets = String(repeating: "^", count: Swift.max(1, place.count))
    let excerpt = "    \(String(text))\n    \(String(repeating: " ", count: start))\(carets)"
    return Mistake(operation, problem, fix: fix, excerpt: excerpt)
  }

  /// What stands at a place.
  func text(at place: Range<Int>) -> String { String(text[place]) }

  var place: Range<Int> { 0..<text.count }

  /// From the first group of the left side to its last.
  var placeOfLeft: Range<Int> {
    guard let first = left.first, let last = left.last else { return 0..<1 }
    return first.place.lowerBound..<last.place.upperBound
  }

  package init(_ pattern: String, in operation: String) throws(Mistake) {
    self.operation = operation
    text = Array(pattern)
    let tokens = try tokens()
    let arrows = tokens.indices.filter { tokens[$0].kind == .arrow }
    guard let arrow = arrows.first else {
      throw mistake(
        "the pattern has no arrow", at: text.count..<text.count,
        fix: "write the axes of the tensor, ->, and the axes of the result")
    }
    if arrows.count > 1 {
      throw mistake(
        "the pattern has two arrows", at: tokens[arrows[1]].place, fix: "write one ->")
    }
    left = try groups(tokens[..<arrow])
    right = try groups(tokens[(arrow + 1)...])
    if let group = left.first(where: { $0.holdsEllipsis && text(at: $0.place) != "..." }) {
      throw mistake(
        "an ellipsis within parentheses on the left says not how an axis is split",
        at: group.place, fix: "write it without parentheses there")
    }
  }

  // MARK: Reading

  private struct Token {
    enum Kind: Equatable {
      case arrow, open, close
      case axis(Axis.Kind)
    }
    let kind: Kind
    let place: Range<Int>
  }

  private func tokens() throws(Mistake) -> [Token] {
    var tokens: [Token] = [], start = 0
    while start < text.count {
      let first = text[start]
      var end = start + 1
      if first == " " {
        start = end
        continue
      }
      let kind: Token.Kind
      if first == "(" {
        kind = .open
      } else if first == ")" {
        kind = .close
      } else if text[start...].starts(with: "->") {
        kind = .arrow
        end = start + 2
      } else if text[start...].starts(with: "...") {
        kind = .axis(.ellipsis)
        end = start + 3
      } else {
        end += text[end...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }.count
        kind = .axis(try word(start..<end))
      }
      tokens.append(Token(kind: kind, place: start..<end))
      start = end
    }
    return tokens
  }

  /// A name or a number.
  private func word(_ place: Range<Int>) throws(Mistake) -> Axis.Kind {
    let word = String(text[place])
    if text[place.lowerBound].isLetter { return .name(word) }
    if let count = Int(word), count > 0, text[place.lowerBound].isNumber { return .count(count) }
    let isNumber = text[place.lowerBound].isNumber
    throw mistake(
      isNumber ? "\(word) is no extent" : "\(word) begins no axis", at: place,
      fix: "axes are names of letters and digits, numbers from 1, ..., and groups in parentheses")
  }

  private func groups(_ tokens: ArraySlice<Token>) throws(Mistake) -> [Group] {
    var groups: [Group] = [], unfinished: Group?, seen: Set<Axis.Kind> = []
    for token in tokens {
      switch token.kind {
      case .open:
        if unfinished != nil {
          throw mistake(
            "parentheses within parentheses", at: token.place, fix: "close the group first")
        }
        unfinished = Group(axes: [], place: token.place)
      case .close:
        guard var group = unfinished else {
          throw mistake(
            "nothing is open that could be closed", at: token.place, fix: "drop the parenthesis")
        }
        group.place = group.place.lowerBound..<token.place.upperBound
        groups.append(group)
        unfinished = nil
      case .axis(let kind):
        // Names and the ellipsis say which axis is meant, numbers do not.
        if case .count = kind {
        } else if !seen.insert(kind).inserted {
          throw mistake(
            "\(text(at: token.place)) stands twice on one side", at: token.place,
            fix: "name each axis once on each side")
        }
        let axes = kind == .count(1) ? [] : [Axis(kind: kind, place: token.place)]
        if unfinished == nil {
          groups.append(Group(axes: axes, place: token.place))
        } else {
          unfinished?.axes += axes
        }
      case .arrow: break
      }
    }
    if let unfinished {
      throw mistake(
        "the parenthesis is not closed", at: unfinished.place,
        fix: "close it on its side of the arrow")
    }
    return groups
  }
}

extension AxisPattern.Group {
  var holdsEllipsis: Bool { axes.contains { $0.kind == .ellipsis } }
}
