// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension ParameterTree {
  /// The type, and the paths and shapes of its parameters.
  ///
  /// ```swift
  /// struct Classifier: Layer {
  ///   let output = Linear(4, 2)
  ///   var parameters: Parameters { ["output": output.parameters] }
  ///   func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(x) }
  /// }
  /// print(Classifier())
  /// // Classifier with 2 parameters, 10 numbers:
  /// //   output.weight [4, 2]
  /// //   output.bias [2]
  /// ```
  public var description: String { parameters.summary(of: "\(Self.self)") }
}

extension Parameters {
  /// Their number, and the path and the shape of each; which are not trained.
  public var description: String { summary(of: "Parameters") }

  /// More than a page holds is only counted.
  private static let longestList = 40

  fileprivate func summary(of owner: String) -> String {
    let shown = leaves.prefix(Parameters.longestList).map { leaf in
      "\n  \(leaf.path) \(leaf.parameter.shape)" + (leaf.isTrained ? "" : ", not trained")
    }
    let rest = count - shown.count
    return "\(owner) with \(counts)" + (isEmpty ? "" : ":") + shown.joined()
      + (rest > 0 ? "\n  and \(rest) more" : "")
  }

  /// "2 parameters, 10 numbers".
  package var counts: String {
    isEmpty
      ? "no parameters"
      : "\(counted(distinct.count, "parameter")), \(counted(scalarCount, "number"))"
  }
}

extension Parameter: CustomReflectable {
  /// The shape and the numbers, or that there are none yet. Inside a recording, which reading would
  /// stop, the shape alone.
  ///
  /// ```swift
  /// print(Parameter(value: [1, 2]))
  /// // Parameter of shape [2]: [1. 2.]
  /// ```
  public var description: String {
    guard let leaf = slot.current.leaf else {
      return "Parameter of shape \(shape), not initialised"
    }
    guard let numbers = numbers(of: leaf) else { return "Parameter of shape \(shape)" }
    return "Parameter of shape \(shape):\(shape.rank > 1 ? "\n" : " ")\(numbers)"
  }

  /// What `dump` and debuggers show.
  public var customMirror: Mirror {
    guard let numbers = slot.current.leaf.flatMap(numbers(of:)) else {
      return Mirror(self, children: ["shape": shape])
    }
    return Mirror(self, children: ["shape": shape, "value": numbers])
  }

  private func numbers(of leaf: Value) -> Tensor<Float>? {
    Recording.current == nil ? Tensor(leaf) : nil
  }
}
