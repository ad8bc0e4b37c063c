// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// A JSON value of a model file with the path to it, so that errors say which one is wrong.
struct MetadataReader {
  private let value: JSON
  private let path: String
  private let file: String

  init(_ value: JSON, path: String, file: String) {
    (self.value, self.path, self.file) = (value, path, file)
  }

  func malformed(_ problem: String) -> FileError {
    FileError(.malformed, in: file, at: .part(path), problem)
  }

  func member(_ name: String) throws(FileError) -> MetadataReader {
    guard let member = memberIfPresent(name) else {
      throw malformed("the member \(name.quoted) is missing")
    }
    return member
  }

  /// Nil if there is none, or if it is null.
  func memberIfPresent(_ name: String) -> MetadataReader? {
    guard let member = value[name], member != .null else { return nil }
    return MetadataReader(member, path: "\(path).\(name)", file: file)
  }

  func elements<Element>(
    _ element: (MetadataReader) throws(FileError) -> Element
  ) throws(FileError) -> [Element] {
    guard case .array(let values) = value else { throw malformed("a list expected") }
    var elements: [Element] = []
    for (index, value) in values.enumerated() {
      elements.append(try element(MetadataReader(value, path: "\(path)[\(index)]", file: file)))
    }
    return elements
  }

  func members<Element>(
    _ element: (MetadataReader) throws(FileError) -> Element
  ) throws(FileError) -> [(name: String, value: Element)] {
    guard case .object(let members) = value else { throw malformed("an object expected") }
    var elements: [(String, Element)] = []
    for member in members {
      let reader = MetadataReader(member.value, path: "\(path).\(member.name)", file: file)
      elements.append((member.name, try element(reader)))
    }
    return elements
  }

  func string() throws(FileError) -> String {
    guard case .string(let text) = value else { throw malformed("a text expected") }
    return text
  }

  func strings() throws(FileError) -> [String] {
    try elements { (text) throws(FileError) in try text.string() }
  }

  func number() throws(FileError) -> Double {
    switch value {
    case .integer(let number): return Double(number)
    case .number(let number): return number
    default: throw malformed("a number expected")
    }
  }

  /// A whole number from 0 on.
  func count() throws(FileError) -> Int {
    guard case .integer(let number) = value, number >= 0 else {
      throw malformed("a whole number from 0 on expected")
    }
    return number
  }

  func truth() throws(FileError) -> Bool {
    guard case .bool(let truth) = value else { throw malformed("true or false expected") }
    return truth
  }
}
