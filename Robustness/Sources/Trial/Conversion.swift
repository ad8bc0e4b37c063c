// SPDX-License-Identifier: Apache-2.0

import Pullback

/// Writes all tensors of a file to another one, in the formats that the names' endings say.
func convert(_ from: String, to path: String) throws {
  let (tensors, metadata) = try contents(of: from)
  if path.hasSuffix(".npy") {
    try NumPy.save(tensors[0].tensor, to: path)
  } else if path.hasSuffix(".npz") {
    try NumPy.save(tensors, to: path, compressed: path.hasSuffix("deflated.npz"))
  } else if path.hasSuffix(".safetensors") {
    try Safetensors.write(tensors, metadata: metadata, to: path)
  } else {
    fail(64, "\(path): no format that can be written")
  }
}

private func contents(
  of path: String
) throws -> (NamedTensors, metadata: [(key: String, value: String)]) {
  var tensors = NamedTensors()
  var metadata: [(key: String, value: String)] = []
  if path.hasSuffix(".npy") {
    tensors.add("array", try NumPy.load(at: path))
  } else if path.hasSuffix(".npz") {
    let archive = try NumPy.archive(at: path)
    for name in archive.names { tensors.add(name, try archive.load(name)) }
  } else if path.hasSuffix(".safetensors") {
    let file = try Safetensors.read(at: path)
    for name in file.names { tensors.add(name, try file.load(name)) }
    metadata = Array(file.metadata)
  } else if path.hasSuffix(".csv") {
    for column in try CSV.table(at: path).columns {
      switch column.values {
      case .numeric(let numbers): tensors.add(column.name, Tensor(numbers))
      case .categorical(let codes, let categories):
        tensors.add(column.name, Tensor(codes))
        metadata.append((column.name, "\(JSON.array(categories.map(JSON.string)))"))
      }
    }
  } else {
    tensors.add("array", try IDX.load(at: path))
  }
  return (tensors, metadata)
}
