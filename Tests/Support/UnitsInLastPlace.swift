// SPDX-License-Identifier: Apache-2.0

/// How far a result is from what it should be, in units of the last place of what it should be.
/// Infinity where only one of them is NaN, or where they are infinities of different signs.
package func units(_ result: Float, from expected: Double) -> Double {
  if expected.isNaN || result.isNaN { return expected.isNaN && result.isNaN ? 0 : .infinity }
  if Float(expected).isInfinite, result.isInfinite {
    return (expected < 0) == (result < 0) ? 0 : .infinity
  }
  let clamped = min(abs(Float(expected)), .greatestFiniteMagnitude)
  return abs(Double(result) - expected) / Double(clamped.ulp)
}

// The system's functions of 80 bits have 11 bits more than Double, where there are any. Elsewhere
// its Double serves, which may itself be wrong by one unit.
#if arch(x86_64) && os(Linux)
  package typealias Wide = Float80
  package let boundOfDouble: Wide = 2
#else
  package typealias Wide = Double
  package let boundOfDouble: Wide = 3
#endif

package func units(_ result: Double, from expected: Wide) -> Wide {
  if expected.isNaN || result.isNaN { return expected.isNaN && result.isNaN ? 0 : .infinity }
  if Double(expected).isInfinite, result.isInfinite {
    return (expected < 0) == (result < 0) ? 0 : .infinity
  }
  let clamped = min(abs(Double(expected)), .greatestFiniteMagnitude)
  return abs(Wide(result) - expected) / Wide(clamped.ulp)
}

/// The largest error of many results, in units of the last place of what each should be, and where
/// it is. In a module that is optimised in debug builds too: these are millions.
package func largestError(
  of results: [Float], at inputs: [Float], from reference: (Double) -> Double
) -> (units: Double, place: Int) {
  var worst = 0.0, place = 0
  for index in inputs.indices {
    let error = units(results[index], from: reference(Double(inputs[index])))
    if error > worst { (worst, place) = (error, index) }
  }
  return (worst, place)
}

package func largestError(
  of results: [Double], at inputs: [Double], from reference: (Wide) -> Wide
) -> (units: Wide, place: Int) {
  var worst: Wide = 0, place = 0
  for index in inputs.indices {
    let error = units(results[index], from: reference(Wide(inputs[index])))
    if error > worst { (worst, place) = (error, index) }
  }
  return (worst, place)
}
