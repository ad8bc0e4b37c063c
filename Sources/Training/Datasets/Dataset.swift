// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Examples and what is to be learnt of each: inputs [count, ...], targets [count, ...].
///
/// `Dataset<Int32>` has class labels, `Dataset<Float>` numbers for a regression; a target may be a
/// tensor of any shape.
///
/// ```swift
/// let homes = Dataset(inputs: [[3], [2], [5]], targets: Tensor<Float>([[150], [90], [310]]))
/// print(homes)
/// // Dataset of 3 examples: inputs [3, 1], targets [3, 1]
/// print(homes.batches(of: 2).map(\.count))   // [2, 1]
/// ```
public struct Dataset<Target: TensorScalar>: Sendable {
  /// [count, ...]: a row for each example.
  public let inputs: Tensor<Float>
  /// [count, ...]: what belongs to each row.
  public let targets: Tensor<Target>

  /// A mistake if there is not one target for each input.
  public init(
    inputs: Tensor<Float>, targets: Tensor<Target>,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    guard inputs.rank > 0, targets.rank > 0, targets.shape[0] == inputs.shape[0] else {
      Mistake(
        "Dataset",
        "the targets \(targets.value.label) do not fit the inputs \(inputs.value.label)",
        fix: "inputs are [count, ...], targets [count, ...]"
      ).stop(at: CallSite(file, line))
    }
    self.inputs = inputs
    self.targets = targets
  }

  /// The number of examples.
  public var count: Int { inputs.shape[0] }

  /// The examples at these positions. A mistake if one is not in 0 ..< count.
  public func examples(
    at positions: some Sequence<Int>, file: StaticString = #fileID, line: UInt = #line
  ) -> Dataset {
    gathered(indices(of: positions, below: count, at: CallSite(file, line)))
  }

  /// The examples for which a condition holds: [count], computed from inputs or targets.
  ///
  /// ```swift
  /// let data = Dataset(inputs: [[1], [2], [3]], labels: [0, 1, 0])
  /// print(data.examples(where: data.labels .== 0).inputs)
  /// // [[1.]
  /// //  [3.]]
  /// ```
  ///
  /// A mistake if there is not one answer for each example.
  public func examples(
    where condition: Tensor<Bool>, file: StaticString = #fileID, line: UInt = #line
  ) -> Dataset {
    let site = CallSite(file, line)
    guard condition.shape == [count] else {
      Mistake(
        "examples", "the condition \(condition.value.label) does not fit the \(count) examples",
        fix: "give one answer for each example, [\(count)]"
      ).stop(at: site)
    }
    let answers = condition.scalars
    return gathered(indices(of: answers.indices.filter { answers[$0] }, below: count, at: site))
  }

  private func gathered(_ indices: Tensor<Int32>) -> Dataset {
    Dataset(inputs: inputs.gathered(indices), targets: targets.gathered(indices))
  }

  /// The examples at places of an order; without one those of the range, which are not copied.
  func part(_ range: Range<Int>, inOrder order: [Int]?) -> Dataset {
    if let order { return examples(at: order[range]) }
    return Dataset(inputs: inputs[range], targets: targets[range])
  }
}

extension Dataset where Target == Int32 {
  /// Examples with a class each. A mistake if there is not one label, [count], for each input.
  public init(
    inputs: Tensor<Float>, labels: Tensor<Int32>,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    guard inputs.rank > 0, labels.shape == [inputs.shape[0]] else {
      Mistake(
        "Dataset", "the labels \(labels.value.label) do not fit the inputs \(inputs.value.label)",
        fix: "inputs are [count, ...], labels [count]"
      ).stop(at: CallSite(file, line))
    }
    self.init(inputs: inputs, targets: labels, file: file, line: line)
  }

  /// The classes: the targets.
  public var labels: Tensor<Int32> { targets }
}

extension Dataset: CustomStringConvertible {
  public var description: String {
    "Dataset of \(counted(count, "example")): inputs \(inputs.shape), "
      + "\(targetName) \(targets.shape)"
  }

  /// What the targets are called in messages.
  var targetName: String { Target.self == Int32.self ? "labels" : "targets" }
}

// Apart from the generic type: loops over positions are compiled for what they mostly are.
@_specialize(where Positions == Range<Int>)
@_specialize(where Positions == [Int])
@_specialize(where Positions == ArraySlice<Int>)
private func indices<Positions: Sequence<Int>>(
  of positions: Positions, below count: Int, at site: CallSite
) -> Tensor<Int32> {
  Tensor<Int32>(
    positions.map { position in
      guard (0..<count).contains(position), let index = Int32(exactly: position) else {
        Mistake(
          "examples", "position \(position) is outside the \(count) examples",
          fix: "use positions in 0 ..< \(Swift.min(count, Int(Int32.max) + 1))"
        ).stop(at: site)
      }
      return index
    })
}
