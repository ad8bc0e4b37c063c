// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing
import PullbackTestSupport

/// exp, log and tanh are within 2 units in the last place, on whatever instruction set runs.
@Suite struct TranscendentalTests {
  private static let count = 1_000_000

  @Test func expOfFloat() {
    checkFloat(in: -104...89, exp, Foundation.exp)
  }

  @Test func logOfFloat() {
    checkFloat(in: 0...4, log, Foundation.log)
  }

  @Test func tanhOfFloat() {
    checkFloat(in: -10...10, tanh, Foundation.tanh)
  }

  @Test func expOfDouble() {
    checkDouble(in: -745...710, exp, Foundation.exp)
  }

  @Test func logOfDouble() {
    checkDouble(in: 0...4, log, Foundation.log)
  }

  @Test func tanhOfDouble() {
    checkDouble(in: -20...20, tanh, Foundation.tanh)
  }

  /// The signs of zeros and the values where no unit in the last place measures anything.
  @Test func exactCases() {
    let zerosAndInfinities = Tensor<Float>([0, -0.0, -.infinity, .infinity])
    #expect(exp(zerosAndInfinities).scalars == [1, 1, 0, .infinity])
    #expect(exp(Tensor<Double>([0, -.zero, -.infinity])).scalars == [1, 1, 0])
    let logarithms = log(zerosAndInfinities).scalars
    #expect(logarithms[0] == -.infinity && logarithms[1] == -.infinity)
    #expect(logarithms[2].isNaN && logarithms[3] == .infinity)
    #expect(log(Tensor<Float>(1)).scalars == [0])
    #expect(log(Tensor<Float>([-1, -.leastNonzeroMagnitude])).scalars.allSatisfy { $0.isNaN })
    #expect(log(Tensor<Double>([-1, -.leastNonzeroMagnitude])).scalars.allSatisfy { $0.isNaN })
    let zeros = tanh(Tensor<Float>([0, -.zero])).scalars
    #expect(zeros.map(\.bitPattern) == [Float(0), -0.0].map(\.bitPattern))
    #expect(tanh(Tensor<Double>([.infinity, -.infinity, 50, -50])).scalars == [1, -1, 1, -1])
    #expect(exp(Tensor<Float>([88.72284, 1e30])).scalars == [.infinity, .infinity])
  }

  /// Scripts/test-instruction-sets.sh runs all tests once for each set.
  @Test func theInstructionSetAskedForRuns() {
    let asked = ProcessInfo.processInfo.environment["PULLBACK_INSTRUCTION_SET"] ?? ""
    if !asked.isEmpty { #expect(instructionSet == asked) }
    #expect(instructionSetIsAsRequested)
  }

  // MARK: Float, against Double's function of the system, which is wrong by far less than a
  // thousandth of a unit in Float's last place.

  private func checkFloat(
    in range: ClosedRange<Float>, _ function: (Tensor<Float>) -> Tensor<Float>,
    _ reference: (Double) -> Double
  ) {
    var generator = SplitMix(seed: 1)
    var inputs = TranscendentalTests.specials.map { Float($0) }
    inputs += [Float.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude]
    inputs += [88.72283, 88.72284, -87.33654, -103.27893, -103.97207, -103.97208]
    inputs += inputs.flatMap { [-$0, $0.nextUp, $0.nextDown] }
    for _ in 0..<TranscendentalTests.count {
      inputs.append(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())))
      inputs.append(Float.random(in: range, using: &generator))
    }
    let results = function(Tensor(inputs)).scalars
    #expect(results.count == inputs.count)
    var worst = 0.0, place = 0
    for index in inputs.indices {
      let expected = reference(Double(inputs[index])), result = results[index]
      let error: Double
      if expected.isNaN || result.isNaN {
        error = expected.isNaN && result.isNaN ? 0 : .infinity
      } else if expected.isInfinite || Float(expected).isInfinite, result.isInfinite {
        error = (expected < 0) == (result < 0) ? 0 : .infinity
      } else {
        let clamped = min(abs(Float(expected)), .greatestFiniteMagnitude)
        error = abs(Double(result) - expected) / Double(clamped.ulp)
      }
      if error > worst { (worst, place) = (error, index) }
    }
    #expect(worst <= 2, "at \(inputs[place]): \(results[place]), \(worst) units")
  }

  // MARK: Double, against the system's functions of 80 bits where there are any: they have 11 bits
  // more. Elsewhere against the system's Double, which may itself be wrong by one unit.

  #if arch(x86_64) && os(Linux)
    private typealias Wide = Float80
    private let bound: Wide = 2
  #else
    private typealias Wide = Double
    private let bound: Wide = 3
  #endif

  private func checkDouble(
    in range: ClosedRange<Double>, _ function: (Tensor<Double>) -> Tensor<Double>,
    _ reference: (Wide) -> Wide
  ) {
    var generator = SplitMix(seed: 2)
    var inputs = TranscendentalTests.specials
    inputs += [Double.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude]
    inputs += [709.782712893384, -708.3964185322641, -744.4400719213812, -745.1332191019412]
    inputs += inputs.flatMap { [-$0, $0.nextUp, $0.nextDown] }
    for _ in 0..<(TranscendentalTests.count / 10) {
      inputs.append(Double(bitPattern: generator.next()))
      inputs.append(Double.random(in: range, using: &generator))
    }
    let results = function(Tensor(inputs)).scalars
    #expect(results.count == inputs.count)
    var worst: Wide = 0, place = 0
    for index in inputs.indices {
      let expected = reference(Wide(inputs[index])), result = results[index]
      let error: Wide
      if expected.isNaN || result.isNaN {
        error = expected.isNaN && result.isNaN ? 0 : .infinity
      } else if expected.isInfinite || Double(expected).isInfinite, result.isInfinite {
        error = (expected < 0) == (result < 0) ? 0 : .infinity
      } else {
        let clamped = min(abs(Double(expected)), .greatestFiniteMagnitude)
        error = abs(Wide(result) - expected) / Wide(clamped.ulp)
      }
      if error > worst { (worst, place) = (error, index) }
    }
    #expect(worst <= bound, "at \(inputs[place]): \(results[place]), \(worst) units")
  }

  /// Where functions have branches and joints.
  private static let specials: [Double] = [
    .nan, .infinity, 0, 1, 2, 0.5, 0.625, 0.34657359, 0.70710678, 1.41421356, 1e-4, 1e-8, 1e-20,
    1e-30, 9.01, 10, 19.06, 22, 44, 100,
  ]
}
