// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// The options of a command in a file: a JSON object of the options' names, without their
/// dashes, and values.
///
/// ```text
/// {
///   "files": ["homes.csv"],
///   "target": "price",
///   "hidden": [64, 32],
///   "learning-rate": 0.01
/// }
/// ```
struct RunConfiguration {
  private(set) var members: [JSON.Member] = []
  private static let files = "files"

  init() {}

  init(at path: String) throws {
    let bytes = try ByteSource(path: path)
    let longest = 1 << 20
    guard bytes.byteCount <= longest else {
      throw FileError(
        .malformed, in: path, "has more than \(longest) bytes: it is no configuration")
    }
    guard bytes.byteCount > 0 else { throw FileError(.malformed, in: path, "is empty") }
    let text = String(decoding: try bytes.bytes(at: 0, count: bytes.byteCount), as: UTF8.self)
    guard case .object(let members) = try JSON(parsing: text, file: path) else {
      throw FileError(
        .malformed, in: path, "a JSON object of options and their values is wanted")
    }
    self.members = members
  }

  /// Adds an option, if it is given.
  mutating func add(_ name: String, _ value: JSON?) {
    if let value { members.append(JSON.Member(name, value)) }
  }

  mutating func add(_ name: String, _ number: Int?) { add(name, number.map(JSON.integer)) }

  mutating func add(_ name: String, _ number: Float?) { add(name, number.map(\.json)) }

  mutating func add(_ name: String, _ text: String?) { add(name, text.map(JSON.string)) }

  /// A flag that is down says nothing.
  mutating func add(_ name: String, _ flag: Bool) { if flag { add(name, JSON.bool(true)) } }

  mutating func add(_ name: String, _ texts: [String]) {
    if !texts.isEmpty { add(name, .array(texts.map(JSON.string))) }
  }

  mutating func add(files: [String]) { add(RunConfiguration.files, files) }

  /// These options, and the other's where these do not say.
  func completed(by other: RunConfiguration) -> RunConfiguration {
    var result = self
    let own = Set(members.map(\.name))
    result.members += other.members.filter { !own.contains($0.name) }
    return result
  }

  /// As the command line has them. Throws for values that no option has.
  func arguments(file: String) throws(FileError) -> [String] {
    var options: [String] = [], files: [String] = []
    for member in members {
      if member.name == RunConfiguration.files {
        guard case .array(let names) = member.value else { throw misfit(member, file) }
        for name in names {
          guard case .string(let name) = name else { throw misfit(member, file) }
          files.append(name)
        }
        continue
      }
      switch member.value {
      case .bool(true): options.append("--\(member.name)")
      case .bool(false):
        // These are found out where they are not said.
        if ["header", "day-first"].contains(member.name) {
          options.append("--no-\(member.name)")
        }
      case .null: break
      case .object: throw misfit(member, file)
      case .array(let values):
        let texts = values.compactMap(\.argument)
        guard texts.count == values.count else { throw misfit(member, file) }
        // Numbers are one value with commas, as in --hidden; of texts each is one.
        if case .integer? = values.first {
          options.append("--\(member.name)=\(texts.joined(separator: ","))")
        } else {
          options += texts.map { "--\(member.name)=\($0)" }
        }
      case .integer, .number, .string:
        options.append("--\(member.name)=\(member.value.argument ?? "")")
      }
    }
    return options + ["--"] + files
  }

  private func misfit(_ member: JSON.Member, _ file: String) -> FileError {
    FileError(
      .malformed, in: file, at: .part(member.name),
      "a number, a text, true, false or a list of these is wanted")
  }

  /// Writes the file, a line for each option.
  func write(to path: String) throws(FileError) {
    let lines = members.map { "  \(JSON.string($0.name)): \($0.value)" }
    let text = "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    try AtomicFile.write(to: path) { (file) throws(FileError) in
      try file.write(Bytes(text.utf8))
    }
  }
}

extension JSON {
  /// A value as the command line has it.
  fileprivate var argument: String? {
    switch self {
    case .string(let text): text
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .null, .bool, .array, .object: nil
    }
  }
}

#endif
