// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How a short text becomes inputs: one for each word of a vocabulary, log(1 + count) times
/// the word's weight.
public struct WordCounts: Sendable, Hashable {
  /// What is counted.
  public enum Unit: String, Sendable, Hashable, CaseIterable {
    /// Runs of letters and figures in lower case, or three characters in a row of such a word with
    /// a `_` before it and behind.
    case words, trigrams
  }

  /// What is counted.
  public var unit: Unit
  /// The vocabulary: each once, byte for byte.
  public var words: [String]
  /// What the logarithm of a word's count is multiplied by: 1 / its standard deviation in the
  /// training rows, at most 5.
  public var weights: [Double]
  /// Whether the last input is 1 where the text is missing.
  public var marksMissing: Bool

  /// Counts of the words of a vocabulary. A mistake in the numbers shows when a file is written:
  /// each word needs a weight.
  public init(unit: Unit, words: [String], weights: [Double], marksMissing: Bool = false) {
    (self.unit, self.words, self.weights) = (unit, words, weights)
    self.marksMissing = marksMissing
  }

  var width: Int { words.count + (marksMissing ? 1 : 0) }

  static let mostWords = 200
  static let largestWeight = 5.0
  /// So much of a text is read.
  private static let mostCharacters = 10_000

  static func tokens(of text: String, _ unit: Unit) -> [String] {
    let words = words(of: text)
    switch unit {
    case .words: return words
    case .trigrams:
      return words.flatMap { word in
        let characters = Array("_\(word)_")
        return (0..<max(characters.count - 2, 0)).map { String(characters[$0..<$0 + 3]) }
      }
    }
  }

  private static func words(of text: String) -> [String] {
    let bytes = text.utf8
    guard bytes.count <= mostCharacters, bytes.allSatisfy({ $0 < 0x80 }) else {
      return text.prefix(mostCharacters).lowercased().split { !$0.isLetter && !$0.isNumber }
        .map(String.init)
    }
    // Most texts are plain: their letters need no tables.
    var words: [String] = [], word: [UInt8] = []
    func end() {
      if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
      word.removeAll(keepingCapacity: true)
    }
    for byte in bytes {
      switch byte {
      case 0x41...0x5A: word.append(byte + 0x20)
      case 0x61...0x7A, 0x30...0x39: word.append(byte)
      case _: end()
      }
    }
    end()
    return words
  }
}

extension WordCounts {
  /// The vocabulary of training rows: words that most rows have one of, else trigrams; nil if
  /// neither comes again from row to row.
  ///
  /// - Parameters:
  ///   - counts: in how many rows each text stands.
  ///   - missingCount: in how many none does.
  init?(texts: some Collection<String>, counts: [Int], missingCount: Int) {
    // Some thousand texts have the words that come again in a million.
    let step = max(1, texts.count / WordCounts.mostTexts)
    if step > 1 {
      let sample = zip(texts, counts).enumerated().filter { $0.offset % step == 0 }.map(\.element)
      self.init(
        texts: sample.map(\.0), counts: sample.map(\.1), missingCount: missingCount)
      return
    }
    for unit in Unit.allCases {
      guard let words = WordCounts(unit, texts, counts, marksMissing: missingCount > 0) else {
        continue
      }
      if 2 * words.coverage(of: texts, counts) >= counts.reduce(0, +) {
        self = words
        return
      }
    }
    return nil
  }

  private struct Sums {
    var rows = 0, sum = 0.0, squares = 0.0
  }

  /// About so many texts are looked at.
  private static let mostTexts = 20_000
  /// A text of a table may have a word of its own in each row: no more words than
  /// these are looked at.
  private static let mostCandidates = 200_000

  private init?(
    _ unit: Unit, _ texts: some Collection<String>, _ counts: [Int], marksMissing: Bool
  ) {
    var sums: [String: Sums] = [:]
    for (text, count) in zip(texts, counts) where count > 0 {
      for (word, times) in WordCounts.counted(text, unit) {
        if sums.count >= WordCounts.mostCandidates, sums[word] == nil { continue }
        let value = log1p(Double(times)), rows = Double(count)
        sums[word, default: Sums()].rows += count
        sums[word]!.sum += rows * value
        sums[word]!.squares += rows * value * value
      }
    }
    let rowCount = counts.reduce(0, +), fewest = max(2, rowCount / 200)
    let kept = sums.filter { $0.value.rows >= fewest && $0.value.rows < rowCount }
      .sorted { ($1.value.rows, $0.key) < ($0.value.rows, $1.key) }
      .prefix(WordCounts.mostWords).sorted { $0.key < $1.key }
    if kept.isEmpty { return nil }
    let weights = kept.map { _, sums in
      let mean = sums.sum / Double(rowCount)
      let variance = sums.squares / Double(rowCount) - mean * mean
      return min(1 / max(variance, 1e-6).squareRoot(), WordCounts.largestWeight)
    }
    self.init(unit: unit, words: kept.map(\.key), weights: weights, marksMissing: marksMissing)
  }

  private static func counted(_ text: String, _ unit: Unit) -> [String: Int] {
    tokens(of: text, unit).reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// How many rows have a word of the vocabulary.
  private func coverage(of texts: some Collection<String>, _ counts: [Int]) -> Int {
    let known = Set(words)
    return zip(texts, counts).reduce(0) { sum, text in
      guard text.1 > 0 else { return sum }
      let isCovered = WordCounts.tokens(of: text.0, unit).contains { known.contains($0) }
      return sum + (isCovered ? text.1 : 0)
    }
  }

  /// The inputs of a text that are not 0: their places and values.
  func inputs(of text: String, _ places: [String: Int]) -> [(place: Int, value: Float)] {
    WordCounts.counted(text, unit).compactMap { word, times in
      places[word].map { ($0, Float(log1p(Double(times)) * weights[$0])) }
    }
  }

  /// Where the words of the vocabulary stand. Letters written in two ways are one
  /// word, as in Swift.
  var places: [String: Int] {
    Dictionary(words.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// Whether texts are more than names: of several words, or long, and mostly letters.
  static func areTexts(_ texts: some Collection<String>) -> Bool {
    var wordCount = 0, letters = 0, figures = 0, count = 0
    for text in texts.prefix(1000) {
      let words = tokens(of: text, .words)
      wordCount += words.count
      for character in words.lazy.joined().prefix(200) {
        if character.isNumber { figures += 1 } else { letters += 1 }
      }
      count += 1
    }
    guard count > 0 else { return false }
    return letters > 2 * figures && (2 * wordCount >= 3 * count || letters >= 20 * count)
  }
}
