// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackRuntime
import PullbackTensors

/// Takes tensors from a file of PyTorch, in the layouts that a table or the layers say.
struct PyTorchReader {
  private let source: Safetensors
  private var used: Set<Name> = []

  /// Throws if two tensors have one name.
  init(_ source: Safetensors) throws(FileError) {
    self.source = source
    var known: Set<Name> = []
    for name in source.names where !known.insert(Name(name)).inserted {
      throw FileError(.malformed, in: source.file, at: .part(name), "stands there twice")
    }
  }

  /// The tensor for a parameter; nil if the file has none of the name that it has there.
  ///
  /// - Parameter axes: as the layer says them: they count for a name alone, if there are as many.
  mutating func tensor(
    _ place: PyTorchTensor, axes: [Int]?
  ) throws(FileError) -> StoredTensor? {
    guard case .named(let name) = place.form else {
      return StoredTensor(try made(place, for: place))
    }
    guard source.shape(of: name) != nil else { return nil }
    used.insert(Name(name))
    let stored = try source.load(name)
    guard let axes, stored.shape.rank == axes.count, axes != axes.sorted() else { return stored }
    let tensor = try stored.tensor(as: Float.self)
    return StoredTensor(try evaluated(Tensor(tensor.value.transposed(Shape(axes))), place))
  }

  /// The tensors that nobody has asked for, but counts of batches, which nothing depends on here.
  var others: [String] {
    source.names.filter { name in
      !used.contains(Name(name))
        && !(name.hasSuffix("num_batches_tracked") && source.shape(of: name) == [])
    }
  }

  private mutating func made(
    _ part: PyTorchTensor, for whole: PyTorchTensor
  ) throws(FileError) -> Tensor<Float> {
    func refuse(_ x: Tensor<Float>) throws(FileError) -> Never {
      throw FileError(
        .malformed, in: source.file, at: .part("\(part)"),
        "cannot be made of a tensor of shape \(x.shape)")
    }
    switch part.form {
    case .named(let name):
      guard source.shape(of: name) != nil else {
        throw FileError(
          .malformed, in: source.file, at: .part(name), "the table has it, the file does not")
      }
      used.insert(Name(name))
      return try source.load(name).tensor(as: Float.self)
    case .joined(let parts, let axis):
      return try joined(try all(parts, for: whole), along: axis, part)
    case .sum(let parts):
      let tensors = try all(parts, for: whole)
      guard let first = tensors.first else { throw empty(part) }
      for tensor in tensors where tensor.shape != first.shape { try refuse(tensor) }
      return try evaluated(tensors.dropFirst().reduce(first) { $0 + $1 }, part)
    case .transposed(let inner, let axes):
      let x = try made(inner, for: whole)
      guard axes.sorted() == Array(0..<x.rank) else { try refuse(x) }
      return try evaluated(Tensor(x.value.transposed(Shape(axes))), part)
    case .reshaped(let inner, let extents):
      let x = try made(inner, for: whole), shape = Shape(extents)
      guard extents.allSatisfy({ $0 >= 0 }), shape.checkedElementCount == x.shape.elementCount
      else { try refuse(x) }
      return try evaluated(Tensor(x.value.reshaped(to: shape)), part)
    case .part(let inner, let places, let axis):
      let x = try made(inner, for: whole)
      guard x.shape.indices.contains(axis), places.lowerBound >= 0,
        places.upperBound <= x.shape[axis]
      else { try refuse(x) }
      return try evaluated(slice(x, places, axis), part)
    case .blocks(let inner, let order, let axis):
      let x = try made(inner, for: whole)
      guard x.shape.indices.contains(axis), !order.isEmpty, x.shape[axis] % order.count == 0,
        order.sorted() == Array(0..<order.count)
      else { try refuse(x) }
      let size = x.shape[axis] / order.count
      return try joined(
        order.map { slice(x, $0 * size..<($0 + 1) * size, axis) }, along: axis, part)
    }
  }

  private mutating func all(
    _ parts: [PyTorchTensor], for whole: PyTorchTensor
  ) throws(FileError) -> [Tensor<Float>] {
    var tensors: [Tensor<Float>] = []
    for part in parts { tensors.append(try made(part, for: whole)) }
    return tensors
  }

  private func empty(_ place: PyTorchTensor) -> FileError {
    FileError(.malformed, in: source.file, at: .part("\(place)"), "is made of no tensor")
  }

  private func slice(_ x: Tensor<Float>, _ places: Range<Int>, _ axis: Int) -> Tensor<Float> {
    var starts = Shape(repeating: 0, rank: x.rank), extents = x.shape
    (starts[axis], extents[axis]) = (places.lowerBound, places.count)
    return Tensor(x.value.sliced(from: starts, extents: extents))
  }

  private func joined(
    _ tensors: [Tensor<Float>], along axis: Int, _ place: PyTorchTensor
  ) throws(FileError) -> Tensor<Float> {
    guard let first = tensors.first else { throw empty(place) }
    var shape = first.shape
    guard shape.indices.contains(axis) else {
      throw FileError(
        .malformed, in: source.file, at: .part("\(place)"),
        "cannot be made of a tensor of shape \(shape)")
    }
    for tensor in tensors.dropFirst() {
      var like = tensor.shape
      if like.rank == shape.rank { like[axis] = shape[axis] }
      let (count, overflow) =
        like == shape
        ? shape[axis].addingReportingOverflow(tensor.shape[axis]) : (0, true)
      if overflow {
        throw FileError(
          .malformed, in: source.file, at: .part("\(place)"),
          "tensors of shapes \(first.shape) and \(tensor.shape) do not stand behind each other")
      }
      shape[axis] = count
    }
    return try evaluated(concatenated(tensors, along: axis), place)
  }

  private func evaluated(
    _ tensor: Tensor<Float>, _ place: PyTorchTensor
  ) throws(FileError) -> Tensor<Float> {
    do throws(EvaluationError) {
      return try tensor.evaluated()
    } catch {
      throw FileError(
        .unreadable, in: source.file, at: .part("\(place)"), error.description)
    }
  }
}
