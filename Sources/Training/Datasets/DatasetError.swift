// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Why numbers from outside are no dataset: what is wrong, and in which row. Rows and columns are
/// counted from 0.
///
/// ```text
/// row 17, column 3 of the inputs is NaN
/// row 4 of the labels is 10; the 10 classes are 0 ... 9
/// the inputs have 150 rows, the labels 149
/// ```
public struct DatasetError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Inputs, or what belongs to them.
  public enum Part: String, Sendable, Hashable {
    /// The inputs of the examples.
    case inputs
    /// Their classes.
    case labels
    /// Other things that are to be learnt.
    case targets
  }

  /// What is wrong: inputs or targets; nil if they do not belong together.
  public let part: Part?
  /// The row, counted from 0; nil if it is none alone.
  public let row: Int?
  /// Where in the row, counted from 0: the column of a matrix, more numbers for images, none for a
  /// vector or a whole row.
  public let position: [Int]
  /// What is wrong there.
  public let problem: String

  init(_ problem: String, in part: Part? = nil, row: Int? = nil, position: [Int] = []) {
    (self.problem, self.part, self.row, self.position) = (problem, part, row, position)
  }

  public var description: String {
    let place =
      switch position.count {
      case 0: ""
      case 1: ", column \(position[0])"
      default: ", element \(position)"
      }
    return switch (part, row) {
    case (let part?, let row?): "row \(row)\(place) of the \(part) \(problem)"
    case (let part?, nil): "the \(part) \(problem)"
    case (nil, _): problem
    }
  }
}
