// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

@Suite struct JacobianTests {
  @Test func axesOfTheOutputComeFirst() {
    let x = Tensor<Double>.zeros([2, 3]), w = Tensor<Double>.zeros([3, 4])
    let (xj, wj) = jacobian(of: x • w, withRespectTo: x, w)
    #expect(xj.shape == [2, 4, 2, 3])
    #expect(wj.shape == [2, 4, 3, 4])
  }

  @Test func ofWhatDoesNotDepend() {
    let x: Tensor<Double> = [1, 2], other = Tensor<Double>.ones([2, 2])
    let zero = jacobian(of: x * x, withRespectTo: other)
    #expect(zero.shape == [2, 2, 2])
    #expect(zero.scalars.allSatisfy { $0 == 0 })
    #expect(hessian(of: x.sum(), withRespectTo: x).scalars == [0, 0, 0, 0] as [Double])
    let none = jacobianVectorProduct(of: x * x, withRespectTo: other, vector: other)
    #expect(none.scalars == [0, 0] as [Double])
    let back = vectorJacobianProduct(of: x * x, withRespectTo: other, vector: x)
    #expect(back.shape == [2, 2])
  }

  @Test func ofATensorByItself() {
    let x: Tensor<Double> = [1, 2]
    #expect(jacobian(of: x, withRespectTo: x).scalars == [1, 0, 0, 1] as [Double])
    #expect(jacobian(of: x * x, withRespectTo: x, x).0.scalars == [2, 0, 0, 4] as [Double])
  }

  @Test func ofEmptyTensors() {
    let x = Tensor<Double>.ones([0, 2])
    let j = jacobian(of: x * x, withRespectTo: x)
    #expect(j.shape == [0, 2, 0, 2])
    #expect(j.scalars.isEmpty)
  }

  @Test func ofOneTypeByAnother() {
    let x: Tensor<Float> = [1, 2]
    let j = jacobian(of: Tensor<Double>(x) * 3, withRespectTo: x)
    #expect(j.scalars == [3, 0, 0, 3] as [Float])
  }

  /// Derivatives of Jacobians: they are graphs like any other.
  @Test func areDifferentiable() {
    let x: Tensor<Double> = [1, 2]
    let j = jacobian(of: x * x * x, withRespectTo: x)
    #expect(gradient(of: j.sum(), withRespectTo: x).scalars == [6, 12] as [Double])
  }

  @Test(arguments: 0..<5)
  func batchedIsALoop(seed: Int) {
    var random = SplitMix(seed: seed)
    let (count, n) = (1 + random.below(4), 1 + random.below(4))
    let key = RandomKey(seed: UInt64(seed))
    let x = Tensor<Double>.normal([count, n], key: key)
    let y = Tensor<Double>.normal([count], key: key.folding(in: 1))
    let w = Tensor<Double>.normal([n], key: key.folding(in: 2))
    func loss(_ x: Tensor<Double>, _ y: Tensor<Double>) -> Tensor<Double> {
      ((x * w).sum() - y).squared()
    }
    let together = batched(over: x, y) { gradient(of: loss($0, $1), withRespectTo: w) }
    let looped = (0..<count).flatMap { gradient(of: loss(x[$0], y[$0]), withRespectTo: w).scalars }
    #expect(together.shape == [count, n])
    #expect(areClose(together.scalars, looped, 1e-14))
    let sums = batched(over: x, y, x) { ($0 * $2).sum() + $1 }
    #expect(
      areClose(sums.scalars, (0..<count).map { Double(x[$0].squared().sum() + y[$0]) }, 1e-14))
    // What does not depend on the examples is repeated.
    #expect(batched(over: x) { _ in w }.scalars == (0..<count).flatMap { _ in w.scalars })
  }

  @Test func mistakes() async {
    let scalar = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = batched(over: Tensor<Double>(1).named("c")) { $0 } }
    #expect(scalar.message.contains("batched: c [] is a scalar and has no leading axis"))
    let extents = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = batched(over: Tensor<Double>([1, 2]), Tensor<Double>([1])) { $0 + $1 } }
    #expect(extents.message.contains("batched: [2] and [1] differ in their leading axis"))
    let vector = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x: Tensor<Double> = [1, 2]
      _ = jacobianVectorProduct(of: x * x, withRespectTo: x.named("x"), vector: [1, 2, 3])
    }
    #expect(
      vector.message.contains(
        "jacobianVectorProduct: the vector [3] has not the shape of the point x [2]"))
  }
}
