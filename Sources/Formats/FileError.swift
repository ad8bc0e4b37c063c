// SPDX-License-Identifier: Apache-2.0

/// A file that cannot be read, does not hold what its format says, or cannot be written.
///
/// ```text
/// prices.csv:17: expected 5 fields, found 7
/// prices.csv:18: field 3 (rooms): "many" is not a number
/// weights.safetensors: byte 0: the header of 900 bytes is longer than the file of 40 bytes
/// ```
public struct FileError: Error, Sendable, Hashable {
  /// What went wrong, as far as a program acts on it.
  public enum Kind: Sendable, Hashable {
    /// The file cannot be opened or read.
    case unreadable
    /// The file's bytes are not what its format says, or not what was asked for.
    case malformed
    /// The file cannot be written; what stood there before still does.
    case unwritable
    /// The file may be as it should be, but the system has no memory for what it holds.
    case tooLarge
  }

  /// Where in a file.
  public enum Place: Sendable, Hashable {
    /// A line, counted from 1.
    case line(Int)
    /// A field of a line, both counted from 1, and the name of its column if it has one.
    case field(line: Int, field: Int, column: String?)
    /// A position in bytes, counted from 0.
    case byte(Int)
    /// A named part: a tensor, a member of an archive.
    case part(String)
  }

  /// What sort of problem it is, for programs.
  public let kind: Kind
  /// The path as it was given.
  public let file: String
  /// Where in the file, if the problem has a place.
  public let place: Place?
  /// What is wrong there, and what to do where that is not plain.
  public let problem: String

  /// An error of your own for a file: its description is put together from these.
  public init(_ kind: Kind, in file: String, at place: Place? = nil, _ problem: String) {
    self.kind = kind
    self.file = file
    self.place = place
    self.problem = problem
  }
}

extension FileError: CustomStringConvertible {
  public var description: String {
    switch place {
    case nil: "\(file): \(problem)"
    case .line(let line): "\(file):\(line): \(problem)"
    case .field(let line, let field, nil): "\(file):\(line): field \(field): \(problem)"
    case .field(let line, let field, let column?):
      "\(file):\(line): field \(field) (\(column.shortened)): \(problem)"
    case .byte(let offset): "\(file): byte \(offset): \(problem)"
    case .part(let name): "\(file): \(name.shortened): \(problem)"
    }
  }
}

extension String {
  /// Text from a file as messages show it: on one line, and not longer than a line.
  package var shortened: String {
    let shown = unicodeScalars.prefix(40).map { scalar in
      scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
    }.joined()
    return unicodeScalars.count > 40 ? shown + "..." : shown
  }

  /// The same in quotation marks.
  package var quoted: String { "\"\(shortened)\"" }
}
