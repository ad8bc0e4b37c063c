// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackByHand
import Testing

@Suite("What the passes refuse, word for word") struct RefusalTests {
  @Test func outputsOfOneColumnAgainstAVector() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let out = Variable(Tensor<Float>([[7], [3]]).named("s2"))
      _ = mse(out, Tensor<Float>([4, 5]).named("y"))
    }
    #expect(
      result.errorText.contains(
        "mse: s2 [2, 1] and the target y [2] differ in shape; broadcasting would make [2, 2] of "
          + "them. Fix: reshape the target to [2, 1]."))
  }

  @Test("The loss that the refusal prevents") func silentLoss() {
    let out: Tensor<Float> = [[7], [3]], y: Tensor<Float> = [4, 5]
    #expect(Float((out - y).squared().mean()) == 4.5)
    #expect(Float(mse(Variable(out), [[4], [5]])) == 6.5)
  }

  @Test func gradientOfMismatchedTargets() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      mseGrad(Variable(Tensor<Float>.zeros([3, 2])), Tensor<Float>.zeros([2]))
    }
    #expect(
      result.errorText.contains(
        "differ in shape; broadcasting would make [3, 2] of them. "
          + "Fix: give one target for each output."))
  }

  @Test func gradientBeforeTheBackwardPass() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Variable(Tensor<Float>.zeros([3]).named("w")).g
    }
    #expect(
      result.errorText.contains(
        "g: no gradient has reached w [3]. Fix: call mseGrad first, then the others in reverse "
          + "order of the forward pass."))
  }

  @Test func contributionThatComesLate() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let s = Variable(Tensor<Float>([1, 2]).named("s")), a = relu(s), t = relu(a)
      mseGrad(t, [0, 0])
      mseGrad(a, [0, 0])
      reluGrad(s, a)
      // a's share of t's gradient is missing from s.g.
      reluGrad(a, t)
    }
    #expect(
      result.errorText.contains(
        "reluGrad: the gradient of the result of relu [2] has been handed on already. "
          + "Fix: go through the forward pass in reverse, once."))
  }

  @Test func layersThatDoNotFit() async {
    let inner = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = lin(
        Variable(Tensor<Float>.zeros([5, 3])), Variable(Tensor<Float>.zeros([2, 4])),
        Variable(Tensor<Float>.zeros([4])))
    }
    #expect(inner.errorText.contains("has 3 columns (axis 1) but"))
    let bias = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = lin(
        Variable(Tensor<Float>.zeros([1, 3])), Variable(Tensor<Float>.zeros([3, 4])),
        Variable(Tensor<Float>([[0], [0]]).named("b")))
    }
    #expect(
      bias.errorText.contains(
        "lin: the bias b [2, 1] does not fit the product [1, 4]. "
          + "Fix: give one bias for each output: [4]."))
    let vector = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = lin(
        Variable(Tensor<Float>([1, 2]).named("x")), Variable(Tensor<Float>([[1], [1]]).named("w")),
        Variable(Tensor<Float>([0])))
    }
    #expect(
      vector.errorText.contains(
        "lin: x [2] and w [2, 1] are not matrices. "
          + "Fix: give a batch as [rows, inputs] and weights as [inputs, outputs]."))
  }

  @Test func variablesInTheWrongPlaces() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x = Variable(Tensor<Float>.zeros([5, 2])), w = Variable(Tensor<Float>.zeros([2, 2]))
      let s = lin(x, w, Variable(Tensor<Float>.zeros([2])))
      mseGrad(s, Tensor<Float>.zeros([5, 2]))
      linGrad(x, s, w, Variable(Tensor<Float>.zeros([3]).named("c")))
    }
    #expect(
      result.errorText.contains(
        "linGrad: a gradient of shape [2] is not one of c [3]. "
          + "Fix: pass what the forward pass was given, in the same places."))
  }

  @Test func deadUnitsOfAVector() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = deadUnits(Variable(Tensor<Float>([1, 2]).named("s")))
    }
    #expect(
      result.errorText.contains(
        "deadUnits: s [2] is not a matrix. Fix: give a batch as [rows, units]."))
  }
}
