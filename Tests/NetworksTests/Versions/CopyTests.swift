// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct CopyTests {
  private let x = Tensor<Float>.normal([3, 4], key: RandomKey(seed: 5))

  private struct Net: Layer {
    let hidden = Linear(4, 6), output = Linear(6, 2)
    var parameters: Parameters { ["hidden": hidden.parameters, "output": output.parameters] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(tanh(hidden(x))) }
  }

  /// Three steps, fresh or recorded.
  private func train(_ model: some Layer<Tensor<Float>, Tensor<Float>>, isRecorded: Bool = false) {
    let optimizer = Optimizer(Adam(learningRate: 0.1), for: model.parameters)
    let step = optimizer.recorded { (x: Tensor<Float>) in model(x).squared().sum() }
    for _ in 0..<3 {
      if isRecorded { step(x) } else { optimizer.minimize(model(x).squared().sum()) }
    }
  }

  @Test(arguments: [false, true]) func eachIsTrainedOnItsOwn(isRecorded: Bool) {
    let model = Net().initialized(seed: 3), same = Net().initialized(seed: 3)
    let start = model.numbers, copy = model.copy()
    #expect(copy.numbers == start && copy.parameters.paths == model.parameters.paths)
    train(copy, isRecorded: isRecorded)
    #expect(model.numbers == start)
    train(same, isRecorded: isRecorded)
    #expect(copy.numbers == same.numbers)
    train(model, isRecorded: isRecorded)
    #expect(model.numbers == copy.numbers)
    train(model, isRecorded: isRecorded)
    #expect(model.numbers != copy.numbers && copy.numbers == same.numbers)
    let (mine, its) = (copy(x).scalars, same(x).scalars)
    #expect(mine == its)
  }

  @Test func aCopyOfWhatHasNoNumbersStartsLikeTheOriginal() {
    let model = Net()
    let copy = model.copy()
    #expect(!copy.parameters.contains { $0.parameter.isInitialized })
    _ = copy.initialized(seed: 7)
    #expect(!model.hidden.weight.isInitialized)
    let outputs = copy(x).scalars
    let expected = Net().initialized(seed: 7)(x).scalars
    #expect(outputs == expected)
    // An optimizer gives it what it gives the original.
    let other = model.copy()
    _ = Optimizer(SGD(learningRate: 1), for: other.parameters)
    _ = Optimizer(SGD(learningRate: 1), for: model.parameters)
    #expect(other.numbers == model.numbers)
  }

  /// Each gives what plain models with those numbers give.
  @Test func copiesAndSnapshotsCompose() {
    let model = Net().initialized(seed: 3), copy = model.copy(), second = copy.copy()
    train(copy)
    let snapshot = copy.snapshot(), again = snapshot.copy()
    train(second)
    train(second)
    train(copy)
    train(again)
    func plain(_ steps: Int) -> [Float] {
      let plain = Net().initialized(seed: 3)
      for _ in 0..<steps { train(plain) }
      return plain(x).scalars
    }
    #expect(model(x).scalars == plain(0))
    #expect(copy(x).scalars == plain(2) && second(x).scalars == plain(2))
    #expect(snapshot(x).scalars == plain(1) && again(x).scalars == plain(2))
    #expect(second.snapshot().copy().snapshot()(x).scalars == plain(2))
    let recordedCopy = recorded { (x: Tensor<Float>) in second(x) + again(x) + snapshot(x) }
    let sum = (second(x) + again(x) + snapshot(x)).scalars
    #expect(recordedCopy(x).scalars == sum)
    train(second)
    #expect(recordedCopy(x).scalars == (second(x) + again(x) + snapshot(x)).scalars)
  }

  /// A model that holds a copy of another, as a slowly moving target does.
  private struct Pair: Layer {
    let net = Net().initialized(seed: 3), target: Copy<Net>
    init() { target = net.copy() }
    var parameters: Parameters { ["net": net.parameters, "target": target.parameters] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { net(x) - target(x) }
  }

  @Test func aModelThatHoldsACopyIsCopiedWhole() {
    let pair = Pair(), copy = pair.copy()
    train(copy.parameters["net.hidden.bias"]!)
    train(copy.parameters["target.output.weight"]!)
    let (untouched, plain) = (pair(x).scalars, Pair())
    #expect(untouched.allSatisfy { $0 == 0 })
    for path in ["net.hidden.bias", "target.output.weight"] {
      plain.parameters[path]!.value = copy.parameters[path]!.value
    }
    #expect(copy(x).scalars == plain(x).scalars)
  }

  private func train(_ parameter: Parameter) { parameter.value = parameter.value + 1 }

  /// A model that has written its function down: what it recorded serves all copies,
  /// whoever called first.
  private struct Recorder: Layer {
    let w: Parameter
    let function: Recorded<Tensor<Float>, Tensor<Float>>
    init(_ w: Parameter) {
      self.w = w
      function = recorded { x in x * w.value }
    }
    var parameters: Parameters { ["w": w] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { function(x) }
  }

  @Test(arguments: [0, 1, 2]) func whatAModelHasRecordedServesItsCopies(first: Int) {
    let model = Recorder(Parameter(value: [2])), copy = model.copy(), snapshot = model.snapshot()
    copy.parameters["w"]!.value = [3]
    model.w.value = [5]
    let models: [(model: any Layer<Tensor<Float>, Tensor<Float>>, w: Float)] = [
      (model, 5), (copy, 3), (snapshot, 2),
    ]
    for turn in 0..<6 {
      let (model, w) = models[(first + turn) % 3]
      #expect(model([10]).scalars == [10 * w])
    }
  }

  @Test func aCopyCanHaveNumbersBeforeTheOriginalHas() {
    let model = Recorder(Parameter(shape: [1], .constant(4))), copy = model.copy()
    _ = copy.initialized(seed: 1)
    #expect(copy([10]).scalars == [40])
  }

  /// A weight that stands at two paths is one in the copy too.
  @Test func tiedWeightsStayTied() {
    let w = Parameter(value: [1, 2])
    let model: Parameters = ["a": w, "b": w]
    let copy = model.copy()
    #expect(copy.parameters.distinct.count == 1 && copy.parameters.paths == ["a", "b"])
  }

  @Test func tasksInsideSeeTheCopy() async {
    let model = StepCounter(), copy = model.copy()
    copy.parameters["2"]!.value = [1, 1, 1, 1]
    let inner = copy.withModel { model in Task { model.parts[2].value.scalars } }
    let numbers = await inner.value
    #expect(numbers == [1, 1, 1, 1])
    #expect(model.parts[2].value.scalars == [0, 0, 0, 0])
  }
}
