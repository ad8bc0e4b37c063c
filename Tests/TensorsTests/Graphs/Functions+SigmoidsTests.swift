// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Values and derivatives at numbers of every size, against mpmath with 60 digits.
@Suite struct SigmoidsTests {
  private static let x = [
    -1e4, -745.5, -700, -100, -36.5, -20, -2.5, -1, -1e-9, 0, 1e-9, 1, 2.5, 20, 36.5, 100, 700, 1e4,
  ]
  private static let sigmoids = [
    0, 0, 9.85967654375977e-305, 3.720075976020836e-44, 1.4068617124461467e-16,
    2.0611536181902037e-09, 0.07585818002124355, 0.2689414213699951, 0.49999999975, 0.5,
    0.50000000025, 0.7310585786300049, 0.9241418199787564, 0.9999999979388464, 0.9999999999999999,
    1, 1, 1,
  ]
  private static let slopes = [
    0, 0, 9.85967654375977e-305, 3.720075976020836e-44, 1.4068617124461464e-16,
    2.061153613941849e-09, 0.07010371654510816, 0.19661193324148185, 0.25, 0.25, 0.25,
    0.19661193324148185, 0.07010371654510816, 2.061153613941849e-09, 1.4068617124461464e-16,
    3.720075976020836e-44, 9.85967654375977e-305, 0,
  ]
  private static let curvatures = [
    0, 0, 9.85967654375977e-305, 3.720075976020836e-44, 1.406861712446146e-16,
    2.061153605445141e-09, 0.05946783584543407, 0.09085774767294841, 1.25e-10, 0, -1.25e-10,
    -0.09085774767294841, -0.05946783584543407, -2.061153605445141e-09, -1.406861712446146e-16,
    -3.720075976020836e-44, -9.85967654375977e-305, 0,
  ]
  private static let softpluses = [
    0, 0, 9.85967654375977e-305, 3.720075976020836e-44, 1.4068617124461467e-16,
    2.061153620314381e-09, 0.07888973429254963, 0.3132616875182228, 0.6931471800599454,
    0.6931471805599453, 0.6931471810599453, 1.3132616875182228, 2.5788897342925496,
    20.000000002061153, 36.5, 100, 700, 1e4,
  ]

  @Test func sigmoidHasAllDigitsToSecondOrder() {
    let x = Tensor(Self.x), y = sigmoid(x)
    expectClose(y, Self.sigmoids)
    let slope = gradient(of: y.sum(), withRespectTo: x)
    expectClose(slope, Self.slopes)
    expectClose(gradient(of: slope.sum(), withRespectTo: x), Self.curvatures, beside: 1e-16)
  }

  @Test func softplusHasAllDigitsToSecondOrder() {
    let x = Tensor(Self.x), y = softplus(x)
    expectClose(y, Self.softpluses)
    let slope = gradient(of: y.sum(), withRespectTo: x)
    expectClose(slope, Self.sigmoids)
    expectClose(gradient(of: slope.sum(), withRespectTo: x), Self.slopes)
  }

  @Test func logSigmoidHasAllDigitsToSecondOrder() {
    let x = Tensor(Self.x), y = logSigmoid(-x)
    expectClose(y, Self.softpluses.map { -$0 })
    let slope = gradient(of: y.sum(), withRespectTo: x)
    expectClose(slope, Self.sigmoids.map { -$0 })
    expectClose(gradient(of: slope.sum(), withRespectTo: x), Self.slopes.map { -$0 })
  }

  /// In Float y (1 - y) would be 0 from 17 on.
  @Test func slopesOfFloatDoNotVanish() {
    let x: Tensor<Float> = [20, -20, 60, -100]
    let slopes = gradient(of: sigmoid(x).sum(), withRespectTo: x).scalars
    let expected: [Float] = [2.0611536e-9, 2.0611536e-9, 8.756511e-27, 27 * .leastNonzeroMagnitude]
    for (slope, expected) in zip(slopes, expected) {
      #expect(abs(slope - expected) <= max(1e-6 * expected, .leastNonzeroMagnitude))
    }
  }

  @Test(arguments: [sigmoid, softplus, logSigmoid] as [@Sendable (Tensor<Float>) -> Tensor<Float>])
  func infinitiesAndNaN(_ function: @Sendable (Tensor<Float>) -> Tensor<Float>) {
    let x = Tensor<Float>([-.infinity, .infinity, .nan])
    let y = function(x)
    let slope = gradient(of: y.sum(), withRespectTo: x)
    let curvature = gradient(of: slope.sum(), withRespectTo: x)
    for result in [y, slope, curvature] {
      #expect(result.scalars[..<2].allSatisfy { !$0.isNaN })
      #expect(result.scalars[2].isNaN)
    }
    #expect(curvature.scalars[..<2].allSatisfy { $0 == 0 })
  }

  @Test func limits() {
    let x = Tensor<Double>([-.infinity, .infinity])
    func slope(_ y: Tensor<Double>) -> [Double] {
      gradient(of: y.sum(), withRespectTo: x).scalars
    }
    #expect(sigmoid(x).scalars == [0, 1] && slope(sigmoid(x)) == [0, 0])
    #expect(softplus(x).scalars == [0, .infinity] && slope(softplus(x)) == [0, 1])
    #expect(logSigmoid(x).scalars == [-.infinity, 0] && slope(logSigmoid(x)) == [1, 0])
  }

  /// Within 1e-14 of the expected numbers; tiny ones are numbers of fewer digits.
  private func expectClose(
    _ actual: Tensor<Double>, _ expected: [Double],
    beside absolute: Double = 2 * .leastNonzeroMagnitude,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (index, (actual, expected)) in zip(actual.scalars, expected).enumerated() {
      let bound = 1e-14 * abs(expected) + absolute
      #expect(
        abs(actual - expected) <= bound, "at \(Self.x[index])", sourceLocation: sourceLocation)
    }
  }
}
