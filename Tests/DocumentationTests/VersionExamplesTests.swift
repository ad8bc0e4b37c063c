// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// The examples in the documentation of Sources/Networks/Versions and of Sources/Training print what the
/// documentation says.
struct VersionExamplesTests {
  private struct Trained {
    let w = Parameter(value: [4])
    var model: Parameters { ["w": w] }
    /// The step of the examples: from 4 to 2.
    func step() -> Snapshot<Parameters> {
      let before = model.snapshot()
      SGD(model, learningRate: 0.25).minimize(w.value.squared().sum())
      return before
    }
  }

  private static let homes = Dataset(
    inputs: [[3], [2], [5]], targets: Tensor<Float>([[150], [90], [310]]))

  static let examples: [(line: String, printed: @Sendable () -> String)] = [
    (
      #"print(w.value, before.parameters["w"]!.value)"#,
      {
        let trained = Trained(), before = trained.step()
        return text(trained.w.value, before.parameters["w"]!.value)
      }
    ),
    (
      "print(w.value)",
      {
        let trained = Trained(), before = trained.step()
        trained.model.assign(before)
        return text(trained.w.value)
      }
    ),
    (
      #"print(w.value, copy.parameters["w"]!.value)"#,
      {
        let w = Parameter(value: [4])
        let model: Parameters = ["w": w]
        let copy = model.copy()
        SGD(copy.parameters, learningRate: 0.25)
          .minimize(copy.withModel { _ in w.value.squared().sum() })
        return text(w.value, copy.parameters["w"]!.value)
      }
    ),
    (
      "print(second.weight.value.scalars == first.weight.value.scalars)",
      {
        let first = Linear(2, 1).initialized(seed: 1), second = Linear(2, 1)
        second.parameters.assign(first.snapshot())
        return text(second.weight.value.scalars == first.weight.value.scalars)
      }
    ),
    ("print(homes)", { text(homes) }),
    (
      #"print(homes.batches(of: 2).map(\.count))"#,
      { text(homes.batches(of: 2).map(\.count)) }
    ),
    (
      "print(data.examples(where: data.labels .== 0).inputs)",
      {
        let data = Dataset(inputs: [[1], [2], [3]], labels: [0, 1, 0])
        return text(data.examples(where: data.labels .== 0).inputs)
      }
    ),
    (
      #"print(data.folds(2).map(\.validation.labels.scalars))"#,
      {
        let data = Dataset(inputs: .zeros([5, 1]), labels: [0, 1, 2, 3, 4])
        return text(data.folds(2).map(\.validation.labels.scalars))
      }
    ),
  ]

  @Test func documentationPrintsWhatItSays() throws {
    let documented =
      try DocumentedExample.all(in: "Sources/Networks/Versions")
      + DocumentedExample.all(in: "Sources/Training")
    #expect(documented.count == Self.examples.count)
    for example in documented {
      let tested = try #require(
        Self.examples.first { $0.line == example.line }, "\(example.line) has no test")
      #expect(tested.printed() == example.printed, "\(example.line) in \(example.file)")
    }
  }
}
