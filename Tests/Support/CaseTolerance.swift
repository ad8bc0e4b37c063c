// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How far a number may be from what the peers have.
package struct CaseTolerance: Sendable {
  /// Units in the last place, of the type that is computed in.
  package let units: Double
  /// Whether they are those of the largest number about, as of sums whose terms cancel.
  package let isOfLargest: Bool

  /// The same number; zeros have the same sign.
  package static let exact = CaseTolerance(units: 0, isOfLargest: false)
  /// Units in the last place of the number.
  package static func ulps(_ units: Double) -> CaseTolerance {
    CaseTolerance(units: units, isOfLargest: false)
  }
  /// Units in the last place of the largest among inputs and results.
  package static func sum(_ units: Double) -> CaseTolerance {
    CaseTolerance(units: units, isOfLargest: true)
  }

  /// The first place where numbers are not what they should be, in words.
  ///
  /// - Parameter largest: the largest size among the inputs.
  package func mismatch(
    _ found: [Double], _ expected: [Double], _ type: ElementType, largest: Double
  ) -> String? {
    guard found.count == expected.count else {
      return "\(found.count) numbers, expected \(expected.count)"
    }
    let sizes = expected.map { Swift.abs($0) }.filter(\.isFinite)
    let scale = isOfLargest ? Swift.max(sizes.max() ?? 0, largest) : 0
    for (place, (found, exact)) in zip(found, expected).enumerated() {
      let expected = Reference.rounded(exact, type)
      if isSame(found, expected) || units > 0 && found == expected { continue }
      let unit = Self.unit(Swift.max(Swift.abs(expected), scale), type)
      let distance = Swift.abs(found - exact) / unit
      if !expected.isFinite || !found.isFinite || !(distance <= units) {
        return "element \(place) is \(found), expected \(expected) (\(distance) units)"
      }
    }
    return nil
  }

  private static func unit(_ size: Double, _ type: ElementType) -> Double {
    switch type {
    case .float: Double(Swift.min(Float(size), .greatestFiniteMagnitude).ulp)
    case .double: Swift.min(size, .greatestFiniteMagnitude).ulp
    case .int32, .bool: 1
    }
  }
}
