// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Layer {
  /// What messages call the layer: its description, if that is a line and says more than that there
  /// is nothing to say, else its type.
  package var title: String {
    let description = "\(self)", type = typeName(of: Self.self)
    return description.contains("\n") || description == "\(Self.self) with no parameters"
      ? type : description
  }
}

/// A type as it is written: Swift says "any Layer<Self.Layer.Input == Tensor<Float>, ...>".
package func typeName(of type: Any.Type) -> String {
  "\(type)".replacing("Self.Layer.Input == ", with: "").replacing("Self.Layer.Output == ", with: "")
}

extension Sequential {
  /// A table of the layers with their paths, how many numbers their parameters hold, and in how
  /// many bytes. With the shapes that they give and what they cost:
  /// ``Layer/summary(for:file:line:)``.
  ///
  /// ```swift
  /// print(Sequential(Linear(64, 50), ReLU(), Linear(50, 10)))
  /// // path   layer           parameters  bytes
  /// // 0      Linear(64, 50)        3250  13.0k
  /// // 1      ReLU()                   0      0
  /// // 2      Linear(50, 10)         510  2.04k
  /// // total                        3760  15.0k
  /// ```
  public var description: String {
    (layers as [any Layer]).isEmpty ? "Sequential()" : "\(ModelSummary(of: self))"
  }
}

extension ModelSummary {
  /// The layers of a sequence and of those in it, in order.
  fileprivate init(of model: some LayerSequence) {
    var rows: [Row] = [], counted: Set<ObjectIdentifier> = []
    func add(_ layers: [any Layer], below start: String) {
      for (position, layer) in layers.enumerated() {
        let path = "\(start)\(position)"
        if let inner = (layer as? any LayerSequence)?.layers, !inner.isEmpty {
          add(inner, below: "\(path).")
          continue
        }
        let new = layer.parameters.distinct.filter {
          counted.insert(ObjectIdentifier($0)).inserted
        }
        let count = new.reduce(0) { $0 + $1.shape.elementCount }
        rows.append(
          Row(
            path: path, layer: layer.title, output: nil, parameterCount: count,
            floatingPointOperations: nil, byteCount: count * ElementType.float.byteCount))
      }
    }
    add(model.layers, below: "")
    self.init(
      rows: rows, parameterCount: model.parameters.scalarCount, floatingPointOperations: nil)
  }
}
