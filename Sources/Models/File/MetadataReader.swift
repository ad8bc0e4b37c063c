// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks

/// A JSON value of a model file with the path to it, so that errors say which one is wrong.
struct MetadataReader {
  let value: JSON
  let path: String
  private let file: FileCheck

  init(_ value: JSON, path: String, _ file: FileCheck) {
    (self.value, self.path, self.file) = (value, path, file)
  }

  func malformed(_ problem: String) -> FileError { file.error(path, problem) }

  /// What is wrong with a layer that stands here.
  func malformed(_ error: LayerError) -> FileError {
    let setting = error.setting.map { $0.hasPrefix("[") ? $0 : ".\($0)" } ?? ""
    return file.error(path + setting, error.problem)
  }

  /// Why a layer that was made of this cannot be written again; the error names the place.
  func malformed(writing error: LayerError) -> FileError {
    file.error(error.setting ?? path, error.problem)
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
    return MetadataReader(member, path: "\(path).\(name)", file)
  }

  func elements<Element>(
    _ element: (MetadataReader) throws(FileError) -> Element
  ) throws(FileError) -> [Element] {
    guard case .array(let values) = value else { throw malformed("a list expected") }
    var elements: [Element] = []
    for (index, value) in values.enumerated() {
      elements.append(try element(MetadataReader(value, path: "\(path)[\(index)]", file)))
    }
    return elements
  }

  /// An object as a dictionary. Names that Swift holds to be equal are the same name there, also if
  /// their bytes differ.
  func members<Element>(
    _ element: (MetadataReader) throws(FileError) -> Element
  ) throws(FileError) -> [String: Element] {
    var elements: [String: Element] = [:]
    for (name, element) in try namedMembers(element) {
      guard elements.updateValue(element, forKey: name) == nil else {
        throw file.error("\(path).\(name)", "stands there twice")
      }
    }
    return elements
  }

  /// The members of an object, in order. None stands there twice, byte for byte.
  func namedMembers<Element>(
    _ element: (MetadataReader) throws(FileError) -> Element
  ) throws(FileError) -> [(name: String, value: Element)] {
    guard case .object(let members) = value else { throw malformed("an object expected") }
    var elements: [(String, Element)] = []
    var names: Set<Name> = []
    for member in members {
      let reader = MetadataReader(member.value, path: "\(path).\(member.name)", file)
      guard names.insert(Name(member.name)).inserted else {
        throw reader.malformed("stands there twice")
      }
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

  /// 64 bits as `save` writes them: JSON's numbers are Doubles to many readers.
  func bits() throws(FileError) -> UInt64 {
    let text = try string()
    // `UInt64` alone takes a sign, and zeros without end.
    guard text.utf8.count <= 16, text.allSatisfy(\.isHexDigit), let bits = UInt64(text, radix: 16)
    else { throw malformed("up to 16 hexadecimal digits expected") }
    return bits
  }

  func truth() throws(FileError) -> Bool {
    guard case .bool(let truth) = value else { throw malformed("true or false expected") }
    return truth
  }
}
