// SPDX-License-Identifier: Apache-2.0

/// Where a file of PyTorch keeps a parameter, and in which layout.
///
/// A text alone is a name there. It may also stand for a layer, whose parameters then have the
/// names and axes that the layer itself says, below that name:
///
/// ```swift
/// let names: [String: PyTorchTensor] = [
///   "attentionNorm": "norm1",
///   "attention.queryKeyValue.weight": "self_attn.in_proj_weight".inPyTorch.transposed(1, 0),
///   "attention.queryKeyValue.bias": .joined(["q.bias", "k.bias", "v.bias"], along: 0),
/// ]
/// ```
///
/// A layout that is written out is the whole of it: what the layer says of its axes
/// does not count then.
public struct PyTorchTensor: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The tensors of the file that it is made of.
  indirect enum Form: Hashable {
    case named(String)
    case joined([PyTorchTensor], axis: Int)
    case sum([PyTorchTensor])
    case transposed(PyTorchTensor, [Int])
    case reshaped(PyTorchTensor, [Int])
    case part(PyTorchTensor, Range<Int>, axis: Int)
    case blocks(PyTorchTensor, [Int], axis: Int)
  }

  let form: Form

  private init(_ form: Form) { self.form = form }

  /// The tensor of a name.
  public init(stringLiteral name: String) { form = .named(name) }

  /// The tensor of a name that is put together.
  public init(_ name: String) { form = .named(name) }

  /// Several one behind the other along an axis: queries, keys and values that PyTorch keeps apart.
  public static func joined(_ parts: [PyTorchTensor], along axis: Int) -> PyTorchTensor {
    PyTorchTensor(.joined(parts, axis: axis))
  }

  /// Several added up: two biases where one is enough.
  public static func sum(_ parts: [PyTorchTensor]) -> PyTorchTensor { PyTorchTensor(.sum(parts)) }

  /// Axis i is axis `axes[i]` of this one.
  public func transposed(_ axes: Int...) -> PyTorchTensor {
    PyTorchTensor(.transposed(self, axes))
  }

  /// The elements in order under another shape.
  public func reshaped(to shape: [Int]) -> PyTorchTensor { PyTorchTensor(.reshaped(self, shape)) }

  /// Some places along an axis: one of several tensors that PyTorch keeps as one.
  public func part(_ places: Range<Int>, along axis: Int) -> PyTorchTensor {
    PyTorchTensor(.part(self, places, axis: axis))
  }

  /// An axis cut into blocks of one size, which come in another order: gates that are counted
  /// otherwise. Block i is block `order[i]` of this one.
  public func blocks(_ order: Int..., along axis: Int) -> PyTorchTensor {
    PyTorchTensor(.blocks(self, order, axis: axis))
  }
}

extension String {
  /// The tensor of this name in a file of PyTorch, whose layout can be said.
  public var inPyTorch: PyTorchTensor { PyTorchTensor(self) }
}

extension PyTorchTensor: CustomStringConvertible {
  /// The names and what is done with them.
  public var description: String {
    func list(_ parts: [PyTorchTensor]) -> String {
      parts.map(\.description).joined(separator: ", ")
    }
    switch form {
    case .named(let name): return name
    case .joined(let parts, let axis): return "joined(\(list(parts)), along: \(axis))"
    case .sum(let parts): return "sum(\(list(parts)))"
    case .transposed(let inner, let axes):
      return "\(inner).transposed(\(axes.map { "\($0)" }.joined(separator: ", ")))"
    case .reshaped(let inner, let shape): return "\(inner).reshaped(to: \(shape))"
    case .part(let inner, let places, let axis): return "\(inner).part(\(places), along: \(axis))"
    case .blocks(let inner, let order, let axis):
      return "\(inner).blocks(\(order.map { "\($0)" }.joined(separator: ", ")), along: \(axis))"
    }
  }
}
