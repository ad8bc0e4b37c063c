// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct PredictorTests {
  /// y = n x: what version of the model answered can be read off the answer.
  private struct Times: Layer {
    let factor = Parameter(shape: [1], .zeros)
    var parameters: Parameters { ["factor": factor] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { factor.value * x }
  }

  @Test(arguments: [0, 1, 2, 64, 1])
  func givesWhatTheModelGives(rows: Int) throws {
    let model = Sequential(Linear(5, 7), ReLU(), Linear(7, 3), Softmax()).initialized(seed: 3)
    let predictor = Predictor(model, inputs: [5])
    let x = Tensor<Float>.normal([rows, 5], key: RandomKey(seed: UInt64(rows)))
    #expect(try predictor(x).scalars == model(x).scalars)
    #expect(try predictor(x).shape == [rows, 3])
    if rows == 1 { #expect(try predictor(row: x.scalars) == model(x).scalars) }
  }

  @Test func keepsItsAnswersWhileTheModelIsTrained() throws {
    let model = Times()
    model.factor.value = [2]
    let predictor = Predictor(model, inputs: [1])
    Optimizer(SGD(learningRate: 1), for: model.parameters).minimize(-model.factor.value.sum())
    #expect(model.factor.value.scalars == [3])
    #expect(try predictor(row: [1]) == [2])
    predictor.update(to: model)
    #expect(try predictor(row: [1]) == [3])
  }

  @Test func drawsNoRandomNumbersInsideATrainingPass() throws {
    let model = Sequential(Linear(4, 4), Dropout(0.5)).initialized(seed: 1)
    let x = Tensor<Float>.ones([3, 4])
    let answer = try Pass.training(key: RandomKey(seed: 1)) {
      try Predictor(model, inputs: [4])(x).scalars
    }
    #expect(answer == model(x).scalars)
  }

  @Test(arguments: [[3], [2, 3], [0, 4], [1, 2, 2], []])
  func refusesWhatDoesNotFit(extents: [Int]) {
    let predictor = Predictor(Linear(2, 1).initialized(seed: 7), inputs: [2])
    #expect(throws: PredictionError.shape(Shape(extents), inputs: [2])) {
      _ = try predictor(.zeros(Shape(extents)))
    }
  }

  private let words = Sequential(Embedding(5, 3), Linear(3, 2)).initialized(seed: 7)

  @Test func indicesOutOfRangeAreThrown() throws {
    let predictor = Predictor(words, inputs: [4]), good: Tensor<Int32> = [[0, 4, 2, 2]]
    let bad: Tensor<Int32> = [[0, 1, 2, 3], [4, 0, 5, -1]], indices: Tensor<Int32> = [0, 2]
    for _ in 0..<2 {
      let error = #expect(throws: PredictionError.self) { _ = try predictor(bad) }
      #expect(
        error?.description == "gather: index 5 at [1, 2] is outside 0..<5, the rows of 0.weight")
      #expect(throws: PredictionError.self) { _ = try predictor(row: [1, 2, .min, 0]) }
      // A request may be computed from what was sent.
      let sent = #expect(throws: PredictionError.self) { _ = try predictor(good.gathered(indices)) }
      #expect(sent?.description == "gather: index 2 at row 1 is outside 0..<1")
      #expect(try predictor(good).scalars == words(good).scalars)
      #expect(try predictor(row: [0, 4, 2, 2]) == words(good).scalars)
    }
  }

  /// Requests that are refused beside others that are not.
  @Test func eachTaskHasItsOwnAnswer() async {
    let predictor = Predictor(words, inputs: [4]), good: Tensor<Int32> = [[0, 4, 2, 2]]
    let right = words(good).scalars
    let answers = await withTaskGroup(of: Int.self) { group in
      for task in 0..<32 {
        group.addTask {
          (0..<50).count { number in
            let isGood = (task + number).isMultiple(of: 2)
            let answer = try? predictor(isGood ? good : good + Int32(number + 1))
            return answer?.scalars == (isGood ? right : nil)
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(answers == 32 * 50)
  }

  @Test func memoryThatIsRefusedIsThrown() {
    let predictor = Predictor(Linear(1, 1).initialized(seed: 7), inputs: [1])
    #expect(throws: PredictionError.memory(OutOfMemory(byteCount: 1 << 56))) {
      _ = try predictor(.zeros([1 << 54, 1]))
    }
  }

  @Test func saysWhatDoesNotFit() {
    let predictor = Predictor(Linear(2, 1).initialized(seed: 7), inputs: [2])
    #expect(throws: PredictionError.count(3, inputs: [2])) { _ = try predictor(row: [1, 2, 3]) }
    #expect(
      "\(PredictionError.count(3, inputs: [2]))"
        == "3 numbers do not fit the model: an example is [2], 2 numbers")
    #expect(
      "\(PredictionError.count(1, inputs: [2]))"
        == "1 number does not fit the model: an example is [2], 2 numbers")
    #expect(
      "\(PredictionError.shape([4, 8, 8], inputs: [28, 28]))"
        == "inputs [4, 8, 8] do not fit the model: give [rows, 28, 28]")
  }

  /// 64 tasks ask while the model is replaced: each answer is that of one version, and no task sees
  /// an older version after a newer one.
  @Test func isReplacedWhileItAnswers() async throws {
    let model = Times()
    model.factor.value = [0]
    let predictor = Predictor(model, inputs: [2])
    let wrong = await withTaskGroup(of: Int.self) { group in
      group.addTask {
        for version in 1...200 {
          model.factor.value = Tensor([Float(version)])
          predictor.update(to: model)
        }
        return 0
      }
      for _ in 0..<64 {
        group.addTask {
          var latest: Float = 0, wrong = 0
          for _ in 0..<50 {
            guard let answer = try? predictor(row: [1, 2]), answer[1] == 2 * answer[0],
              answer[0] >= latest
            else {
              wrong += 1
              continue
            }
            latest = answer[0]
            await Task.yield()
          }
          return wrong
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
    #expect(try predictor(row: [1, 2]) == [200, 400])
  }
}
