// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Some examples of a source, for one step, and where they stand in it.
///
/// ```swift
/// let homes = Dataset(inputs: [[3], [2], [5]], targets: Tensor<Float>([[150], [90], [310]]))
/// for batch in homes.batches(of: 2) { print(batch.number, batch.positions, batch.count) }
/// // 0 [0, 1] 2
/// // 1 [2] 1
/// ```
public struct Batch<Target: TensorScalar>: Sendable {
  /// The examples themselves.
  public let examples: Dataset<Target>
  /// Which batch of the pass it is, counted from 0.
  public let number: Int
  private let places: Places

  /// Positions are written out only for who asks.
  private enum Places {
    case range(Range<Int>)
    case list(ArraySlice<Int>)
  }

  /// The examples at consecutive positions of the source, of which `start` is the first.
  public init(_ examples: Dataset<Target>, number: Int, from start: Int) {
    self.init(examples, number, .range(start..<start + examples.count))
  }

  /// Examples with the positions at which they stand in the source. A mistake if there is not one
  /// position for each.
  public init(
    _ examples: Dataset<Target>, number: Int, at positions: [Int],
    file: StaticString = #fileID, line: UInt = #line
  ) {
    guard positions.count == examples.count else {
      Mistake(
        "Batch", "\(positions.count) positions of \(counted(examples.count, "example"))",
        fix: "give one position for each example"
      ).stop(at: CallSite(file, line))
    }
    self.init(examples, number, .list(positions[...]))
  }

  init(_ examples: Dataset<Target>, number: Int, at positions: ArraySlice<Int>) {
    self.init(examples, number, .list(positions))
  }

  private init(_ examples: Dataset<Target>, _ number: Int, _ places: Places) {
    (self.examples, self.number, self.places) = (examples, number, places)
  }

  /// The inputs of the examples: [count, ...].
  public var inputs: Tensor<Float> { examples.inputs }

  /// The targets of the examples: [count, ...].
  public var targets: Tensor<Target> { examples.targets }

  /// The number of examples.
  public var count: Int { examples.count }

  /// Where the examples stand in the source, counted from 0: the rows of a dataset.
  public var positions: [Int] {
    switch places {
    case .range(let range): Array(range)
    case .list(let positions): Array(positions)
    }
  }

  /// Other examples, made of those of this batch, at the same positions.
  func replacing<Other: TensorScalar>(_ examples: Dataset<Other>) -> Batch<Other> {
    switch places {
    case .range(let range): Batch<Other>(examples, number, .range(range))
    case .list(let positions): Batch<Other>(examples, number, .list(positions))
    }
  }
}

extension Batch where Target == Int32 {
  /// The classes: the targets.
  public var labels: Tensor<Int32> { examples.targets }
}

extension Batch: CustomStringConvertible {
  public var description: String {
    "Batch \(number) of \(counted(count, "example")): inputs \(inputs.shape), "
      + "\(examples.targetName) \(targets.shape)"
  }
}
