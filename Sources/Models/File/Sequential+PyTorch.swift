// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackRuntime
import PullbackTensors

extension Sequential {
  /// Takes the weights of a PyTorch `nn.Sequential` of `nn.Linear` layers, saved with
  /// `safetensors.torch.save_file(model.state_dict(), path)`.
  ///
  /// The layers must stand at the same positions, activations and dropout counted. PyTorch keeps a
  /// weight as [outputs, inputs]; it is transposed to [inputs, outputs].
  ///
  /// ```swift
  /// // nn.Sequential(nn.Linear(64, 50), nn.ReLU(), nn.Linear(50, 10))
  /// let model = Sequential(Linear(64, 50), Activation(relu), Linear(50, 10))
  /// try model.loadPyTorch(at: "digits.safetensors")
  /// ```
  ///
  /// Throws unless the file has the weights of all layers, in their shapes, and nothing else; the
  /// model stays as it is then.
  public func loadPyTorch(at path: String) throws(FileError) {
    try loadPyTorch(Safetensors.read(at: path))
  }

  /// Takes such weights from the bytes of a file.
  public func loadPyTorch(
    from bytes: [UInt8], name: String = "PyTorch"
  ) throws(FileError) {
    try loadPyTorch(Safetensors.read(from: bytes, name: name))
  }

  private func loadPyTorch(_ file: Safetensors) throws(FileError) {
    // Its weights are [inputs, outputs]; a square one would be transposed without a sign.
    if file.metadata["format"] == "pullback" {
      throw FileError(
        .malformed, in: file.file, "is a model that Pullback saved; use ModelFile.load")
    }
    let weights = linearWeights(at: "")
    let known = parameters.paths
    if let path = known.first(where: { !weights.contains($0) && !$0.hasSuffix(".bias") }) {
      throw FileError(
        .malformed, in: file.file, at: .part(path),
        "belongs to a layer other than Linear, whose PyTorch form is not known here")
    }
    var tensors = NamedTensors()
    for name in file.names {
      if tensors[name] != nil {
        throw FileError(.malformed, in: file.file, at: .part(name), "stands there twice")
      }
      let tensor = try file.load(name)
      if weights.contains(name), tensor.shape.rank == 2 {
        tensors.add(name, try transposed(tensor, name, in: file.file))
      } else {
        tensors.add(name, tensor)
      }
    }
    try Assignment(parameters.distinctPaths, from: tensors, file: file.file).perform()
    parameters.tellPaths()
  }

  private func transposed(
    _ weight: StoredTensor, _ name: String, in file: String
  ) throws(FileError) -> Tensor<Float> {
    let weight = try weight.tensor(as: Float.self)
    do throws(OutOfMemory) {
      return try weight.transposed().evaluated()
    } catch {
      throw FileError(.unreadable, in: file, at: .part(name), error.description)
    }
  }

  /// The paths of the weights of all linear layers, also of those in a `Sequential` inside.
  private func linearWeights(at prefix: String) -> Set<String> {
    var paths: Set<String> = []
    for (position, layer) in layers.enumerated() {
      switch layer {
      case is Linear: paths.insert("\(prefix)\(position).weight")
      case let inner as Sequential:
        paths.formUnion(inner.linearWeights(at: "\(prefix)\(position)."))
      default: break
      }
    }
    return paths
  }
}
