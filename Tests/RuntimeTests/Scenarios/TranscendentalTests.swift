// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

/// exp, log, sinh, tanh, erf, sin and cos are within 2 units in the last place, on whatever
/// instruction set runs.
@Suite struct TranscendentalTests {
  private static let count = 1_000_000

  @Test func expOfFloat() {
    checkFloat(in: -104...89, exp, Foundation.exp)
  }

  @Test func logOfFloat() {
    checkFloat(in: 0...4, log, Foundation.log)
  }

  @Test(arguments: [1.25, 20, 89.5])
  func sinhOfFloat(most: Float) {
    checkFloat(in: -most...most, sinh, Foundation.sinh)
  }

  @Test func tanhOfFloat() {
    checkFloat(in: -10...10, tanh, Foundation.tanh)
  }

  @Test func erfOfFloat() {
    checkFloat(in: -4...4, erf, Foundation.erf)
  }

  @Test(arguments: [2, 100, 9000])
  func sinOfFloat(most: Float) {
    checkFloat(in: -most...most, bound: 0.8, sin, Foundation.sin)
  }

  @Test(arguments: [2, 100, 9000])
  func cosOfFloat(most: Float) {
    checkFloat(in: -most...most, bound: 0.8, cos, Foundation.cos)
  }

  @Test func expOfDouble() {
    checkDouble(in: -745...710, exp, Foundation.exp)
  }

  @Test func logOfDouble() {
    checkDouble(in: 0...4, log, Foundation.log)
  }

  @Test(arguments: [1.25, 20, 710.5])
  func sinhOfDouble(most: Double) {
    checkDouble(in: -most...most, sinh, Foundation.sinh)
  }

  @Test func tanhOfDouble() {
    checkDouble(in: -20...20, tanh, Foundation.tanh)
  }

  @Test func erfOfDouble() {
    checkDouble(in: -6...6, erf, Foundation.erf)
  }

  @Test func sinOfDouble() {
    checkDouble(in: -1000...1000, sin, Foundation.sin)
  }

  @Test func cosOfDouble() {
    checkDouble(in: -1000...1000, cos, Foundation.cos)
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
    let odd = sinh(zerosAndInfinities).scalars
    #expect(odd.map(\.bitPattern) == zerosAndInfinities.scalars.map(\.bitPattern))
    #expect(tanh(Tensor<Double>([.infinity, -.infinity, 50, -50])).scalars == [1, -1, 1, -1])
    #expect(exp(Tensor<Float>([88.72284, 1e30])).scalars == [.infinity, .infinity])
  }

  @Test func exactCasesOfErfSinAndCos() {
    let signed = Tensor<Float>([0, -0.0, -.infinity, .infinity])
    #expect(erf(signed).scalars.map(\.bitPattern) == [Float(0), -0.0, -1, 1].map(\.bitPattern))
    #expect(erf(Tensor<Double>([6, -6, .infinity])).scalars == [1, -1, 1])
    let sines = sin(signed).scalars, cosines = cos(signed).scalars
    #expect(sines[..<2].map(\.bitPattern) == [Float(0), -0.0].map(\.bitPattern))
    #expect(cosines[..<2] == [1, 1])
    #expect((sines[2...] + cosines[2...]).allSatisfy { $0.isNaN })
    #expect(sin(Tensor<Double>(.infinity)).scalars[0].isNaN)
  }

