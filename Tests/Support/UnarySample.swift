// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What tests try a unary operation with and expect of it: a line for each, and no
/// other list of them.
package struct UnarySample: Sendable {
  package enum Types: Sendable {
    /// All but Bool.
    case numbers
    case floatingPoint
    case truth
  }

  /// Where it is safe to differentiate.
  package enum Domain: Sendable {
    /// Apart from 0.
    case signed
    case positive
    /// The derivative is 0 but where it jumps.
    case steps
  }

  /// Those that it is defined for.
  package let types: Types
  package let domain: Domain
  /// How many representable numbers a result may be from the reference's; 0 for none.
  package let units: Double
  /// Whether zeros have the reference's sign.
  package let keepsSignOfZero: Bool
  /// What it is, written as plainly as Swift allows. For Float the result is rounded once more,
  /// which changes nothing: a Double has more than twice Float's digits.
  package let reference: @Sendable (Double) -> Double

  private init(
    _ types: Types, _ domain: Domain = .signed, units: Double = 0, keepsSignOfZero: Bool = true,
    _ reference: @escaping @Sendable (Double) -> Double
  ) {
    self.types = types
    self.domain = domain
    self.units = units
    self.keepsSignOfZero = keepsSignOfZero
    self.reference = reference
  }

  package init(_ operation: Unary) {
    self =
      switch operation {
      case .negate: UnarySample(.numbers) { -$0 }
      case .absolute: UnarySample(.numbers) { abs($0) }
      case .sign:
        UnarySample(.numbers, keepsSignOfZero: false) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
      case .exp: UnarySample(.floatingPoint, units: 4) { exp($0) }
      case .expm1: UnarySample(.floatingPoint, units: 4) { expm1($0) }
      case .log: UnarySample(.floatingPoint, .positive, units: 4) { log($0) }
      case .log1p: UnarySample(.floatingPoint, .positive, units: 4) { log1p($0) }
      case .squareRoot: UnarySample(.floatingPoint, .positive) { $0.squareRoot() }
      case .sinh: UnarySample(.floatingPoint, units: 4) { sinh($0) }
      case .tanh: UnarySample(.floatingPoint, units: 4) { tanh($0) }
      case .sigmoid:
        UnarySample(.floatingPoint, units: 4) { x in
          x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
        }
      case .softplus:
        UnarySample(.floatingPoint, units: 4) { x in
          x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
        }
      case .erf: UnarySample(.floatingPoint, units: 4) { erf($0) }
      case .normalDistribution:
        UnarySample(.floatingPoint, units: 8) { normalDistribution($0) }
      case .sin: UnarySample(.floatingPoint, units: 4) { sin($0) }
      case .cos: UnarySample(.floatingPoint, units: 4) { cos($0) }
      case .relu: UnarySample(.numbers) { $0 > 0 || $0.isNaN ? $0 : 0 }
      case .floor: UnarySample(.floatingPoint, .steps) { $0.rounded(.down) }
      case .ceil: UnarySample(.floatingPoint, .steps) { $0.rounded(.up) }
      case .round: UnarySample(.floatingPoint, .steps) { $0.rounded(.toNearestOrEven) }
      case .not: UnarySample(.truth) { 1 - $0 }
      }
  }

  package func isDefined(for type: ElementType) -> Bool {
    switch types {
    case .numbers: type != .bool
    case .floatingPoint: type.isFloatingPoint
    case .truth: type == .bool
    }
  }
}

/// erfc(-x / √2) / 2, with what rounding the argument costs made good.
private func normalDistribution(_ x: Double) -> Double {
  if x.isInfinite { return x > 0 ? 1 : 0 }
  let root = 0.5.squareRoot(), restOfRoot = 0.5.addingProduct(-root, root) / (2 * root)
  let u = -x * root, rest = -(u.addingProduct(x, root) + x * restOfRoot)
  return (erfc(u) - rest * 2 / Double.pi.squareRoot() * exp(-u * u)) / 2
}
