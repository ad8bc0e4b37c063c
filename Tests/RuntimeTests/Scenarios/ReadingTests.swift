// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Testing

@Suite struct ReadingTests {
  @Test func scalarsInRowMajorOrder() {
    let x: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
    #expect(x.shape == [2, 3])
    #expect(x.scalars == [1, 2, 3, 4, 5, 6])
    #expect(x.transposed().scalars == [1, 4, 2, 5, 3, 6])
    #expect(x[.all, 1].scalars == [2, 5])
    #expect(x[1..<2, 1...].scalars == [5, 6])
    #expect(Tensor<Float>(7).scalars == [7])
    #expect(Tensor<Double>(shape: [2, 2], scalars: [1, 2, 3, 4]).scalars == [1, 2, 3, 4])
    #expect(Tensor<Int32>(range: 2..<5).scalars == [2, 3, 4])
    #expect(Tensor<Bool>([true, false]).scalars == [true, false])
    let isLarge: Tensor<Bool> = x .> 3
    #expect(isLarge.scalars == [false, false, false, true, true, true])
  }

  @Test func singleNumbers() {
    let x: Tensor<Float> = [[3, 4]]
    #expect(Float(x.sum()) == 7)
    #expect(Float(x[0, 1]) == 4)
    #expect(Float(x[.all, 0..<1]) == 3)
    #expect(Double(Tensor<Double>(x).sum()) == 7)
    #expect(Int32(Tensor<Int32>([5])) == 5)
    #expect(Bool((x .> 2).all()))
    #expect(!Bool((x .> 3).all()))
  }

  @Test func nestedArrays() {
    let vector: [Float] = [1, 2, 3]
    let matrix: [[Float]] = [[1, 2], [3, 4], [5, 6]]
    let stack: [[[Float]]] = [[[1, 2]], [[3, 4]], [[5, 6]]]
    #expect(Tensor(vector).shape == [3])
    #expect(Array(Tensor(vector)) == vector)
    #expect(Tensor(matrix).shape == [3, 2])
    #expect([[Float]](Tensor(matrix)) == matrix)
    #expect(Tensor(stack).shape == [3, 1, 2])
    #expect([[[Float]]](Tensor(stack)) == stack)
    #expect([[Float]](Tensor(matrix).transposed()) == [[1, 3, 5], [2, 4, 6]])
    #expect(Tensor<Float>([[Float]]()).shape == [0, 0])
    #expect([[Float]](Tensor<Float>.zeros([2, 0])) == [[], []])
    #expect([[Float]](Tensor<Float>.zeros([0, 2])) == [])
    #expect([[[Float]]](Tensor<Float>.zeros([1, 2, 0])) == [[[], []]])
  }

  /// Each scalar has code of its own.
  @Test func nestedArraysOfEachScalar() {
    func comeBack<Scalar: TensorScalar>(_ numbers: [Scalar]) {
      let (a, b, c) = (numbers[0], numbers[1], numbers[2])
      let matrix = [[a, b, c], [c, a, b]], stack = [matrix, [[b, c, a], [a, a, c]]]
      #expect([[Scalar]](Tensor(matrix)) == matrix)
      #expect(Tensor(matrix).scalars == [a, b, c, c, a, b])
      #expect([[[Scalar]]](Tensor(stack)) == stack)
      #expect(Tensor(stack).scalars == stack.flatMap { $0 }.flatMap { $0 })
      #expect([Scalar](Tensor(numbers)) == numbers)
    }
    comeBack([1.5, -0.0, .infinity] as [Float])
    comeBack([0.1, 1e300, -2] as [Double])
    comeBack([.min, 7, .max] as [Int32])
    comeBack([true, false, true])
  }

  @Test func closenessOfEachScalar() {
    let x: Tensor<Double> = [1, 2], i = Tensor<Int32>([.max, 2])
    #expect(x.isClose(to: [1, 2.00001]) && !x.isClose(to: [1, 2.0001]))
    #expect(i.isClose(to: i) && !i.isClose(to: Tensor([.min, 2])))
    #expect(i.isClose(to: Tensor([.max - 1, 2])))
    let none = Tensor<Float>([.nan]), infinite = Tensor<Float>([.infinity])
    #expect(!none.isClose(to: none) && infinite.isClose(to: infinite))
    #expect(!Tensor<Float>([1]).isClose(to: infinite) && !infinite.isClose(to: -infinite))
    #expect(Tensor<Float>.zeros([0, 2]).isClose(to: .zeros([0, 2])))
  }

  @Test func literals() {
    let negative: Tensor<Float> = [[-1, 2.5], [3, -0.5]]
    #expect(negative.scalars == [-1, 2.5, 3, -0.5])
    let deep: Tensor<Int32> = [[[[1], [2]]], [[[3], [4]]]]
    #expect(deep.shape == [2, 1, 2, 1])
    #expect(deep.scalars == [1, 2, 3, 4])
    let truths: Tensor<Bool> = [[true, false], [false, true]]
    #expect(truths.scalars == [true, false, false, true])
    let scalar: Tensor<Double> = 0.1
    #expect(scalar.shape == [] && scalar.scalars == [0.1])
    let empty: Tensor<Float> = []
    #expect(empty.shape == [0] && empty.scalars.isEmpty)
    let emptyRows: Tensor<Float> = [[], []]
    #expect(emptyRows.shape == [2, 0])
  }

