// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Why numbers could not be computed, where that depends on what comes from outside.
///
/// ``Tensor/evaluated()`` and ``Recorded/evaluated(_:)`` throw it, for programs that answer
/// strangers. Elsewhere the program stops with its message.
public enum EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system refused memory for a result or for what is computed on the way.
  case memory(OutOfMemory)
  /// There is nothing at an index that is looked up, or no class of a label.
  case index(IndexOutOfRange)

  public var description: String {
    switch self {
    case .memory(let error): error.description
    case .index(let error): error.description
    }
  }

  /// Ends the program where nobody can catch the error.
  func stop() -> Never {
    switch self {
    case .memory(let error): error.stop()
    case .index(let error): error.mistake.stop(at: nil)
    }
  }
}

/// An index, or the label of a class, outside 0 ..< count.
///
/// ```swift
/// let table: Tensor<Float> = [1, 2, 3], indices: Tensor<Int32> = [[0, 1], [2, 3]]
/// do {
///   print(try table.gathered(indices).evaluated())
/// } catch .index(let error) {
///   print(error)   // gather: index 3 at [1, 1] is outside 0..<3
///   print(error.index, error.place)   // 3 [1, 1]
/// }
/// ```
public struct IndexOutOfRange: Error, Sendable, Equatable, CustomStringConvertible {
  /// The operation that looks it up, as messages write it.
  public let operation: String
  /// The index; of several that are wrong, the one at the first place.
  public let index: Int
  /// Where it stands among the indices: a number for each axis.
  public let place: [Int]
  /// How many there are to choose from.
  public let count: Int
  /// The path in its model of the parameter whose rows they are, such as
  /// "decoder.embedding.weight"; nil where it is none, or not known.
  public let parameter: String?
  private let isLabel: Bool
  /// The number of the place in row-major order.
  private let row: Int

  init(
    operation: String, index: Int, place: [Int], row: Int, count: Int, parameter: String?,
    isLabel: Bool
  ) {
    (self.operation, self.index, self.place, self.row) = (operation, index, place, row)
    (self.count, self.parameter, self.isLabel) = (count, parameter, isLabel)
  }

  private func problem(at place: String) -> String {
    "\(isLabel ? "label" : "index") \(index) at \(place) is outside 0..<\(count)"
      + (parameter.map { ", the rows of \($0)" } ?? "")
  }

  public var description: String {
    "\(operation): \(problem(at: place.count == 1 ? "row \(row)" : "\(place)"))"
  }

  // Not inlined: in release builds of Swift 6.3.1 a message that was inlined in front of a trap
  // came out as garbage.
  @inline(never)
  var mistake: Mistake {
    Mistake(
      operation, problem(at: "row \(row)"),
      fix: isLabel
        ? "check the labels where they come from, or give each class a column"
        : "check indices in the data, or in what computes them")
  }
}
