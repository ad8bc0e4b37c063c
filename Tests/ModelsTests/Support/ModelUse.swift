// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Does with a model what its file is for: describes it, predicts, goes on with training for two
/// steps, saves it and loads it again.
struct ModelUse {
  private typealias Model = any StoredLayer<Tensor<Float>, Tensor<Float>>

  let path: String
  /// How many files came to the end of `use`.
  private(set) var count = 0

  init(path: String) { self.path = path }

  mutating func use(_ file: ModelFile, _ comment: Comment) throws {
    count += 1
    #expect(!"\(file)".isEmpty)
    try checkReturn(of: file, comment)
    guard file.architecture != nil else { return }
    #expect(try !"\(file.makeModel(as: (any StoredLayer).self))".isEmpty)
    let model: Model
    do throws(FileError) {
      model = try file.makeModel(as: Model.self)
    } catch {
      #expect(error.problem.hasPrefix("holds a model of type "), comment)
      return
    }
    let x = Tensor<Float>.uniform([3, model.inputCount ?? 3], key: RandomKey(seed: 1))
    let y = model(x)
    #expect(y.scalars.count == y.shape.elementCount, comment)
    guard !model.parameters.isEmpty, let state = file.optimizer else { return }
    let optimizer: Optimizer<AnyRule>
    do throws(FileError) {
      optimizer = try file.makeOptimizer(for: model.parameters)
    } catch {
      // A file cannot know which parameters an optimizer is for, nor the rules of others.
      #expect(error.place != nil && !error.problem.isEmpty, comment)
      return
    }
    #expect(OptimizerState(of: optimizer).stepCount == state.stepCount)
    for key in [file.randomKeys["dropout"] ?? RandomKey(seed: 2), RandomKey(seed: 3)] {
      optimizer.minimize(Pass.training(key: key) { model(x).squared().mean() })
    }
    // The file keeps its own numbers.
    let untrained = try file.makeModel(as: Model.self)
    #expect(untrained(x).scalars.map(\.bitPattern) == y.scalars.map(\.bitPattern), comment)
    // Counted as far as files count.
    #expect(optimizer.stepCount == min(state.stepCount + 2, 1 << 53))
    let trained = ModelFile(
      model, preprocessing: file.preprocessing,
      classNames: file.classNames, summary: file.summary, optimizer: optimizer,
      randomKeys: file.randomKeys)
    do throws(FileError) {
      try checkReturn(of: trained, comment)
    } catch {
      // Training may diverge: then it says so and the old file stays.
      #expect(error.problem.hasSuffix("training cannot go on from it"), comment)
      #expect(
        try ModelFile.load(at: path, layers: layersOfOthers).optimizer?.stepCount
          == state.stepCount, comment)
    }
  }

  private func checkReturn(of file: ModelFile, _ comment: Comment) throws(FileError) {
    try file.save(to: path)
    try expectSame(ModelFile.load(at: path, layers: layersOfOthers), file, comment)
  }
}

/// All that a file holds, bit for bit.
func expectSame(_ left: ModelFile, _ right: ModelFile, _ comment: Comment? = nil) {
  #expect(left.architecture == right.architecture, comment)
  #expect(left.architecture.map { "\($0)" } == right.architecture.map { "\($0)" }, comment)
  #expect(left.preprocessing == right.preprocessing, comment)
  #expect(
    left.classNames.map { Array($0.utf8) } == right.classNames.map { Array($0.utf8) }, comment)
  // Its text tells -0 from 0 and is what a NaN becomes.
  #expect("\(left.summary)" == "\(right.summary)", comment)
  #expect(left.randomKeys == right.randomKeys, comment)
  #expect(left.optimizer?.kind == right.optimizer?.kind, comment)
  #expect(left.optimizer?.stepCount == right.optimizer?.stepCount, comment)
  #expect(
    left.optimizer?.settings.mapValues(\.bitPattern)
      == right.optimizer?.settings.mapValues(\.bitPattern), comment)
  expectSame(left.weights, right.weights, comment)
  expectSame(left.optimizer?.numbers ?? [:], right.optimizer?.numbers ?? [:], comment)
}

private func expectSame(_ left: NamedTensors, _ right: NamedTensors, _ comment: Comment?) {
  #expect(Set(left.names) == Set(right.names), comment)
  for (name, tensor) in left {
    let other = right[name]
    #expect(tensor.type == other?.type && tensor.shape == other?.shape, comment)
    #expect(bits(tensor) == other.map(bits), comment)
  }
}

private func bits(_ tensor: StoredTensor) -> [UInt64] {
  guard let numbers: [Float] = try? tensor.scalars() else {
    return try! tensor.tensor(as: Double.self).scalars.map(\.bitPattern)
  }
  return numbers.map { UInt64($0.bitPattern) }
}
