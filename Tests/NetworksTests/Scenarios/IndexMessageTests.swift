// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

/// A bad index names the table that it is looked up in, by its path, although plans are shared
/// between equal graphs of other models.
struct IndexMessageTests {
  fileprivate struct Decoder: Layer {
    let embedding = Embedding(5, 3)
    var parameters: Parameters { ["embedding": embedding] }
    func callAsFunction(_ x: Tensor<Int32>) -> Tensor<Float> { embedding(x) }
  }

  /// Three tables of one shape, each for a column of x.
  fileprivate struct Net: Layer {
    let source = Embedding(5, 3), decoder = Decoder()
    let chain = Sequential(Embedding(5, 3), Linear(3, 3, bias: false))
    var parameters: Parameters { ["source": source, "decoder": decoder, "chain": chain] }
    func callAsFunction(_ x: Tensor<Int32>) -> Tensor<Float> {
      let columns = x.split(into: 3, along: 1)
      return source(columns[0]) * decoder(columns[1]) + chain(columns[2])
    }
  }

  private static let paths = ["source.weight", "decoder.embedding.weight", "chain.0.weight"]

  /// Indices [2, 3], of which one is wrong.
  private static func indices(wrongIn column: Int) -> Tensor<Int32> {
    var indices: [[Int32]] = [[0, 1, 2], [3, 4, 0]]
    indices[1][column] = 5
    return Tensor(indices)
  }

  enum Way: CaseIterable {
    case read, partly, recorded, recordedInCopy, snapshot, slope

    fileprivate func run(_ model: Net, _ x: Tensor<Int32>) throws {
      switch self {
      case .read: _ = try model(x).evaluated()
      case .partly: _ = try model(x)[1].sum().evaluated()
      case .recorded: _ = try Way.recorded(model).evaluated(x)
      case .recordedInCopy: _ = try Way.recorded(model.copy()).evaluated(x)
      case .snapshot: _ = try Predictor(model, inputs: [3])(x)
      case .slope:
        let weight = model.decoder.embedding.weight.value
        _ = try gradient(of: model(x).squared().sum(), withRespectTo: weight).evaluated()
      }
    }

    private static func recorded(
      _ model: some Layer<Tensor<Int32>, Tensor<Float>> & Sendable
    ) -> Recorded<Tensor<Int32>, Tensor<Float>> {
      Pullback.recorded { model($0) * 2 }
    }
  }

  @Test(arguments: Way.allCases, paths.indices)
  func theTableIsNamed(way: Way, column: Int) throws {
    // The plans of another model, which has other names.
    let other = Decoder().initialized(seed: 2)
    _ = other([[0], [1]]).scalars
    let model = Net().initialized(seed: 1), path = Self.paths[column]
    for _ in 0..<2 {
      let error = #expect(throws: (any Error).self) {
        try way.run(model, Self.indices(wrongIn: column))
      }
      #expect(
        error.map { "\($0)" } == "gather: index 5 at [1, 0] is outside 0..<5, the rows of \(path)")
    }
    try way.run(model, [[0, 1, 2], [3, 4, 0]])
  }

  @Test(arguments: paths.indices) func aStepNamesIt(column: Int) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [column = column as Int] in
      let model = Net().initialized(seed: 1)
      let optimizer = Optimizer(Adam(), for: model.parameters)
      let good: Tensor<Int32> = [[0, 1, 2], [3, 4, 0]]
      for x in [good, good, good, IndexMessageTests.indices(wrongIn: column)] {
        optimizer.minimize(model(x).squared().sum())
      }
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains(
        "gather: index 5 at row 1 is outside 0..<5, the rows of \(Self.paths[column]). "
          + "Fix: check indices in the data"), "\(text.prefix(400))")
  }

  /// Rows of what is computed, and of numbers that belong to no model, have no name.
  @Test func otherTablesAreNotNamed() throws {
    let weight = Embedding(5, 3).initialized(seed: 1).weight.value
    for table in [weight * 2, Tensor<Float>.ones([5, 3])] {
      let error = #expect(throws: EvaluationError.self) {
        _ = try table.gathered([0, 5]).evaluated()
      }
      guard case .index(let index)? = error else { continue }
      #expect(index.parameter == nil && "\(index)" == "gather: index 5 at row 1 is outside 0..<5")
    }
  }

  /// Two tables that are asked for the same rows: the first is named.
  @Test func oneCheckOfTwoTablesNamesTheFirst() throws {
    let model = Net().initialized(seed: 1), x: Tensor<Int32> = [5]
    let sum = model.source(x) + model.decoder(x)
    let error = #expect(throws: EvaluationError.self) { _ = try sum.evaluated() }
    guard case .index(let index)? = error else { return }
    #expect(index.parameter == "source.weight")
  }
}
