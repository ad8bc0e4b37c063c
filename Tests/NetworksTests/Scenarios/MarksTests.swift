// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// What a tree says of its parameters beside their names.
struct MarksTests {
  /// As a normalization keeps its statistics.
  struct Shifted: Layer {
    let shift = Parameter(shape: [2], .constant(3)), mean = Parameter(shape: [2], .constant(5))
    var parameters: Parameters { ["shift": shift, "mean": mean.marked(isTrained: false)] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x - mean.value + shift.value }
  }

  @Test(arguments: ["SGD", "SGD with momentum", "Adam", "AdamW"])
  func optimizersLeaveWhatIsNotTrained(kind: String) {
    let model = Sequential(Linear(2, 2), Shifted())
    let rule =
      switch kind {
      case "Adam": AnyRule(Adam())
      case "AdamW": AnyRule(AdamW())
      case "SGD": AnyRule(SGD(learningRate: 0.1))
      default: AnyRule(SGD(learningRate: 0.1, momentum: 0.9))
      }
    let optimizer = Optimizer(rule, for: model.parameters)
    let x: Tensor<Float> = [[1, 2]]
    for _ in 0..<3 { optimizer.minimize(model(x).squared().sum()) }
    // It has its start all the same, and its path.
    #expect(model.parameters["1.mean"]!.value.scalars == [5, 5])
    #expect(model.parameters["1.shift"]!.value.scalars != [3, 3])
    #expect(optimizer.parameters.paths == ["0.weight", "0.bias", "1.shift"])
    #expect(optimizer.state.count == 3)
  }

  @Test func treesAreMarkedAsAWhole() {
    let base = Sequential(Linear(3, 2), Linear(2, 2)), head = Linear(2, 1)
    let parameters: Parameters = ["base": base.marked(isTrained: false), "head": head]
    #expect(parameters.count == 6 && parameters.trained.paths == ["head.weight", "head.bias"])
    #expect(parameters.marked(isTrained: true).trained.paths == parameters.paths)
    #expect(parameters.trained.trained.paths == parameters.trained.paths)
    #expect(
      "\(["a": head.marked(isTrained: false), "b": head.bias!] as Parameters)"
        == """
        Parameters with 2 parameters, 3 numbers:
          a.weight [2, 1], not trained
          a.bias [1], not trained
          b [1]
        """)
  }

  @Test func aTiedParameterIsTrainedIfItIsAnywhere() {
    let tied = Parameter(value: [2]), other = Parameter(value: [1])
    let parameters: Parameters = [
      "a": tied.marked(isTrained: false), "b": tied, "c": other.marked(isTrained: false),
    ]
    #expect(parameters.trained.paths == ["a", "b"])
    Optimizer(SGD(learningRate: 1), for: parameters).minimize((tied.value * other.value).sum())
    #expect(tied.value.scalars == [1] && other.value.scalars == [1])
  }

  @Test func aParameterAloneIsATree() {
    let w = Parameter(value: [1])
    #expect(w.parameters.paths == [""])
    #expect((["a": ["b": w.parameters] as Parameters] as Parameters).paths == ["a.b"])
  }

  @Test func axesOfPyTorchAreThoseOfTheParameter() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Parameter(shape: [2, 3], .zeros).marked(inPyTorch: "w", axes: 1, 2)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains(
        "marked: the axes [1, 2] for a parameter of shape [2, 3]. Fix: name each axis of the "
          + "parameter once, counted from 0."), "\(text)")
  }
}
