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
  /// Where the names or the layout differ, a table says so: see ``PyTorchTensor``. Its keys are
  /// paths of parameters, or of layers, here.
  ///
  /// ```swift
  /// // nn.TransformerEncoderLayer(128, 4, 512, activation="gelu", norm_first=True)
  /// let block = TransformerBlock(128, heads: 4)
  /// try block.loadPyTorch(at: "block.safetensors", names: [
  ///   "attentionNorm": "norm1", "mlpNorm": "norm2", "up": "linear1", "down": "linear2",
  ///   "attention.queryKeyValue.weight": "self_attn.in_proj_weight".inPyTorch.transposed(1, 0),
  ///   "attention.queryKeyValue.bias": "self_attn.in_proj_bias",
  ///   "attention.output": "self_attn.out_proj",
  /// ])
  /// ```
  ///
  /// A `Linear` behind a ``Flatten`` of images has its inputs in the order [h, w, c] here and
  /// [c, h, w] there, which no shape tells: of 4 x 4 places, 8 channels and 10 outputs
  ///
  /// ```swift
  /// let names: [String: PyTorchTensor] = [
  ///   "4.weight": "4.weight".inPyTorch.reshaped(to: [10, 8, 4, 4]).transposed(2, 3, 1, 0)
  ///     .reshaped(to: [128, 10])
  /// ]
  /// ```
  ///
  /// Throws unless the file has the weights of all layers, in their shapes, and nothing else (but
  /// the `num_batches_tracked` of batch norms); the model stays as it is then.
  ///
  /// - Parameters:
  ///   - names: what is named otherwise there; of two keys that fit a parameter the longer
  ///     one counts, and "" is the whole model: `["": "encoder"]` if the file has all its
  ///     names below that one.
  ///   - isIgnored: tensors of the file that the model needs not, by their names: masks, positions.
  public func loadPyTorch(
    at path: String, names: [String: PyTorchTensor] = [:],
    ignoring isIgnored: (_ name: String) -> Bool = { _ in false }
  ) throws(FileError) {
    try loadPyTorch(Safetensors.read(at: path), names, isIgnored)
  }

  /// Takes such weights from the bytes of a file.
  public func loadPyTorch(
    from bytes: [UInt8], name: String = "PyTorch", names: [String: PyTorchTensor] = [:],
    ignoring isIgnored: (_ name: String) -> Bool = { _ in false }
  ) throws(FileError) {
    try loadPyTorch(Safetensors.read(from: bytes, name: name), names, isIgnored)
  }

  private func loadPyTorch(
    _ file: Safetensors, _ table: [String: PyTorchTensor], _ isIgnored: (String) -> Bool
  ) throws(FileError) {
    func malformed(_ name: String, _ problem: String) -> FileError {
      FileError(.malformed, in: file.file, at: .part(name), problem)
    }
    // Its weights are [inputs, outputs]; a square one would be transposed without a sign.
    if file.metadata["format"] == "pullback" {
      throw FileError(
        .malformed, in: file.file, "is a model that Pullback saved; use ModelFile.load")
    }
    var reader = try PyTorchReader(file), tensors = NamedTensors()
    var named: [(name: String, Parameter)] = [], keys: Set<String> = []
    for leaf in parameters.distinctLeaves {
      let (place, key) = try leaf.place(in: table, file.file)
      if let key { keys.insert(key) }
      if case .named = place.form, leaf.inPyTorch == nil, leaf.parameter.shape.rank > 1 {
        throw malformed(
          leaf.path,
          key == nil
            ? "its layer does not say how PyTorch keeps it; use marked(inPyTorch:axes:) there"
            : "neither its layer nor the table says its axes; with the same ones there, write "
              + "\"\(place)\".inPyTorch.transposed(0, 1)")
      }
      // Two parameters may be made of one tensor; each has a name of its own here.
      let name = tensors["\(place)"] == nil ? "\(place)" : leaf.path
      named.append((name, leaf.parameter))
      if let tensor = try reader.tensor(place, axes: leaf.inPyTorch?.axes) {
        tensors.add(name, tensor)
      }
    }
    if let key = table.keys.sorted().first(where: { !keys.contains($0) }) {
      throw malformed(key, "the table has it, the model does not")
    }
    let assignment = try Assignment(named, from: tensors, file: file.file)
    if let name = reader.others.first(where: { !isIgnored($0) }) {
      throw malformed(name, "the file has it, the model does not")
    }
    assignment.perform()
    parameters.tellPaths()
  }
}

extension ParameterLeaf {
  /// Where PyTorch keeps the parameter, and the key of the table that says so.
  fileprivate func place(
    in table: [String: PyTorchTensor], _ file: String
  ) throws(FileError) -> (place: PyTorchTensor, key: String?) {
    if let known = table[path] { return (known, path) }
    let own = inPyTorch?.path ?? path
    // What stands below a layer that is named otherwise: as many names from the end
    // are the layer's.
    var layer: String? = path.parentPath ?? "", depth = 1
    while let key = layer {
      if let known = table[key] {
        guard case .named(let name) = known.form else {
          throw FileError(
            .malformed, in: file, at: .part(key),
            "is a layer, whose parameters cannot be made of \(known)")
        }
        let rest = own.split(separator: ".", omittingEmptySubsequences: false).suffix(depth)
        return (PyTorchTensor((name.isEmpty ? [] : [name[...]]) + rest), key)
      }
      layer = key.isEmpty ? nil : key.parentPath ?? ""
      depth += 1
    }
    return (PyTorchTensor(own), nil)
  }
}

extension PyTorchTensor {
  fileprivate init(_ names: [Substring]) { self.init(names.joined(separator: ".")) }
}
