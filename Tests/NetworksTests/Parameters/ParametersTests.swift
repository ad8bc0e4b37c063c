// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Testing

struct ParametersTests {
  struct Classifier: Layer {
    let hidden = Linear(64, 50), output = Linear(50, 10)
    var parameters: Parameters { ["hidden": hidden.parameters, "output": output.parameters] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(relu(hidden(x))) }
  }

  struct Deeper: Layer {
    let first = Linear(64, 64), hidden = Linear(64, 50), output = Linear(50, 10)
    var parameters: Parameters {
      ["first": first.parameters, "hidden": hidden.parameters, "output": output.parameters]
    }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      output(relu(hidden(relu(first(x)))))
    }
  }

  @Test func pathsAreInOrder() {
    let parameters = Classifier().parameters
    #expect(
      parameters.paths == ["hidden.weight", "hidden.bias", "output.weight", "output.bias"])
    #expect(parameters.scalarCount == 3760)
    #expect(parameters["output.bias"]?.shape == [10])
    #expect(parameters["nothing"] == nil)
  }

  @Test func aStartDependsOnSeedAndPathAlone() {
    let plain = Classifier().initialized(seed: 7), deeper = Deeper().initialized(seed: 7)
    for path in plain.parameters.paths {
      let one = plain.parameters[path]!.value, other = deeper.parameters[path]!.value
      #expect(one.scalars == other.scalars, "\(path)")
    }
    let reseeded = Classifier().initialized(seed: 8)
    #expect(reseeded.hidden.weight.value.scalars != plain.hidden.weight.value.scalars)
  }

  @Test(
    "Starts have the spread their names promise",
    arguments: [
      (Initialization.kaimingUniform, Float(0.02)), (.kaimingNormal, 0.02),
      (.xavierUniform, 0.0125), (.xavierNormal, 0.0125), (.uniform(bound: 3), 3),
      (.normal(standardDeviation: 2), 4), (.constant(5), 0),
    ])
  func spread(initialization: Initialization, variance: Float) {
    let layer = Linear(100, 60, initialization: initialization).initialized(seed: 1)
    let weight = layer.weight.value
    let mean = weight.mean()
    let measured = Float((weight - mean).squared().mean())
    #expect(abs(measured - variance) <= 0.06 * variance)
  }

  @Test func tiedWeightsCountOnceAndGetBothContributions() {
    let tied = Parameter(value: [2])
    let parameters: Parameters = ["a": tied, "b": tied]
    #expect(parameters.scalarCount == 1)
    let optimizer = Optimizer(SGD(learningRate: 1), for: parameters)
    optimizer.minimize((tied.value * tied.value).sum())
    #expect(tied.value.scalars == [-2])
  }

  @Test func optimizersInitialiseWhatHasNoNumbersWithSeedZero() {
    let model = Classifier(), seeded = Classifier().initialized(seed: 0)
    model.output.bias!.value = .ones([10])
    _ = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
    #expect(model.hidden.weight.value.scalars == seeded.hidden.weight.value.scalars)
    #expect(model.output.bias!.value.scalars == [Float](repeating: 1, count: 10))
  }

  @Test func readingBeforeInitialisationIsAMistake() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Linear(2, 3)(Tensor<Float>.zeros([1, 2]))
    }
    #expect(
      standardError(of: result).contains(
        "Parameter.value: a parameter of shape [2, 3] is read before it has numbers. Fix: use "
          + "model.initialized(seed:), or make the optimizer first, which initialises with seed 0."
      ))
  }

  @Test func parametersCanBeReadWhileAnotherThreadTrains() async {
    Plan.verifiesByDefault = true
    let model = Classifier().initialized(seed: 1)
    let x = Tensor<Float>.uniform([64, 64], key: RandomKey(seed: 2))
    let labels = Tensor<Int32>((0..<64).map { $0 % 10 })
    evaluate(x)
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
        for _ in 0..<300 { optimizer.minimize(softmaxCrossEntropy(model(x), labels: labels)) }
        return true
      }
      for _ in 0..<2 {
        group.addTask {
          (0..<300).allSatisfy { _ in
            let weight = model.hidden.weight.value
            // Read twice: a snapshot does not change under its holder.
            return weight.scalars == (weight + 0).scalars
          }
        }
      }
      for await isConsistent in group { #expect(isConsistent) }
    }
  }
}
