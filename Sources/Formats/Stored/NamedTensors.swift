// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What can be written to a file: a tensor of any element type.
public protocol StorableTensor {
  /// The tensor as a file holds it; computes numbers that are not known yet.
  var stored: StoredTensor { get }
}

extension Tensor: StorableTensor {
  public var stored: StoredTensor { StoredTensor(self) }
}

extension StoredTensor: StorableTensor {
  public var stored: StoredTensor { self }
}

/// Tensors under names, in the order in which they were added; written as a dictionary literal.
/// Names are compared byte for byte, as files do: an "é" of one scalar and one of two differ.
///
/// ```swift
/// let images = Tensor<Float>([[0, 1]]), labels: Tensor<Int32> = [7]
/// let tensors: NamedTensors = ["images": images, "labels": labels]
/// ```
public struct NamedTensors: Sendable, ExpressibleByDictionaryLiteral {
  private var elements: [(name: String, tensor: StoredTensor)] = []
  private var positions: [Name: Int] = [:]

  /// No tensors yet.
  public init() {}

  public init(dictionaryLiteral elements: (String, any StorableTensor)...) {
    // The caller of a literal cannot be known.
    for (name, tensor) in elements { add(name, tensor, at: nil) }
  }

  /// Adds a tensor; computes its numbers if they are not known yet. A mistake if the name is taken.
  public mutating func add(
    _ name: String, _ tensor: any StorableTensor, file: StaticString = #fileID,
    line: UInt = #line
  ) {
    add(name, tensor, at: CallSite(file, line))
  }

  private mutating func add(_ name: String, _ tensor: any StorableTensor, at site: CallSite?) {
    if positions.updateValue(elements.count, forKey: Name(name)) != nil {
      Mistake("NamedTensors", "two tensors are named \(name)", fix: "give each its own name")
        .stop(at: site)
    }
    elements.append((name, tensor.stored))
  }

  /// Takes room for so many tensors at once: growing would take twice as much for a while.
  package mutating func reserveCapacity(_ count: Int) {
    elements.reserveCapacity(count)
    positions.reserveCapacity(count)
  }

  /// The tensor of a name; nil if there is none.
  public subscript(name: String) -> StoredTensor? {
    positions[Name(name)].map { elements[$0].tensor }
  }

  /// The names, in the order in which the tensors were added.
  public var names: [String] { elements.map(\.name) }
}

extension NamedTensors: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { elements.count }
  public subscript(position: Int) -> (name: String, tensor: StoredTensor) { elements[position] }
}
