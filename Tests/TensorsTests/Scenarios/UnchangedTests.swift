// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

/// What a user made with a function is a tensor of its own, also where the function has nothing to
/// do: its gradient is that of its own uses.
@Suite struct UnchangedTests {
  init() { Plan.verifiesByDefault = true }

  enum Function: String, CaseIterable {
    case reshaped, reshapedOpen, transposedVector, transposed, transposedScalar, expanded
    case all, ellipsis, noIndex, range, rangeFrom, rangeThrough, lastRange
    case sum, max, min, sumKeepingAxes, maxKeepingAxes, converted, batched, batchedOfTwo

    var shape: Shape {
      switch self {
      case .sum, .max, .min, .sumKeepingAxes, .maxKeepingAxes, .transposedScalar, .noIndex: []
      case .transposedVector: [6]
      case .reshaped, .reshapedOpen, .transposed, .expanded, .all, .ellipsis, .range, .rangeFrom,
        .rangeThrough, .lastRange, .converted, .batched, .batchedOfTwo:
        [2, 3]
      }
    }

    func callAsFunction(_ x: Tensor<Double>) -> Tensor<Double> {
      switch self {
      case .reshaped: x.reshaped(to: [2, 3])
      case .reshapedOpen: x.reshaped(to: [-1, 3])
      case .transposedVector, .transposedScalar: x.transposed()
      case .transposed: x.transposed(0, -1)
      case .expanded: x.expanded(to: [2, 3])
      case .all: x[.all]
      case .ellipsis: x[.ellipsis]
      case .noIndex: x[.ellipsis]
      case .range: x[0..<2, 0..<3]
      case .rangeFrom: x[0...]
      case .rangeThrough: x[...1]
      case .lastRange: x[.ellipsis, 0..<3]
      case .sum: x.sum()
      case .max: x.max()
      case .min: x.min()
      case .sumKeepingAxes: x.sum(keepingAxes: true)
      case .maxKeepingAxes: x.max(keepingAxes: true)
      case .converted: Tensor<Double>(x)
      case .batched: PullbackTensors.batched(over: x) { $0 }
      case .batchedOfTwo: PullbackTensors.batched(over: x * 2, x) { _, x in x }
      }
    }
  }

  private func input(_ shape: Shape) -> Tensor<Double> {
    Tensor<Double>(range: 1..<(1 + shape.elementCount)).reshaped(to: shape)
  }

  @Test("The gradient of this use alone", arguments: Function.allCases)
  func gradientOfThisUse(function: Function) {
    let x = input(function.shape), y = function(x)
    #expect(y.shape == x.shape)
    #expect(y.scalars == x.scalars)
    let loss = (3 * x).sum() + (y * y).sum()
    let (xg, yg) = gradient(of: loss, withRespectTo: x, y)
    #expect(yg.scalars == x.scalars.map { 2 * $0 })
    #expect(xg.scalars == x.scalars.map { 3 + 2 * $0 })
    // Twice is two tensors.
    let z = function(x)
    let (zg, other) = gradient(of: (5 * z).sum() + y.sum(), withRespectTo: z, y)
    #expect(zg.scalars == x.scalars.map { _ in 5 })
    #expect(other.scalars == x.scalars.map { _ in 1 })
  }

  @Test("No step of a plan", arguments: Function.allCases.filter { $0 != .batchedOfTwo })
  func plansDropIt(function: Function) {
    let x = input(function.shape)
    evaluate(x)
    let plain = Plan(evaluating: exp(x) * 2), other = Plan(evaluating: exp(function(x)) * 2)
    #expect(other.description == plain.description)
  }

  @Test func truthsToo() {
    let x = Tensor<Bool>(true)
    #expect(x.any().value.node !== x.value.node)
    #expect(x.all().value.node !== x.value.node)
    #expect(x.any().scalars == [true] && x.all().scalars == [true])
  }

  @Test func theLibrarysBuildersReturnTheirArgument() {
    let x = input([2, 3]).value
    #expect(x.reshaped(to: [2, 3]).node === x.node)
    #expect(x.expanded(to: [2, 3]).node === x.node)
    #expect(x.transposed([0, 1]).node === x.node)
    #expect(x.converted(to: .double).node === x.node)
    #expect(x.summed(to: [2, 3]).node === x.node)
  }

  @Test func messagesNameTheFunction() {
    #expect(input([2, 3]).reshaped(to: [2, 3]).value.label == "the result of reshaped [2, 3]")
    #expect(input([]).sum().value.label == "the result of sum []")
  }

  @Test func gradientsAreTensorsOfTheirOwn() {
    let a = input([3]), b = input([3])
    // One cotangent goes to both.
    let (ag, bg) = gradient(of: (a + b).squared().sum(), withRespectTo: a, b)
    let (first, second) = gradient(of: (3 * ag).sum() + (5 * bg).sum(), withRespectTo: ag, bg)
    expect(first, [3, 3, 3])
    expect(second, [5, 5, 5])
    let both = gradient(of: (a + b).squared().sum(), withRespectTo: [a, b])
    expect(gradient(of: both[0].sum(), withRespectTo: both[1]), [0, 0, 0])
    let (aj, bj) = jacobian(of: a + b, withRespectTo: a, b)
    expect(gradient(of: aj.sum(), withRespectTo: bj), [Double](repeating: 0, count: 9))
    // A rule that hands on what it was given.
    let y = withCustomGradient(of: { $0 * 2 }, at: a) { x, yg in x }
    let yg = gradient(of: y.sum(), withRespectTo: a)
    expect(gradient(of: a.sum() + (7 * yg).sum(), withRespectTo: yg), [7, 7, 7])
  }

  @Test func productsWithAVectorAreTensorsOfTheirOwn() {
    let x = input([3]), v = input([3])
    let back = vectorJacobianProduct(of: x, withRespectTo: x, vector: v)
    let along = jacobianVectorProduct(of: x, withRespectTo: x, vector: v)
    let loss = v.sum() + (2 * back).sum() + (3 * along).sum()
    let (one, other) = gradient(of: loss, withRespectTo: back, along)
    expect(one, [2, 2, 2])
    expect(other, [3, 3, 3])
  }
}
