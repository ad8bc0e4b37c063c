// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct SampledDatasetTests {
  private func data(_ count: Int) -> Dataset<Int32> {
    Dataset(inputs: .zeros([count, 1]), labels: Tensor<Int32>(range: 0..<count))
  }

  private func positions(
    _ source: SampledDataset<Int32>, _ key: RandomKey?, size: Int = 7, first: Int = 0
  ) -> [Int] {
    source.batches(in: BatchOrder(size: size, key: key, startingAt: first)).flatMap { batch in
      #expect(batch.labels.scalars.map { Int($0) } == batch.positions)
      return batch.positions
    }
  }

  @Test func chancesAreTheWeights() {
    let weights = [1, 0, 3, 6, 0, 1e-300]
    let source = data(6).sampled(withWeights: weights, count: 10_000)
    #expect(source.exampleCount == 10_000)
    let drawn = positions(source, RandomKey(seed: 1))
    #expect(drawn.count == 10_000)
    let counts = (0..<6).map { position in drawn.count { $0 == position } }
    // Six standard deviations of 10,000 draws are 300 at most.
    for (count, expected) in zip(counts, [1000, 0, 3000, 6000, 0, 0]) {
      #expect(abs(count - expected) < (expected == 0 ? 1 : 300))
    }
  }

  @Test func aKeyDraws() {
    let source = data(20).sampled(withWeights: (0..<20).map { 1 / Double(1 + $0) })
    let key = RandomKey(seed: 4)
    let drawn = positions(source, key)
    #expect(drawn.count == 20)
    #expect(positions(source, key) == drawn && positions(source, key, size: 3) == drawn)
    #expect(positions(source, key, first: 2) == Array(drawn[14...]))
    #expect(positions(source, RandomKey(seed: 5)) != drawn)
    #expect(positions(source, nil) == positions(source, RandomKey(seed: 0)))
  }

  /// 30, 5 and 1 examples of three classes.
  @Test(arguments: [36, 35, 3, 2, 0, 100], [nil, RandomKey(seed: 1), RandomKey(seed: 2)])
  func classesComeEquallyOften(count: Int, key: RandomKey?) {
    let classes = (0..<36).map { $0 < 30 ? "a" : $0 < 35 ? "b" : "c" }
    let drawn = positions(data(36).balanced(by: classes, count: count), key)
    #expect(drawn.count == count)
    let times = (0..<36).map { position in drawn.count { $0 == position } }
    for name in ["a", "b", "c"] {
      let own = (0..<36).filter { classes[$0] == name }.map { times[$0] }
      #expect([count / 3, (count + 2) / 3].contains(own.reduce(0, +)))
      #expect(own.max()! - own.min()! <= 1)
    }
  }

  @Test func classesAreMixed() {
    let classes = (0..<100).map { $0 / 50 }
    let drawn = positions(data(100).balanced(by: classes), RandomKey(seed: 3))
    #expect(drawn.sorted() == Array(0..<100))
    let early = drawn[..<50].count { $0 < 50 }
    #expect(early > 10 && early < 40)
  }

  enum Fault: String, CaseIterable, Codable {
    case count, negative, infinite, none, classes, tooFew, nothing

    var message: String {
      switch self {
      case .count: "sampled: 2 weights of 3 examples. Fix: give one for each example."
      case .negative: "sampled: weight 1 is -1.0. Fix: use finite weights of 0 or more."
      case .infinite: "sampled: weight 2 is inf. Fix: use finite weights of 0 or more."
      case .none: "sampled: all weights are 0. Fix: give at least one example a weight above 0."
      case .classes: "balanced: 1 class of 3 examples. Fix: give one for each example."
      case .tooFew: "balanced: -1 examples of 3. Fix: draw 0 or more, from at least one."
      case .nothing: "sampled: 4 examples of 0. Fix: draw 0 or more, from at least one."
      }
    }

    func run() {
      let data = SampledDatasetTests().data(3)
      switch self {
      case .count: _ = data.sampled(withWeights: [1, 2])
      case .negative: _ = data.sampled(withWeights: [1, -1, 1])
      case .infinite: _ = data.sampled(withWeights: [1, 1, .infinity])
      case .none: _ = data.sampled(withWeights: [0, 0, 0])
      case .classes: _ = data.balanced(by: [1])
      case .tooFew: _ = data.balanced(by: [1, 2, 3], count: -1)
      case .nothing: _ = data.examples(at: []).sampled(withWeights: [], count: 4)
      }
    }
  }

  @Test(arguments: Fault.allCases) func whatCannotBeDrawnIsAMistake(fault: Fault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in fault.run()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("SampledDatasetTests.swift"), "\(text)")
    #expect(text.contains(fault.message), "\(text)")
  }
}
