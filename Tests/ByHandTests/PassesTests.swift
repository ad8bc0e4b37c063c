// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackByHand
import PullbackTestSupport
import Testing

@Suite("By hand and by the library") struct PassesTests {
  @Test("A network of two layers, random shapes", arguments: 0..<24, Aggregate.allCases)
  func network(seed: Int, aggregate: Aggregate) {
    var generator = SplitMix(seed: seed)
    let rows = Int.random(in: 1...7, using: &generator)
    let inputs = Int.random(in: 1...6, using: &generator)
    let hidden = Int.random(in: 1...6, using: &generator)
    let columns = Int.random(in: 1...4, using: &generator)
    let a0 = Variable(generator.numbers([rows, inputs])), y = generator.numbers([rows, columns])
    let w1 = Variable(generator.numbers([inputs, hidden]))
    let w2 = Variable(generator.numbers([hidden, columns]))
    // Every shape that a bias may have.
    let shapes: [Shape] = [[hidden], [1, hidden], [1], [], [1, 1]]
    let b1 = Variable(generator.numbers(shapes[seed % shapes.count]))
    let b2 = Variable(generator.numbers(seed % 2 == 0 ? [columns] : [rows, columns]))

    let s1 = lin(a0, w1, b1)
    let a1 = relu(s1)
    let s2 = lin(a1, w2, b2)
    let loss = mse(s2, y, aggregate)
    mseGrad(s2, y, aggregate)
    linGrad(a1, s2, w2, b2)
    reluGrad(s1, a1)
    linGrad(a0, s1, w1, b1)

    let variables = [a0, w1, b1, s1, a1, w2, b2, s2]
    let gradients = gradient(of: loss, withRespectTo: variables.map(\.value))
    for (variable, expected) in zip(variables, gradients) {
      #expect(variable.g.shape == variable.shape)
      #expect(variable.g.isClose(to: expected, relativeTolerance: 1e-12, absoluteTolerance: 1e-13))
    }
  }

  @Test func aVariablePrintsWhatItHolds() {
    let x = Variable<Float>([[3, -2]])
    #expect("\(x)" == "value [[ 3. -2.]], g not there yet")
    mseGrad(x, [[1, 1]], .sum)
    #expect("\(x)" == "value [[ 3. -2.]], g [[ 4. -6.]]")
  }

  @Test("No rows give gradients of zero", arguments: Aggregate.allCases)
  func noRows(_ aggregate: Aggregate) {
    let x = Variable(Tensor<Float>.zeros([0, 3])), w = Variable(Tensor<Float>.ones([3, 2]))
    let b = Variable(Tensor<Float>.ones([2]))
    let s = lin(x, w, b)
    mseGrad(s, Tensor<Float>.zeros([0, 2]), aggregate)
    linGrad(x, s, w, b)
    #expect(w.g.scalars == [0, 0, 0, 0, 0, 0])
    #expect(b.g.scalars == [0, 0])
    #expect(x.g.shape == [0, 3])
    #expect(deadUnits(s) == [])
  }

  @Test("A value used twice gets the sum of both contributions")
  func usedTwice() {
    let a0 = Variable<Float>([[1, 2], [0, 1]]), y: Tensor<Float> = [[4, 1], [5, 2]]
    let w = Variable<Float>([[1, -1], [1, 1]]), b = Variable<Float>([0, -3])
    let s1 = lin(a0, w, b)
    let s2 = lin(s1, w, b)
    mseGrad(s2, y)
    linGrad(s1, s2, w, b)
    linGrad(a0, s1, w, b)
    let (wg, bg) = gradient(of: mse(s2, y), withRespectTo: w.value, b.value)
    #expect(w.g.scalars == wg.scalars)
    #expect(b.g.scalars == bg.scalars)
  }

  @Test("Two losses on one output add up")
  func twoLosses() {
    let x = Variable<Float>([[3, -2]])
    mseGrad(x, [[1, 1]], .sum)
    mseGrad(x, [[0, 0]], .sum)
    #expect(x.g.scalars == [10, -10])
  }

  @Test("relu: zero at zero, selected and not multiplied")
  func reluSpecials() {
    let s = Variable(Tensor<Float>([[0, -1, 1, Float.nan, -0.0]])), a = relu(s)
    #expect(a.value.scalars[3].isNaN)
    #expect(a.value.scalars[0...2] == [0, 0, 1])
    mseGrad(a, Tensor<Float>([[-Float.infinity, -Float.infinity, 0, 0, 1]]), .sum)
    reluGrad(s, a)
    #expect(s.g.scalars == [0, 0, 2, 0, 0])
  }

  @Test("A dead unit is one that no row wakes")
  func dead() {
    let s = Variable(Tensor<Float>([[-1, 0, 3, -1, Float.nan], [-2, 0, -1, 1, -1]]))
    #expect(deadUnits(s) == [0, 1])
  }
}
