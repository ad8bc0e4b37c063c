// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Linear {
  public var description: String {
    "Linear(\(weight.shape[0]), \(weight.shape[1])\(bias == nil ? ", bias: false" : ""))"
  }
}

extension Dropout {
  public var description: String { "Dropout(\(rate))" }
}

extension Activation {
  public var description: String { "Activation" }
}

extension Layer {
  /// What messages call the layer: its description, if that is a line, else its type.
  package var title: String {
    let description = "\(self)"
    return description.contains("\n") ? "\(Self.self)" : description
  }
}

/// A type as it is written: Swift says "any Layer<Self.Layer.Input == Tensor<Float>, ...>".
package func typeName(of type: Any.Type) -> String {
  "\(type)".replacing("Self.Layer.Input == ", with: "").replacing("Self.Layer.Output == ", with: "")
}

extension Sequential {
  /// The layers with their positions, and how many numbers their parameters hold.
  ///
  /// ```swift
  /// print(Sequential(Linear(64, 50), ReLU(), Linear(50, 10)))
  /// // Sequential with 4 parameters, 3760 numbers:
  /// //   0: Linear(64, 50)
  /// //   1: ReLU()
  /// //   2: Linear(50, 10)
  /// ```
  public var description: String {
    let lines = layers.enumerated().flatMap { position, layer in
      // A layer of several lines stands further to the right.
      "\(position): \(layer)".split(separator: "\n").map { "\n  \($0)" }
    }
    return "Sequential with \(parameters.counts)" + (lines.isEmpty ? "" : ":") + lines.joined()
  }
}
