// SPDX-License-Identifier: Apache-2.0

/// How a table is to be read, as far as a caller says so.
struct TableOptions {
  var separator: Character?
  var decimal: Character?
  var isDayFirst: Bool?
  var header: Bool?
  var skip = 0
  var comment: Character?
  var types: [String: Table.Kind] = [:]
  var notations: [String: Table.Notation] = [:]
  var spellings: [String: Table.Spelling] = [:]
  /// Those that are usual if nil.
  var missing: [String]?
  var reading = CSV.Reading.exact

  /// The separator as the one byte that it must be.
  func separatorByte(_ source: ByteSource) throws(FileError) -> UInt8? {
    // CR LF is one character to Swift, and its ASCII value that of LF: it is none of one byte.
    let given = separator.map { $0.utf8.count == 1 ? $0.utf8.first! : 0 }
    if let separator, let given, !Opening.isSeparator(given) {
      throw source.malformed(
        "\(separator.debugDescription) cannot separate fields: it ends lines, quotes texts or "
          + "stands in numbers and words; use one as ',', ';', '|' or a tab")
    }
    return given
  }

  /// What begins comments as the one byte that it must be.
  func commentByte(_ source: ByteSource) throws(FileError) -> UInt8? {
    guard let comment else { return nil }
    guard comment.utf8.count == 1, let byte = comment.utf8.first, Opening.isSeparator(byte) else {
      throw source.malformed(
        "\(comment.debugDescription) cannot begin comments; use one as '#', '%' or '!'")
    }
    if comment == separator {
      throw source.malformed(
        "\(comment.debugDescription) cannot separate fields and begin comments; use another for one"
      )
    }
    return byte
  }
}
