// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// An operation on given inputs, and what NumPy, PyTorch or JAX makes of it: a line of a file that
/// Scripts/fixtures/cases.py wrote, which describes the format.
struct PeerCase: Sendable, CustomTestStringConvertible {
  /// As in the tables: the declaration, then perhaps a word for the kind of case.
  let name: String
  /// The element types in which it is run.
  let types: [ElementType]
  let arguments: [Substring]
  let inputs: [Numbers]
  let results: [Numbers]
  /// The inputs that have gradients.
  let differentiated: [Int]
  /// Those that are kept.
  let gradients: [[Double]]
  private let line: Substring

  /// An array: an input's numbers are all there, those of a large result in part.
  struct Numbers: Sendable {
    /// Nil: the type that the case is run in.
    let type: ElementType?
    let shape: Shape
    fileprivate let seed: UInt32?
    fileprivate(set) var numbers: [Double] = []
  }

  var testDescription: String { line.split(separator: "\t").joined(separator: " | ") }

  /// The declaration that it is a case of: "sum(along:keepingAxes:)".
  var declaration: Substring { name.prefix { $0 != " " } }

  /// All cases, by name.
  static let all: [String: [PeerCase]] = {
    var cases: [String: [PeerCase]] = [:]
    for group in CaseFiles.groups {
      for example in read(group) { cases[example.name, default: []].append(example) }
    }
    return cases
  }()

  private static func read(_ group: CaseFiles.Group) -> [PeerCase] {
    let stored = try! NumPy.archive(at: group.numbers).load("numbers", as: Double.self)
    var rest = ArraySlice(stored.scalars)
    let cases = group.lines.map { PeerCase($0, &rest) }
    precondition(rest.isEmpty, "\(group.numbers) has more numbers than its cases")
    return cases
  }

  private init(_ line: Substring, _ numbers: inout ArraySlice<Double>) {
    let fields = line.split(separator: "\t")
    func words(_ field: Int) -> [Substring] {
      fields[field] == "-" ? [] : fields[field].split(separator: " ")
    }
    func take(_ count: Int) -> [Double] {
      defer { numbers.removeFirst(count) }
      return Array(numbers.prefix(count))
    }
    self.line = line
    name = String(fields[0])
    types = fields[1].map { ElementType(letter: $0)! }
    arguments = words(2)
    inputs = words(3).map { word in
      var input = Numbers(word)
      input.numbers =
        input.seed.map { PeerCase.large(input.shape, seed: $0) }
        ?? take(input.shape.elementCount)
      return input
    }
    results = words(4).map { word in
      var result = Numbers(word)
      result.numbers = take(PeerCase.kept(result.shape.elementCount).count)
      return result
    }
    differentiated = words(5).map { Int($0)! }
    let counts = differentiated.map { [inputs] in inputs[$0].shape.elementCount }
    gradients = counts.map { take(PeerCase.kept($0).count) }
  }

  /// The places of the elements that a file keeps.
  static func kept(_ count: Int) -> [Int] {
    count <= 64 ? Array(0..<count) : (0..<32).map { $0 * 7919 % count }
  }

  /// Numbers made of their places: multiples of 2^-13.
  private static func large(_ shape: Shape, seed: UInt32) -> [Double] {
    let start = seed &* 40503
    return (0..<UInt32(shape.elementCount)).map { place in
      let mixed: UInt32 = place &* 2_654_435_761 &+ start
      return Double(mixed >> 16) / 8192 - 4
    }
  }

  /// What a result of this shape is multiplied by before it is added up.
  static func weights(_ shape: Shape, _ type: ElementType) -> Value {
    .leaf(
      shape, (0..<shape.elementCount).map { (i: Int) -> Double in 1 + Double(i % 7) / 4 }, type)
  }
}

extension PeerCase.Numbers {
  /// n:2x3@5
  fileprivate init(_ word: Substring) {
    let parts = word.dropFirst(2).split(separator: "@")
    let extents = parts[0] == "-" ? [] : parts[0].split(separator: "x").map { Int($0)! }
    type = ElementType(letter: word.first!)
    shape = Shape(extents)
    seed = parts.count > 1 ? UInt32(parts[1])! : nil
  }
}

extension ElementType {
  fileprivate init?(letter: Character) {
    switch letter {
    case "f": self = .float
    case "d": self = .double
    case "i": self = .int32
    case "b": self = .bool
    default: return nil
    }
  }
}
