// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackRuntime
import PullbackTensors

extension ParameterTree {
  /// Takes the weights of a model of PyTorch, saved with
  /// `safetensors.torch.save_file(model.state_dict(), path)`.
  ///
  /// Names must be the same: the layers of a `Sequential` stand at the same positions, those
  /// without parameters counted, and a struct names its layers as the module of PyTorch does. Each
  /// layer says how PyTorch keeps its parameters: `Linear` that its weight is [outputs, inputs]
  /// there; in a layer of your own say it with `weight.marked(inPyTorch: "weight", axes: 1, 0)`.
  ///
  /// ```swift
  /// // nn.Sequential(nn.Linear(64, 50), nn.ReLU(), nn.Linear(50, 10))
  /// let model = Sequential(Linear(64, 50), ReLU(), Linear(50, 10))
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
    let leaves = parameters.distinctLeaves
    var forms: [Name: ParameterLeaf.PyTorchForm] = [:]
    for leaf in leaves {
      if let form = leaf.inPyTorch {
        forms[Name(form.path)] = form
      } else if leaf.parameter.shape.rank > 1 {
        throw FileError(
          .malformed, in: file.file, at: .part(leaf.path),
          "its layer does not say how PyTorch keeps it; use marked(inPyTorch:axes:) there")
      }
    }
    var tensors = NamedTensors()
    for name in file.names {
      if tensors[name] != nil {
        throw FileError(.malformed, in: file.file, at: .part(name), "stands there twice")
      }
      let tensor = try file.load(name)
      if let axes = forms[Name(name)]?.axes, tensor.shape.rank == axes.count, axes != axes.sorted()
      {
        tensors.add(name, try transposed(tensor, axes, name, in: file.file))
      } else {
        tensors.add(name, tensor)
      }
    }
    let named = leaves.map { (name: $0.inPyTorch?.path ?? $0.path, $0.parameter) }
    try Assignment(named, from: tensors, file: file.file).perform()
    parameters.tellPaths()
  }

  /// The tensor whose axis i is axis `axes[i]` of the one in the file.
  private func transposed(
    _ stored: StoredTensor, _ axes: [Int], _ name: String, in file: String
  ) throws(FileError) -> Tensor<Float> {
    let tensor = try stored.tensor(as: Float.self)
    do throws(OutOfMemory) {
      return try Tensor<Float>(tensor.value.transposed(Shape(axes))).evaluated()
    } catch {
      throw FileError(.unreadable, in: file, at: .part(name), error.description)
    }
  }
}
