// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// Extents as a user writes them: "64x784x50", "784-50-10", "64,32".
struct ExtentList {
  let extents: [Int]

  init(parsing text: String, separator: Character, counts: ClosedRange<Int>, largest: Int) throws {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard counts.contains(parts.count) else {
      let wanted =
        counts.count == 1
        ? "\(counts.lowerBound)" : "from \(counts.lowerBound) to \(counts.upperBound)"
      throw ValidationError(
        "'\(text)': \(wanted) numbers with '\(separator)' between them are wanted.")
    }
    extents = try parts.map { part in
      // Int(_:) also takes a sign.
      guard let extent = Int(part), part.first?.isNumber == true, (1...largest).contains(extent)
      else { throw ValidationError("'\(part)' is not an integer from 1 to \(largest).") }
      return extent
    }
  }
}

/// One of the words that an option knows; the error lists them and the one that was probably meant.
func chosen<Value: RawRepresentable & CaseIterable>(
  _ text: String
) throws -> Value where Value.RawValue == String {
  if let value = Value(rawValue: text) { return value }
  throw ValidationError(unknownWord(text, among: Value.allCases.map(\.rawValue)))
}

/// What a shell offers for an option that knows some words.
func words<Value: RawRepresentable & CaseIterable>(
  of _: Value.Type
) -> CompletionKind where Value.RawValue == String {
  .list(Value.allCases.map(\.rawValue))
}

/// "one of a, b, c is wanted; did you mean "b"?"
func unknownWord(_ text: String, among words: [String]) -> String {
  "one of \(words.joined(separator: ", ")) is wanted" + suggestion(for: text, in: words)
}

/// What a message adds where a name is none of those that are known: `; did you mean "price"?`, or
/// nothing if none is near.
func suggestion(for name: String, in names: some Sequence<String>) -> String {
  name.nearest(among: Array(names)).map { "; did you mean \($0.quoted)?" } ?? ""
}

/// Throws a usage error unless something holds.
func require(_ holds: Bool, _ message: @autoclosure () -> String) throws {
  if !holds { throw ValidationError(message()) }
}

/// Texts of an option that is given several times, or once with commas between them.
func listed(_ texts: [String]) -> [String] {
  texts.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
}

#endif
