// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct MuonTests {
  /// The change of a parameter by one step along a gradient.
  private func change(_ gradient: Tensor<Float>, _ rule: Muon) -> Tensor<Float> {
    let w = Parameter(value: .zeros(gradient.shape))
    Optimizer(rule, for: ["w": w]).minimize((w.value * gradient).sum())
    return w.value
  }

  @Test(
    "All singular values of a step are near 1",
    arguments: [[5, 5], [3, 8], [8, 3], [1, 4], [4, 1], [1, 1]] as [Shape])
  func stepsAreOrthogonal(shape: Shape) {
    let gradient = Tensor<Float>.normal(shape, key: RandomKey(seed: 3))
    let step = change(gradient, Muon(learningRate: 1))
    let wide = shape[0] > shape[1] ? step.transposed() : step
    // More outputs than inputs: the step is larger by the root of their ratio.
    let size = Float(max(shape[0], shape[1])) / Float(shape[0])
    let squares = (wide • wide.transposed() / size).scalars
    let rows = wide.shape[0]
    // The squares of the singular values are the eigenvalues; by Gershgorin's circles
    // they lie near 1.
    let trace = (0..<rows).reduce(Float(0)) { $0 + squares[$1 * rows + $1] }
    let all = squares.reduce(0) { $0 + $1 * $1 }
    #expect(trace > 0.4 * Float(rows) && trace < 1.6 * Float(rows))
    // Variance of the eigenvalues.
    #expect(all / Float(rows) - (trace / Float(rows)) * (trace / Float(rows)) < 0.2)
    // It goes down.
    #expect(Float((step * gradient).sum()) < 0)
  }

  @Test func aStepDoesNotDependOnTheSizeOfTheGradient() {
    let gradient = Tensor<Float>.normal([4, 6], key: RandomKey(seed: 5))
    let step = change(gradient, Muon(learningRate: 1))
    for factor: Float in [1e-3, 1e6] {
      let other = change(gradient * factor, Muon(learningRate: 1))
      #expect(other.isClose(to: step, relativeTolerance: 1e-3, absoluteTolerance: 1e-3))
    }
    #expect(change(.zeros([4, 6]), Muon(learningRate: 1)).scalars.allSatisfy { $0 == 0 })
  }

  /// The axes before the last are inputs.
  @Test func kernelsAreMatricesOfTheirOutputs() {
    let gradient = Tensor<Float>.normal([2, 3, 4], key: RandomKey(seed: 7))
    let flat = change(gradient.reshaped(to: [6, 4]), Muon(learningRate: 1))
    #expect(change(gradient, Muon(learningRate: 1)).scalars == flat.scalars)
  }

  @Test func aMatrixWithoutElementsStaysSo() {
    let w = Parameter(value: .zeros([0, 3])), b = Parameter(value: [1])
    let optimizer = Optimizer(groups: [
      .init(["w": w], AnyRule(Muon())), .init(["b": b], AnyRule(SGD(learningRate: 0.5))),
    ])
    optimizer.minimize(w.value.sum() + b.value.sum())
    #expect(w.value.shape == [0, 3] && b.value.scalars == [0.5])
  }

  @Test(arguments: [false, true]) func aBiasIsAMistake(isRecorded: Bool) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [isRecorded = isRecorded as Bool] in
      let model = Linear(2, 3).initialized(seed: 1)
      let optimizer = Optimizer(Muon(), for: model.parameters)
      let step = optimizer.recorded { (x: Tensor<Float>) in model(x).sum() }
      if isRecorded { step([[1, 2]]) } else { optimizer.minimize(model([[1, 2]]).sum()) }
    }
    let said = standardError(of: result)
    let expected =
      "Muon: bias [3] cannot be trained: it is no matrix. Fix: train it in a group of its own with "
      + "AnyRule(AdamW())."
    #expect(said.contains(expected), "\(said)")
  }
}
