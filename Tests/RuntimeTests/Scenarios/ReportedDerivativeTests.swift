// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Situations that people reported to other projects: where a derivative or a value
/// is easily wrong.
struct ReportedDerivativeTests {
  /// A function with a hole, the arguments, and its slope there: as PyTorch gives it.
  struct Hole: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: @Sendable (Tensor<Float>) -> Tensor<Float>
    let arguments: [Float]
    let slopes: [Float]
    /// The same with a harmless argument where the branch is not taken.
    let mended: @Sendable (Tensor<Float>) -> Tensor<Float>
  }

  static let holes = [
    Hole(
      testDescription: "sqrt", function: { select($0 .> 0, sqrt($0), 0) },
      arguments: [-1, 0, 4], slopes: [.nan, .nan, 0.25],
      mended: { select($0 .> 0, sqrt(select($0 .> 0, $0, 1)), 0) }),
    Hole(
      testDescription: "log", function: { select($0 .> 0, log($0), 0) },
      arguments: [-1, 0, 4], slopes: [0, .nan, 0.25],
      mended: { select($0 .> 0, log(select($0 .> 0, $0, 1)), 0) }),
    Hole(
      testDescription: "1 / x", function: { select($0 .!= 0, 1 / $0, 0) },
      arguments: [0, 4], slopes: [.nan, -0.0625],
      mended: { select($0 .!= 0, 1 / select($0 .!= 0, $0, 1), 0) }),
    Hole(
      testDescription: "exp", function: { select($0 .< 1, exp($0), 0) },
      arguments: [1000, 0], slopes: [.nan, 1],
      mended: { select($0 .< 1, exp(select($0 .< 1, $0, 0)), 0) }),
  ]

  /// jax#5798, tinygrad#15806, mlx#3692, autograd#802.
  @Test(arguments: holes)
  func theBranchNotTakenCanSpoilASlope(hole: Hole) {
    let x = Tensor<Float>(hole.arguments)
    let slopes = gradient(of: hole.function(x).sum(), withRespectTo: x).scalars
    for (slope, expected) in zip(slopes, hole.slopes) {
      #expect(slope == expected || slope.isNaN && expected.isNaN)
    }
    let mended = gradient(of: hole.mended(x).sum(), withRespectTo: x).scalars
    #expect(mended == hole.slopes.map { $0.isNaN ? 0 : $0 })
    #expect(hole.mended(x).scalars == hole.function(x).scalars)
  }

  /// pytorch#2421, jax#21723, autograd#151: as the rule of sqrt says.
  @Test func theSlopeOfANormAtZeroIsNaN() {
    let x: Tensor<Float> = [0, 0]
    let norm = sqrt(x.squared().sum())
    #expect(Float(norm) == 0)
    #expect(gradient(of: norm, withRespectTo: x).scalars.allSatisfy { $0.isNaN })
  }

  /// pytorch#1631, mxnet#9172.
  @Test func slopesOfRepeatedIndicesAddUp() {
    let x: Tensor<Float> = [1, 2, 3]
    func slope(_ indices: [Int32]) -> [Float] {
      gradient(of: x.gathered(Tensor(indices)).sum(), withRespectTo: x).scalars
    }
    #expect(slope([2, 0, 2, 2]) == [1, 0, 3])
    #expect(slope([Int32](repeating: 1, count: 200_000)) == [0, 200_000, 0])
    #expect(slope([]) == [0, 0, 0])
  }

  /// autograd#384, jax#1350: who was stretched gets the sum of what it was stretched to.
  @Test func broadcastingInAllDirections() {
    let column: Tensor<Float> = [[1], [2], [3]], row: Tensor<Float> = [[10, 20]]
    let vector: Tensor<Float> = [4, 5], scalar: Tensor<Float> = 2
    let sum = (column * row + vector * scalar).sum()
    let expected: Float = (1 + 2 + 3) * 30 + 3 * (4 + 5) * 2
    #expect(Float(sum) == expected)
    let (byColumn, byRow, byVector, byScalar) = gradient(
      of: sum, withRespectTo: column, row, vector, scalar)
    #expect([[Float]](byColumn) == [[30], [30], [30]])
    #expect([[Float]](byRow) == [[6, 6]])
    #expect(byVector.scalars == [6, 6])
    #expect(Float(byScalar) == 3 * (4 + 5))
  }

  @Test func slicesThatOverlapTransposesAndStacks() {
    let x: Tensor<Float> = [1, 2, 3, 4]
    let overlapping = x[0..<3].sum() + 2 * x[1..<4].sum()
    #expect(gradient(of: overlapping, withRespectTo: x).scalars == [1, 3, 3, 2])
    let m: Tensor<Float> = [[1, 2, 3], [4, 5, 6]],
      weights: Tensor<Float> = [[1, 10], [2, 20], [3, 30]]
    #expect(
      [[Float]](gradient(of: (m.transposed() * weights).sum(), withRespectTo: m))
        == [[1, 2, 3], [10, 20, 30]])
    let stack = Tensor.stacked([m[0], m[1], m[0]])
    #expect([[Float]](stack) == [[1, 2, 3], [4, 5, 6], [1, 2, 3]])
    #expect(
      [[Float]](gradient(of: stack.squared().sum(), withRespectTo: m)) == [
        [4, 8, 12], [8, 10, 12],
      ])
  }

  /// scipp#3965, candle#1944, tensorflow#125978: as documented.
  @Test func sumsOfInt32Wrap() {
    let x = Tensor<Int32>([[.max, 1], [.min, -1]] as [[Int32]])
    #expect(x.sum(along: 1).scalars == [.min, .max])
    #expect(Double(Tensor<Double>(x[0]).sum()) == 2_147_483_648)
  }
}
