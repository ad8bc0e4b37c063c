// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `start` for a weight of 1, `end` for 0.
func between(_ start: Float, _ end: Float, _ weight: Double) -> Double {
  Double(end) + (Double(start) - Double(end)) * weight
}

/// Half a cosine: 1 at 0, 0 at 1.
func halfWave(_ share: Double) -> Double { (1 + cos(Double.pi * share)) / 2 }

extension Double {
  /// The power, which is 1 for an exponent of 0.
  func power(_ exponent: Double) -> Double { pow(self, exponent) }
}