  @Test func literalsOfTensorsKeepTheirHistory() {
    let x: Tensor<Float> = [1, 2], y: Tensor<Float> = [3, 4]
    let stacked: Tensor<Float> = [x, y, x + y]
    #expect(stacked.shape == [3, 2])
    #expect(stacked.scalars == [1, 2, 3, 4, 4, 6])
    let mixed: Tensor<Float> = [x.sum(), 7, -y.sum()]
    #expect(mixed.scalars == [3, 7, -7])
    let (xg, yg) = gradient(of: (stacked * [[1], [10], [100]]).sum(), withRespectTo: x, y)
    #expect(xg.scalars == [101, 101])
    #expect(yg.scalars == [110, 110])
  }

  @Test func literalsOfLeavesAreLeavesToo() {
    // Whoever writes rows as tensors still expects derivatives of them.
    let x: Tensor<Float> = [1, 2]
    let rows: Tensor<Float> = [x, [3, 4]]
    #expect(rows.scalars == [1, 2, 3, 4])
    #expect(gradient(of: rows.sum(), withRespectTo: x).scalars == [1, 1])
  }

  @Test func computedElementsKeepNegativeZero() {
    let x: Tensor<Float> = [0.0]
    let stacked: Tensor<Float> = [-x[0], x[0]]
    #expect(stacked.scalars.map(\.sign) == [.minus, .plus])
  }

  @Test func emptyTensors() {
    for shape: Shape in [[0], [3, 0], [0, 4], [2, 0, 5]] {
      let x = Tensor<Float>.zeros(shape)
      #expect(x.scalars.isEmpty)
      #expect((x + 1).scalars.isEmpty)
      #expect(Float(x.sum()) == 0)
      #expect(Float(exp(x).sum()) == 0)
      #expect(x.transposed().scalars.isEmpty)
      #expect(x.isClose(to: x))
      #expect(x.mean().scalars[0].isNaN)
    }
  }

  @Test(
    "isClose as documented",
    arguments: [
      (1, 1, true), (1, 1.000001, true), (1, 1.0001, false), (0, 1e-9, true), (0, 1e-7, false),
      (.infinity, .infinity, true), (.infinity, -.infinity, false), (1, .infinity, false),
      (.infinity, 1, false), (.nan, .nan, false), (.nan, 1, false), (0, -0.0, true),
      (-.infinity, -.infinity, true), (1e300, 1.000001e300, true),
    ] as [(Double, Double, Bool)])
  func isClose(x: Double, y: Double, expected: Bool) {
    #expect(Tensor<Double>([x]).isClose(to: Tensor<Double>([y])) == expected)
  }

  @Test func isCloseTakesTolerances() {
    let x: Tensor<Int32> = [1, 2, 3]
    #expect(x.isClose(to: x + 0))
    #expect(!x.isClose(to: x + 1))
    #expect(x.isClose(to: x + 1, absoluteTolerance: 1))
    #expect(!x.isClose(to: x * 2, relativeTolerance: 0.4))
    #expect(x.isClose(to: x * 2, relativeTolerance: 0.5))
  }
}

@Suite struct LiteralTests {
  private func isLeaf(_ x: Tensor<Float>) -> Bool {
    if case .creation(.data) = x.value.node.operation { true } else { false }
  }

  @Test func writtenNumbersAreLeaves() {
    #expect(isLeaf([1, 2, 3]))
    #expect(isLeaf([[1, -2.5], [0.1, 7]]))
    #expect(isLeaf([[[1], [2]], [[3], [4]]]))
    let named: Tensor<Float> = [[1, 2], [3, 4]]
    #expect(isLeaf(named))
    #expect(isLeaf([]))
  }

  @Test func scalarsThatSomebodyHoldsKeepTheirDerivative() {
    let a: Tensor<Float> = 2, b: Tensor<Float> = 0.3
    let theta: Tensor<Float> = [a, b]
    #expect(theta.scalars == [2, 0.3])
    let (ag, bg) = gradient(of: (theta * [10, 100]).sum(), withRespectTo: a, b)
    #expect(Float(ag) == 10 && Float(bg) == 100)
  }

  /// The number of the one element as another type: rounded where it must be.
  @Test func numbersOfOtherTypes() {
    for number in [0.1, -0.0, 1e300, .infinity, 16_777_217] {
      #expect(Float(Tensor<Double>(number)).bitPattern == Float(number).bitPattern)
    }
    for number in [Float(0.1), -0.0, .leastNonzeroMagnitude, -.infinity] {
      #expect(Double(Tensor<Float>(number)).bitPattern == Double(number).bitPattern)
    }
    #expect(Float(Tensor<Double>(.nan)).isNaN && Double(Tensor<Float>(.nan)).isNaN)
    for number in [Int32.min, 0, .max] { #expect(Int(Tensor<Int32>(number)) == Int(number)) }
    // What has no type of its own is of the type that is asked for.
    let x: Tensor<Float> = [1, 2, 4]
    #expect(Float(2 * x.sum() - 1) == 13 && Double(x.sum()) / 2 == 3.5)
    #expect(Int(x.argmax(along: 0)) + 1 == 3)
  }
}
