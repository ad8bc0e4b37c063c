// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTensors
import Testing

struct SnapshotTests {
  private let x = Tensor<Float>.normal([3, 4], key: RandomKey(seed: 5))

  private func makeModel() -> Sequential<Tensor<Float>> {
    Sequential(Linear(4, 6), Activation(tanh), Linear(6, 2)).initialized(seed: 3)
  }

  private func train(_ parameters: Parameters, _ loss: () -> Tensor<Float>) {
    let optimizer = Optimizer(Adam(learningRate: 0.1), for: parameters)
    for _ in 0..<3 { optimizer.minimize(loss()) }
  }

  @Test func itKeepsTheNumbersOfItsStep() {
    let model = makeModel()
    let before = (outputs: model(x).scalars, numbers: model.numbers)
    let snapshot = model.snapshot()
    train(model.parameters) { model(x).squared().sum() }
    let (outputs, later) = (snapshot(x).scalars, model(x).scalars)
    #expect(outputs == before.outputs && snapshot.numbers == before.numbers)
    #expect(later != before.outputs)
    #expect(snapshot.parameters.paths == model.parameters.paths)
    #expect(snapshot.snapshot()(x).scalars == before.outputs)
    model.parameters.assign(snapshot)
    #expect(model.numbers == before.numbers)
  }

  /// The numbers of a parameter lie where they lay, but for the step after a snapshot.
  @Test func theNextStepWritesIntoFreshMemoryOnce() {
    let w = Parameter(value: [4, 5])
    let optimizer = Optimizer(SGD(learningRate: 0.25), for: ["w": w])
    func place() -> OpaquePointer { w.value.value.node.numbers!.address }
    func step() { optimizer.minimize(w.value.squared().sum()) }
    step()
    let first = place()
    step()
    #expect(place() == first)
    let snapshot = (w as Parameter).snapshot()
    step()
    let second = place()
    #expect(second != first)
    step()
    #expect(place() == second)
    #expect(snapshot.numbers == [1, 1.25])
    #expect(w.value.scalars == [0.25, 0.3125])
  }

  /// A teacher is a constant, also while its numbers are still those of the model.
  @Test(arguments: [false, true]) func noGradientReachesTheModelThroughIt(isRecorded: Bool) {
    let (model, other) = (makeModel(), makeModel())
    let teacher = model.snapshot()
    let (x, target) = (x, model(x + 1).detached())
    evaluate(target)
    let optimizers = [model, other].map { Optimizer(SGD(learningRate: 0.1), for: $0.parameters) }
    let distilled = optimizers[0].recorded { (x: Tensor<Float>) in
      (model(x) - teacher(x + 1)).squared().sum()
    }
    for _ in 0..<3 {
      let expected = optimizers[1].minimize((other(x) - target).squared().sum())
      let loss =
        isRecorded
        ? distilled(x) : optimizers[0].minimize((model(x) - teacher(x + 1)).squared().sum())
      #expect(loss == expected)
    }
    #expect(model.numbers == other.numbers)
  }

  @Test func recordedFunctionsKeepItsNumbers() {
    let model = makeModel()
    let snapshot = model.snapshot(), before = model(x).scalars
    let predict = recorded { (x: Tensor<Float>) in snapshot(x) }
    let first = predict(x).scalars
    train(model.parameters) { model(x).squared().sum() }
    let second = predict(x).scalars
    #expect(first == before && second == before)
  }

  /// A model that has no one function of one tensor.
  private struct Coder: ParameterTree {
    let encoder = Linear(4, 2), decoder = Linear(2, 4)
    var parameters: Parameters { ["e": encoder.parameters, "d": decoder.parameters] }
    func encode(_ x: Tensor<Float>) -> Tensor<Float> { tanh(encoder(x)) }
  }

  @Test func anyFunctionOfTheModelCanBeCalled() {
    let coder = Coder()
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: coder.parameters)
    let snapshot = coder.snapshot(), before = coder.encode(x).scalars
    optimizer.minimize(coder.decoder(coder.encode(x)).sum())
    let (kept, later) = (snapshot.withModel { $0.encode(x).scalars }, coder.encode(x).scalars)
    #expect(kept == before && later != before)
  }

  @Test func aParameterShowsWhatStandsForIt() {
    let w = Parameter(value: [1, 2])
    let snapshot = w.snapshot()
    w.value = [3, 4]
    snapshot.withModel { w in
      #expect("\(w)" == "Parameter of shape [2]: [1. 2.]")
      #expect(w.isInitialized)
    }
    #expect("\(w)" == "Parameter of shape [2]: [3. 4.]")
  }

  enum Fault: String, CaseIterable, Codable {
    case setting, settingInside, training, uninitialised, recording, ownProduct

    func run() {
      let w = Parameter(value: [1, 2])
      let model: Parameters = ["w": w]
      switch self {
      case .setting: model.snapshot().parameters["w"]!.value = [3, 4]
      case .settingInside: model.snapshot().withModel { _ in w.value = [3, 4] }
      case .training: _ = Optimizer(SGD(learningRate: 1), for: model.snapshot().parameters)
      case .uninitialised: _ = Linear(2, 3).snapshot()
      case .recording:
        let read = recorded { (x: Tensor<Float>) in
          model.snapshot().withModel { _ in x + w.value }
        }
        _ = read([1, 1])
      case .ownProduct:
        _ = Optimizer(SGD(learningRate: 1), for: model)
        _ = model.snapshot().withModel { _ in Tensor<Float>([1, 2, 3]) + w.value }
      }
    }

    var message: String {
      switch self {
      case .setting, .settingInside:
        "Parameter.value: w [2] belongs to a snapshot, which does not change. "
          + "Fix: change a copy() of it."
      case .training:
        "Optimizer: w [2] belongs to a snapshot, which does not change. "
          + "Fix: train the model, or a copy() of the snapshot."
      case .uninitialised:
        "Parameter.value: a parameter of shape [2, 3] is read before it has numbers"
      case .recording: "recorded: numbers are read inside the recorded function"
      case .ownProduct: "w [2]"
      }
    }
  }

  @Test(arguments: Fault.allCases) func aMistakeSaysWhatToDo(fault: Fault) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in fault.run()
    }
    #expect(standardError(of: result).contains(fault.message), "\(standardError(of: result))")
  }
}
