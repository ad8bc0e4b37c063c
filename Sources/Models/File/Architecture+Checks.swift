// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

extension Architecture {
  /// Why there is no model of an architecture.
  struct Flaw {
    /// The layer's position.
    let layer: Int
    /// The layer and what is wrong with it.
    let problem: String
    let fix: String
  }

  /// What keeps the layers from being a model; nil if nothing does.
  var flaw: Flaw? {
    var before: Layer?
    for (position, layer) in layers.enumerated() {
      func flaw(_ problem: String, fix: String) -> Flaw {
        Flaw(layer: position, problem: "\(layer) \(problem)", fix: fix)
      }
      switch layer {
      case .relu, .tanh: break
      case .dropout(let rate):
        if !(rate >= 0 && rate < 1) {
          return flaw("drops at a rate outside 0 ..< 1", fix: "use a rate in 0 ..< 1")
        }
      case .linear(let inputs, let outputs, let bias):
        // A layer that computes from no number at all may claim any size.
        guard outputs > 0, bias ? inputs >= 0 : inputs > 0 else {
          return flaw(
            "has too few units",
            fix: "use 1 output or more, and 1 input or more unless it has a bias")
        }
        guard Shape([inputs, outputs]).checkedElementCount != nil else {
          return flaw("has more weights than can be counted", fix: "use fewer units")
        }
        if case .linear(_, let given, _)? = before, given != inputs {
          return flaw(
            "expects \(inputs) inputs and gets \(given) from \(before!)",
            fix: "use linear(\(given), \(outputs)) here, or a layer of \(inputs) outputs before it")
        }
        before = layer
      }
    }
    return nil
  }

  /// The paths and shapes of the model's parameters. Makes no model: a file may claim any size.
  var parameterShapes: [(path: String, shape: Shape)] {
    layers.enumerated().flatMap { position, layer -> [(String, Shape)] in
      guard case .linear(let inputs, let outputs, let bias) = layer else { return [] }
      let weight = ("\(position).weight", [inputs, outputs] as Shape)
      return bias ? [weight, ("\(position).bias", [outputs])] : [weight]
    }
  }

  /// The numbers of inputs and outputs; nil if they may be any, for want of a linear layer.
  var ends: (inputs: Int, outputs: Int)? {
    let sizes = layers.compactMap { layer -> (inputs: Int, outputs: Int)? in
      if case .linear(let inputs, let outputs, _) = layer { (inputs, outputs) } else { nil }
    }
    return sizes.isEmpty ? nil : (sizes[0].inputs, sizes[sizes.count - 1].outputs)
  }

  /// Throws unless there is such a model and these are its weights.
  func check(_ weights: NamedTensors, _ check: FileCheck) throws(FileError) {
    if let flaw { throw check.error("architecture[\(flaw.layer)]", flaw.problem) }
    let shapes = parameterShapes
    for (path, shape) in shapes {
      guard let tensor = weights[path] else {
        throw check.error(path, "the architecture has it, the weights do not")
      }
      guard tensor.shape == shape else {
        throw check.error(
          path, "has the shape \(tensor.shape), in the architecture the shape \(shape)")
      }
    }
    let paths = Set(shapes.map(\.path))
    if let other = weights.names.first(where: { !paths.contains($0) }) {
      throw check.error(other, "belongs to no layer of the architecture")
    }
  }
}
