// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// What is in the files that Python's libraries wrote: see Scripts/fixtures/formats.py.
extension Fixture {
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
