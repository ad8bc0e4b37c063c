// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackTestSupport
import Testing

/// Losses where formulas written naively break: huge and infinite logits, rows that are left out,
/// weights that are 0. Expected numbers are worked out by hand.
struct LossExtremesTests {
  init() { Plan.verifiesByDefault = true }

  private let infinity = Float.infinity

  /// Source: pytorch#31829 (c14s): a sigmoid and a logarithm by hand give NaN at -100.
  @Test func binaryCrossEntropyOfHugeLogits() {
    let x: Tensor<Float> = [-100, 1e4, -1e4, 1e4, -1e4, 0]
    let t: Tensor<Float> = [0, 1, 0, 0, 1, 1]
    // e^-100, a number of 5 bits.
    let tiny = Float(bitPattern: 27)
    let losses = binaryCrossEntropy(logits: x, targets: t, reduction: .none)
    let expected: [Float] = [tiny, 0, 0, 1e4, 1e4, 0.6931472]
    #expect(losses.scalars == expected)
    let slope = gradient(of: losses.sum(), withRespectTo: x).scalars
    let slopes: [Float] = [tiny, 0, 0, 1, -1, -0.5]
    #expect(slope == slopes)
  }

  @Test func binaryCrossEntropyOfInfiniteLogits() {
    let x = Tensor([infinity, -infinity, infinity, -infinity, infinity])
    let t: Tensor<Float> = [1, 0, 0, 1, 0.5]
    let losses = binaryCrossEntropy(logits: x, targets: t, reduction: .none)
    #expect(losses.scalars == [0, 0, infinity, infinity, infinity])
    let slopes: [Float] = [0, 0, 1, -1, 0.5]
    #expect(gradient(of: losses.sum(), withRespectTo: x).scalars == slopes)
  }

  /// A class that is masked by a logit of -∞ costs nothing if it is not the label.
  @Test func softmaxOfMaskedClasses() {
    let x = Tensor(shape: [2, 3], scalars: [0, -infinity, 0, 1e4, -1e4, 0])
    let loss = softmaxCrossEntropy(x, labels: [0, 1], reduction: .none)
    let expected: [Float] = [0.6931472, 2e4]
    #expect(loss.scalars == expected)
    let slopes: [Float] = [-0.5, 0, 0.5, 1, -1, 0]
    #expect(gradient(of: loss.sum(), withRespectTo: x).scalars == slopes)
    let p: Tensor<Float> = [[1, 0, 0], [0, 1, 0]]
    let soft = softmaxCrossEntropy(x, probabilities: p, reduction: .none)
    #expect(soft.scalars == expected)
    #expect(gradient(of: soft.sum(), withRespectTo: x).scalars == slopes)
  }

  /// Whatever stands in a row that is ignored.
  @Test(arguments: [Float.nan, .infinity, -.infinity, 1e38])
  func ignoredRowsGiveNoGradient(number: Float) {
    let x = Tensor(shape: [3, 2], scalars: [number, number, 0, 0, 1, number])
    let loss = softmaxCrossEntropy(x, labels: [-100, 1, -100], ignoring: -100)
    let expected: Float = 0.6931472
    #expect(Float(loss) == expected)
    let slopes: [Float] = [0, 0, 0.5, -0.5, 0, 0]
    #expect(gradient(of: loss, withRespectTo: x).scalars == slopes)
  }

  @Test func aMeanOverNothingIsZero() {
    let x: Tensor<Float> = [[1, 2], [3, 4]]
    for weights in [nil, Tensor<Float>([2, 3])] {
      let loss = softmaxCrossEntropy(x, labels: [7, 7], ignoring: 7, weights: weights)
      #expect(Float(loss) == 0)
      #expect(gradient(of: loss, withRespectTo: x).scalars == [0, 0, 0, 0])
    }
    let unweighted = meanSquaredError(x, x + 1, weights: [0, 0])
    #expect(Float(unweighted) == 0)
  }

  /// A class may be ignored that the logits have.
  @Test func ignoredLabelsMayBeClasses() {
    let x = Tensor<Float>.normal([4, 3], key: RandomKey(seed: 1))
    let loss = softmaxCrossEntropy(x, labels: [2, 0, 1, 0], ignoring: 0, reduction: .sum)
    let rows = softmaxCrossEntropy(x, labels: [2, 0, 1, 0], reduction: .none).scalars
    #expect(loss.isClose(to: Tensor(rows[0] + rows[2]), relativeTolerance: 1e-6))
  }

