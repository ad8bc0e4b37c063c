// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The Jacobian that a line of the backward pass stands for: its shape, and what its entries are.
/// It is never built; the line is what is left of it after contraction with the upstream gradient.
public struct JacobianForm: Sendable, CustomStringConvertible {
  /// What is differentiated, and by what.
  public let output: String, input: String
  /// The axes of the output, then those of the input.
  public let shape: Shape
  package let pattern: JacobianPattern

  /// The entries in words: "a0_i where j = k, else 0".
  public var entries: String { pattern.text }

  /// "∂s1/∂W1: [1, 2, 2, 2], a0_i where j = k, else 0; contracted, never built".
  public var description: String {
    "∂\(output)/∂\(input): \(shape), \(entries)"
      + (pattern.isGradient ? "" : "; contracted, never built")
  }
}

/// Which entries of a Jacobian ∂y/∂x are what. r and k are rows and columns of y, i
/// and j those of x.
package enum JacobianPattern: Hashable, Sendable {
  /// y is a scalar, so that there is nothing to contract; x is a scalar too, or has axes.
  case slope(Formula)
  case gradient(Formula)
  /// Each element of x reaches the one at its place.
  case identity
  case diagonal(Formula)
  /// Each element of x reaches those that agree with it in these axes.
  case stretched(Formula, [Agreement])
  /// The elements of x that agree in the axes kept reach one.
  case reduced(Formula)
  /// Each element of x reaches one elsewhere.
  case moved(Formula)
  /// The matrix itself, of a product with one row.
  case matrix(Formula)
  /// Of a product in which x stands once or twice.
  case product([Factor])
  /// Rows of x that indices chose, or sent.
  case chosen(by: Formula), collected(by: Formula)
  case sumOfUses(Int)
  /// A chain of operations, whose names these are.
  case chain([String])
  /// Operations that x goes through in several ways.
  case ways(through: [String])

  /// Two indices that must be equal.
  package struct Agreement: Hashable, Sendable {
    package let ofInput, ofOutput: String
  }

  /// x in a product: the entries are those of the other operand.
  package struct Factor: Hashable, Sendable {
    package let operand: Formula
    /// The operand's row and column.
    package let indices: String
    package let agreement: Agreement
    package let batch: Batch
  }

  /// Which matrices of a batch meet.
  package enum Batch: Sendable {
    /// There is one.
    case none
    /// Those at the same place.
    case same
    /// x is one matrix that meets all.
    case repeated
  }

  var isGradient: Bool {
    switch self {
    case .slope, .gradient: true
    case .identity, .diagonal, .stretched, .reduced, .moved, .matrix, .product, .chosen, .collected,
      .sumOfUses, .chain, .ways:
      false
    }
  }

  /// True if rows or columns of matrices occur in it.
  var hasIndices: Bool {
    switch self {
    case .stretched(_, let agreements): !agreements.isEmpty
    case .product: true
    case .slope, .gradient, .identity, .diagonal, .reduced, .moved, .matrix, .chosen, .collected,
      .sumOfUses, .chain, .ways:
      false
    }
  }

  package var text: String {
    switch self {
    case .slope(let x), .matrix(let x): return x.text
    case .gradient(let x): return "the gradient itself, \(x.text)"
    case .identity: return "the identity"
    case .diagonal(let x): return "diagonal, \(x.text)"
    case .stretched(let x, let agreements):
      if agreements.isEmpty { return x.text }
      return "\(x.text) where \(agreements.map(\.text).joined(separator: ", ")), else 0"
    case .reduced(let x): return "\(x.text) where the axes kept agree, else 0"
    case .moved(let x): return "\(x.text) where the element came from, else 0"
    case .product(let factors): return factors.map(\.text).joined(separator: ", plus ")
    case .chosen(let indices): return "1 where \(indices.text) chose the row, else 0"
    case .collected(let indices): return "1 where \(indices.text) sent the row, else 0"
    case .sumOfUses(let count): return "the sum of those of its \(count) uses"
    case .chain(let names):
      return names.count == 1
        ? "that of \(names[0])" : "the product of those of \(names.joined(separator: ", "))"
    case .ways(let names): return "the sum of the ways through \(names.joined(separator: ", "))"
    }
  }
}

extension JacobianPattern.Agreement {
  fileprivate var text: String { "\(ofInput) = \(ofOutput)" }
}

extension JacobianPattern.Factor {
  fileprivate var text: String {
    let entry =
      switch operand {
      case .name(let name): "\(name)_\(indices)"
      case .transposed(.name(let name)): "\(name)_\(String(indices.reversed()))"
      default: "(\(operand.text))_\(indices)"
      }
    switch batch {
    case .none: return "\(entry) where \(agreement.text), else 0"
    case .same: return "\(entry) where \(agreement.text) in the same matrix, else 0"
    case .repeated: return "\(entry) of y's matrix where \(agreement.text), else 0"
    }
  }
}
