// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The leaf cases of `Operation`, in a list that can be walked.
///
/// The switches here, in `OperationSample.samples(of:)` and in `WrittenOperation` have no
/// `default`: a new operation does not compile until it has a kind, and a kind not until it has
/// samples, of right and of wrong forms. Those of one form for all are known by their family: what
/// tests must know of a new unary one is a line in `UnarySample`.
package enum OperationKind: Hashable, Sendable {
  case unary(Unary)
  case binary(Binary)
  case comparison(Comparison)
  case reduction(Reduction)
  case scan(Scan)
  case other(Other)

  package enum Other: CaseIterable, Sendable {
    case data, constant, scalar, iota
    case uniform, normal
    case named, detached, unchanged, custom, renewing, checked
    case selection, conversion
    case contraction
    case reshape, transpose, expand, slice, placed, windows
    case gather, scatterAdd
  }

  package init(_ operation: Operation) {
    self =
      switch operation {
      case .unary(let unary): .unary(unary)
      case .binary(let binary): .binary(binary)
      case .comparison(let comparison): .comparison(comparison)
      case .reduction(let reduction, _): .reduction(reduction)
      case .scan(let scan, _, _): .scan(scan)
      case .creation(.data): .other(.data)
      case .creation(.constant): .other(.constant)
      case .creation(.scalar): .other(.scalar)
      case .creation(.iota): .other(.iota)
      case .random(.uniform, _, _): .other(.uniform)
      case .random(.normal, _, _): .other(.normal)
      case .identity(.named): .other(.named)
      case .identity(.detached): .other(.detached)
      case .identity(.unchanged): .other(.unchanged)
      case .identity(.custom): .other(.custom)
      case .identity(.renewing): .other(.renewing)
      case .identity(.checked): .other(.checked)
      case .selection: .other(.selection)
      case .conversion: .other(.conversion)
      case .contraction: .other(.contraction)
      case .movement(.reshape): .other(.reshape)
      case .movement(.transpose): .other(.transpose)
      case .movement(.expand): .other(.expand)
      case .movement(.slice): .other(.slice)
      case .movement(.placed): .other(.placed)
      case .movement(.windows): .other(.windows)
      case .gathering(.gather, _): .other(.gather)
      case .gathering(.scatterAdd, _): .other(.scatterAdd)
      }
  }
}

extension OperationKind: CaseIterable, CustomStringConvertible {
  package static let allCases: [OperationKind] =
    Unary.allCases.map { .unary($0) } + Binary.allCases.map { .binary($0) }
    + Comparison.allCases.map { .comparison($0) } + Reduction.allCases.map { .reduction($0) }
    + Scan.allCases.map { .scan($0) } + Other.allCases.map { .other($0) }

  package var description: String {
    switch self {
    case .unary(let unary): "\(unary)"
    case .binary(let binary): "\(binary)"
    case .comparison(let comparison): "\(comparison)"
    case .reduction(let reduction): "\(reduction)"
    case .scan(let scan): "scan \(scan)"
    case .other(let other): "\(other)"
    }
  }
}

extension Reduction {
  /// Whether its result is where an element stands, rather than what is made of elements.
  package var givesPosition: Bool {
    switch self {
    case .sum, .product, .max, .min, .norm, .squaredDeviations: false
    case .argmax, .argmin: true
    }
  }
}