  /// Sequences: a loss for each row and place, weights for rows or for places.
  @Test func weightsOfLeadingAxes() {
    let x = Tensor<Double>.normal([2, 3, 4], key: RandomKey(seed: 2))
    let labels: Tensor<Int32> = [[0, 1, 2], [3, -1, 1]]
    let each = softmaxCrossEntropy(x, labels: labels, ignoring: -1, reduction: .none).scalars
    #expect(each[4] == 0)
    let byRow = softmaxCrossEntropy(x, labels: labels, ignoring: -1, weights: [2, 3])
    let top: Double = 2 * (each[0] + each[1] + each[2]) + 3 * (each[3] + each[5])
    #expect(abs(Double(byRow) - top / 12) < 1e-12)
    let weights: Tensor<Double> = [[1, 0, 0], [0, 5, 1]]
    let byPlace = softmaxCrossEntropy(x, labels: labels, ignoring: -1, weights: weights)
    #expect(abs(Double(byPlace) - (each[0] + each[5]) / 2) < 1e-12)
  }

  @Test func huberPullsWithDeltaFromAfar() {
    let x = Tensor([1e30, -infinity, 0, 2, 0.5]), t = Tensor<Float>.zeros([5])
    let losses = huberLoss(x, t, delta: 2, reduction: .none)
    #expect(losses.scalars == [2e30, infinity, 0, 2, 0.125])
    #expect(gradient(of: losses.sum(), withRespectTo: x).scalars == [2, -2, 0, 2, 0.5])
  }

  /// No length is too small or too large for a cosine, and 0 has none.
  @Test func cosinesOfExtremeVectors() {
    let x: Tensor<Float> = [[3e-30, 4e-30], [3e30, 4e30], [0, 0], [1e-38, 0]]
    let y: Tensor<Float> = [[4, 3], [-3e-30, -4e-30], [1, 1], [1e38, 1e38]]
    let expected: Tensor<Float> = [0.96, -1, 0, 0.70710677]
    #expect(cosineSimilarity(x, y).isClose(to: expected, relativeTolerance: 1e-6))
    let slopes = gradient(of: cosineSimilarity(x, y).sum(), withRespectTo: x, y)
    #expect(slopes.0.scalars.allSatisfy(\.isFinite) && slopes.1.scalars.allSatisfy(\.isFinite))
    let zero = gradient(of: cosineSimilarity(x, y).sum(), withRespectTo: x)[2]
    #expect(zero.isClose(to: [0.70710677, 0.70710677], relativeTolerance: 1e-6))
  }

  @Test func divergenceOfDistributionsWithZeros() {
    let p = Tensor(shape: [1, 3], scalars: [0, -infinity, -infinity])
    let q = Tensor(shape: [1, 3], scalars: [-0.6931472, -0.6931472, -infinity])
    let there = klDivergence(logProbabilities: p, from: q)
    let expected: Float = 0.6931472
    #expect(Float(there) == expected)
    let slopes = gradient(of: there, withRespectTo: p, q)
    #expect(slopes.0.scalars == [1 + expected, 0, 0] && slopes.1.scalars == [-1, 0, 0])
    #expect(Float(klDivergence(logProbabilities: q, from: p)) == infinity)
  }

  /// Near the prior e^s - 1 - s is s²/2.
  @Test func divergenceOfGaussiansNearThePrior() {
    let s = Tensor<Float>([[1e-4, -1e-4]])
    let loss = Float(gaussianKLDivergence(mean: .zeros([1, 2]), logVariance: s))
    #expect(abs(loss - 5e-9) < 1e-11)
  }

  @Test func emptyBatches() {
    let x = Tensor<Float>.zeros([0, 3])
    #expect(softmaxCrossEntropy(x, labels: Tensor<Int32>([]), reduction: .none).shape == [0])
    #expect(Float(softmaxCrossEntropy(x, labels: Tensor<Int32>([]), reduction: .sum)) == 0)
    #expect(Float(softmaxCrossEntropy(x, labels: Tensor<Int32>([]), ignoring: -1)) == 0)
    #expect(cosineSimilarity(x, x).shape == [0])
    let none = Tensor<Float>.zeros([2, 0])
    #expect(cosineSimilarity(none, none).scalars == [0, 0])
  }

  /// What is not asked for costs nothing: the same nodes, so the same plan and the same bits.
  @Test func optionsThatAreNotUsedAddNoStep() {
    let x = Tensor<Float>.normal([8, 10], key: RandomKey(seed: 3))
    let labels = Tensor<Int32>((0..<8).map { $0 })
    evaluate(x)
    let largest = x.max(along: -1, keepingAxes: true).detached()
    let isLabel = labels.oneHot(10, as: Float.self) .> 0
    let chosen = select(isLabel, x - largest, 0).sum(along: -1)
    let plain = (log(exp(x - largest).sum(along: -1)) - chosen).mean()
    let loss = softmaxCrossEntropy(x, labels: labels)
    #expect(Plan(evaluating: loss).steps.count <= Plan(evaluating: plain).steps.count)
    #expect(loss.scalars == plain.scalars)
    let squares = meanSquaredError(x, 2 * x)
    #expect(
      Plan(evaluating: squares).description
        == Plan(evaluating: (x - 2 * x).squared().mean()).description)
  }
}
