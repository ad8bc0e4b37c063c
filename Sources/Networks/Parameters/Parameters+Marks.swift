// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A parameter at a place of a tree, and what the layer says of it there.
package struct ParameterLeaf: Sendable {
  package var path: String
  package var parameter: Parameter
  /// False for what no optimizer changes: statistics of a normalization, layers that are frozen.
  package var isTrained = true
  /// Nil where the layer says nothing of it.
  package var inPyTorch: PyTorchForm?

  /// How PyTorch keeps the parameter.
  package struct PyTorchForm: Sendable {
    package var path: String
    /// Axis i of the parameter is axis `axes[i]` there.
    package let axes: [Int]
  }

  init(path: String, parameter: Parameter) {
    (self.path, self.parameter) = (path, parameter)
  }

  /// The same leaf, seen from a tree in which its tree has a name.
  func below(_ name: String) -> ParameterLeaf {
    var leaf = self
    // A parameter alone gets the name; the one that PyTorch has for it is known already.
    leaf.path = path.isEmpty ? name : "\(name).\(path)"
    if let form = inPyTorch, !path.isEmpty { leaf.inPyTorch?.path = "\(name).\(form.path)" }
    return leaf
  }
}

extension ParameterTree {
  /// The parameters below, marked as trained or not. What is not trained is initialised, shared,
  /// saved and copied as all others, and no optimizer changes it: the statistics of a
  /// normalization, a layer that is frozen.
  ///
  /// ```swift
  /// let base = Linear(8, 4), head = Linear(4, 2)
  /// let parameters: Parameters = ["base": base.marked(isTrained: false), "head": head]
  /// print(parameters.count, parameters.trained.paths)   // 4 ["head.weight", "head.bias"]
  /// ```
  public func marked(isTrained: Bool) -> Parameters {
    Parameters(
      parameters.leaves.map { leaf in
        var leaf = leaf
        leaf.isTrained = isTrained
        return leaf
      })
  }
}

extension String {
  /// The path of what a parameter belongs to: "hidden" of "hidden.weight"; nil if it stands alone.
  package var parentPath: String? { lastIndex(of: ".").map { String(self[..<$0]) } }
}

extension Parameters {
  /// The tree with other parameters in the place of these, at the same paths and marked alike.
  func replacing(_ other: (Parameter) -> Parameter) -> Parameters {
    Parameters(
      leaves.map { leaf in
        var leaf = leaf
        leaf.parameter = other(leaf.parameter)
        return leaf
      })
  }

  /// Each parameter once, where it stands first.
  package var distinctLeaves: [ParameterLeaf] {
    var seen: Set<ObjectIdentifier> = []
    return leaves.filter { seen.insert(ObjectIdentifier($0.parameter)).inserted }
  }

  /// Those that optimizers change. A parameter that stands at several paths is trained if it is at
  /// one of them.
  public var trained: Parameters {
    let trained = Set(leaves.lazy.filter(\.isTrained).map { ObjectIdentifier($0.parameter) })
    return trained.count == distinct.count
      ? self : Parameters(leaves.filter { trained.contains(ObjectIdentifier($0.parameter)) })
  }
}

extension Parameter {
  /// The parameter, marked with how PyTorch keeps it, so that `loadPyTorch` can take it from there:
  /// the name in the layer, and for each axis of the parameter the axis there, the same if none are
  /// given.
  ///
  /// ```swift
  /// // [inputs, outputs] here, [outputs, inputs] in PyTorch.
  /// let weight = Parameter(shape: [4, 3], .kaimingUniform)
  /// let parameters: Parameters = ["w": weight.marked(inPyTorch: "weight", axes: 1, 0)]
  /// ```
  ///
  /// A parameter of at most one axis that has the same name there needs no mark. A mistake if an
  /// axis is missing or named twice.
  public func marked(
    inPyTorch name: String, axes: Int..., file: StaticString = #fileID, line: UInt = #line
  ) -> Parameters {
    let axes = axes.isEmpty ? Array(0..<shape.rank) : axes
    guard axes.sorted() == Array(0..<shape.rank) else {
      Mistake(
        "marked", "the axes \(axes) for \(label)",
        fix: "name each axis of the parameter once, counted from 0"
      ).stop(at: CallSite(file, line))
    }
    var leaf = ParameterLeaf(path: "", parameter: self)
    leaf.inPyTorch = .init(path: name, axes: axes)
    return Parameters([leaf])
  }
}
