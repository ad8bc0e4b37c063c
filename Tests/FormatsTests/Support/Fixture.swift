// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

/// Files that Python's libraries wrote, and what is in them: see Scripts/fixtures/formats.py.
enum Fixture {
  static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/\(name)").path(percentEncoded: false)
  }

  static func bytes(_ name: String) -> [UInt8] {
    try! Array(Data(contentsOf: URL(filePath: path(name))))
  }

  static func lines(_ name: String) -> [Substring] {
    String(decoding: bytes(name), as: UTF8.self).split(separator: "\n")
  }

  /// What one tensor in a file is.
  struct Tensor: Sendable, CustomStringConvertible {
    let file, name: String
    let type: StoredType
    let shape: Shape
    let numbers: [String]

    var description: String { "\(file) \(name)" }
  }

  static let tensors: [Tensor] = lines("contents.txt").map { line in
    let words = line.split(separator: " ").map(String.init)
    let shape = words[3] == "-" ? Shape() : Shape(words[3].split(separator: "x").map { Int($0)! })
    return Tensor(
      file: words[0], name: words[1].replacing("_", with: " "),
      type: StoredType(rawValue: words[2])!, shape: shape, numbers: Array(words.dropFirst(4)))
  }

  static func tensors(in endings: String...) -> [Tensor] {
    tensors.filter { tensor in endings.contains { tensor.file.hasSuffix($0) } }
  }
}

/// A folder for one test, gone with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "pullback-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path(percentEncoded: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: file(name)))
    return file(name)
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
}

extension StoredTensor {
  /// The elements as Python writes them.
  func numbers() throws -> [String] {
    func texts<Scalar: StoredScalar>(_: Scalar.Type) throws -> [String] {
      try scalars(as: Scalar.self).map { "\($0)" }
    }
    return switch type {
    case .float64: try scalars(as: Double.self).map(python)
    case .float32, .float16, .bfloat16:
      try tensor(as: Float.self).scalars.map { python(Double($0)) }
    case .int64: try texts(Int64.self)
    case .int32: try texts(Int32.self)
    case .int16: try texts(Int16.self)
    case .int8: try texts(Int8.self)
    case .uint64: try texts(UInt64.self)
    case .uint32: try texts(UInt32.self)
    case .uint16: try texts(UInt16.self)
    case .uint8: try texts(UInt8.self)
    case .bool: try scalars(as: Bool.self).map { $0 ? "1" : "0" }
    }
  }

  /// Compares with a fixture number by number, by value: digits are printed in more than one way.
  func expect(_ fixture: Fixture.Tensor, sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(type == fixture.type, sourceLocation: sourceLocation)
    #expect(shape == fixture.shape, sourceLocation: sourceLocation)
    let isExact = type != .float64
    let numbers = try numbers()
    try #require(numbers.count == fixture.numbers.count, sourceLocation: sourceLocation)
    for (number, expected) in zip(numbers, fixture.numbers) {
      if isExact && !number.contains(".") && !number.contains("n") {
        #expect(number == expected, sourceLocation: sourceLocation)
      } else {
        #expect(
          Double(number)!.bitPattern == Double(expected)!.bitPattern,
          sourceLocation: sourceLocation)
      }
    }
  }
}

private func python(_ number: Double) -> String { "\(number)" }