  /// Near multiples of π/2 as few numbers are, and the largest ones; expected: mpmath, 4000 bits.
  @Test func hugeArguments() {
    let doubles = Tensor<Double>([0x1.6ac5b262ca1ffp849, 1e22, .greatestFiniteMagnitude])
    #expect(sin(doubles).scalars == [1, -0.8522008497671888, 0.004961954789184062])
    #expect(
      cos(doubles).scalars == [-4.687165924254628e-19, 0.523214785395139, -0.9999876894265599])
    let floats = Tensor<Float>([0x1.f37c8ap95, .greatestFiniteMagnitude])
    #expect(sin(floats).scalars == [1, -0.5218765233336585])
    #expect(cos(floats).scalars == [-1.6147697982476211e-09, 0.8530210398303042])
  }

  /// Alone, in a whole register, among many, in a tail, beside huge numbers and NaN: the same bits.
  @Test(arguments: [37, 700]) func anElementsPlaceChangesNothing(count: Int) {
    let functions: [(Tensor<Float>) -> Tensor<Float>] = [
      exp, expm1, log, log1p, sinh, tanh, sigmoid, softplus, silu, gelu, erf, sin, cos,
      { pow(abs($0), 1.7) }, { exp($0 - 0.25) },
    ]
    let wide: [(Tensor<Double>) -> Tensor<Double>] = [
      exp, expm1, log, log1p, sinh, tanh, sigmoid, softplus, silu, gelu, erf, sin, cos,
      { pow(abs($0), 1.7) }, { exp($0 - 0.25) },
    ]
    // Of many numbers only the second quarter has some that are far from 0.
    let numbers = (0..<count).map { index in
      let isPlain = count > 100 && index * 4 / count != 1
      return switch isPlain ? 2 : index % 5 {
      case 0: Double(index) * 1e20
      case 1: index % 2 == 0 ? Double.nan : .infinity
      default: Double(index % 37) * 0.37 - 5
      }
    }
    for function in functions {
      let all = function(Tensor(numbers.map { Float($0) })).scalars
      for (number, together) in zip(numbers, all) {
        let alone = function(Tensor(Float(number))).scalars[0]
        #expect(alone.bitPattern == together.bitPattern || alone.isNaN && together.isNaN)
      }
    }
    for function in wide {
      let all = function(Tensor(numbers)).scalars
      for (number, together) in zip(numbers, all) {
        let alone = function(Tensor(number)).scalars[0]
        #expect(alone.bitPattern == together.bitPattern || alone.isNaN && together.isNaN)
      }
    }
  }

  /// Scripts/test-instruction-sets.sh runs all tests once for each set.
  @Test func theInstructionSetAskedForRuns() {
    let asked = ProcessInfo.processInfo.environment["PULLBACK_INSTRUCTION_SET"] ?? ""
    if !asked.isEmpty { #expect(instructionSet == asked) }
    #expect(instructionSetIsAsRequested)
  }

  // MARK: Float, against Double's function of the system, which is wrong by far less than a
  // thousandth of a unit in Float's last place.

  func checkFloat(
    in range: ClosedRange<Float>, bound: Double = 2,
    _ function: (Tensor<Float>) -> Tensor<Float>, _ reference: (Double) -> Double
  ) {
    var generator = SplitMix(seed: 1)
    var inputs = TranscendentalTests.specials.map { Float($0) }
    inputs += [Float.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude]
    inputs += [88.72283, 88.72284, -87.33654, -103.27893, -103.97207, -103.97208]
    inputs += inputs.flatMap { [-$0, $0.nextUp, $0.nextDown] }
    inputs += generator.bitsAndFloats(TranscendentalTests.count, in: range)
    let results = function(Tensor(inputs)).scalars
    #expect(results.count == inputs.count)
    let (worst, place) = largestError(of: results, at: inputs, from: reference)
    #expect(worst <= bound, "at \(inputs[place]): \(results[place]), \(worst) units")
  }

  // MARK: Double, against the system's functions of 80 bits where there are any.

  func checkDouble(
    in range: ClosedRange<Double>, bound: Wide = boundOfDouble,
    _ function: (Tensor<Double>) -> Tensor<Double>, _ reference: (Wide) -> Wide
  ) {
    var generator = SplitMix(seed: 2)
    var inputs = TranscendentalTests.specials
    inputs += [Double.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude]
    inputs += [709.782712893384, -708.3964185322641, -744.4400719213812, -745.1332191019412]
    inputs += inputs.flatMap { [-$0, $0.nextUp, $0.nextDown] }
    inputs += generator.bitsAndDoubles(TranscendentalTests.count / 10, in: range)
    let results = function(Tensor(inputs)).scalars
    #expect(results.count == inputs.count)
    let (worst, place) = largestError(of: results, at: inputs, from: reference)
    #expect(worst <= bound, "at \(inputs[place]): \(results[place]), \(worst) units")
  }

  /// Where functions have branches and joints.
  private static let specials: [Double] = [
    .nan, .infinity, 0, 1, 2, 0.5, 0.625, 0.34657359, 0.70710678, 1.41421356, 1e-4, 1e-8, 1e-20,
    1e-30, 9.01, 10, 19.06, 22, 44, 100, 3.93,
    5.93, .pi / 4, .pi / 2, .pi, 0x1p13, 0x1p20, 0x1p21, 1e22,
  ]
}
