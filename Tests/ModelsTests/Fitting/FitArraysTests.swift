// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct FitArraysTests {
  private let folder = TemporaryFolder()

  /// The class is whether the first number is the larger, far from 0; the third is always the same.
  private func pairs(_ count: Int, seed: Int) -> (x: Tensor<Float>, y: [Int32]) {
    var random = SplitMix(seed: seed), numbers: [Float] = [], labels: [Int32] = []
    for row in 0..<count {
      let x = random.floats(2, in: 0.1..<1), isFirst = row % 2 == 0
      numbers += [isFirst ? 500 + x[0] : 500 - x[0], isFirst ? -x[1] : x[1], 7]
      labels.append(isFirst ? 4 : -1)
    }
    return (Tensor(shape: [count, 3], scalars: numbers), labels)
  }

  @Test func classesOfArraysAreLearnt() throws {
    let (x, y) = pairs(120, seed: 1)
    let arrays = try FitArrays(
      inputs: StoredTensor(x), targets: StoredTensor(shape: [120], scalars: y))
    #expect(arrays.task == .classification && arrays.classNames == ["-1", "4"])
    let (model, report) = try TableModel.fit(arrays)
    #expect(try #require(report.validation?["accuracy"]) > 0.95)
    #expect(report.understanding == nil && report.rows == 120)
    // The network takes the numbers as they are.
    let path = folder.file("model.safetensors")
    try model.save(to: path)
    let loaded = try TableModel.load(at: path)
    #expect(loaded.classNames == ["-1", "4"])
    let new = pairs(20, seed: 2)
    let predictions = try loaded.predict(StoredTensor(new.x))
    #expect(predictions.classes == new.y.map { "\($0)" })
    #expect(try ModelFile.load(at: path).makeModel()(new.x).shape == [20, 2])
    // A file that lacks a class; and one that has another.
    let some = try FitArrays(
      inputs: StoredTensor(new.x[0..<4]),
      targets: StoredTensor(shape: [4], scalars: [4, -1, 4, -1] as [Int32]))
    #expect(try loaded.evaluate(some)["accuracy"] == 1)
    let others = try FitArrays(
      inputs: StoredTensor(new.x[0..<4]),
      targets: StoredTensor(shape: [4], scalars: [4, 9, 4, 9] as [Int32]))
    let error = #expect(throws: FileError.self) { try loaded.evaluate(others) }
    #expect(error?.description == "arrays: \"9\" is no class of the model, which knows -1, 4")
  }

  @Test func numbersOfArraysAreLearntInTheirUnits() throws {
    var random = SplitMix(seed: 3)
    let x = random.floats(200)
    let y = (0..<100).map { (row: Int) -> Float in
      let far: Float = 2e6 * x[2 * row]
      return 1e7 + far - 1e6 * x[2 * row + 1]
    }
    let arrays = try FitArrays(
      inputs: StoredTensor(shape: [100, 2], scalars: x),
      targets: StoredTensor(shape: [100, 1], scalars: y))
    #expect(arrays.task == .regression)
    let (model, report) = try TableModel.fit(arrays)
    #expect(try #require(report.validation?["r2"]) > 0.9)
    let number = try model.predict(StoredTensor(shape: [1, 2], scalars: [0.5, -0.5] as [Float]))
      .numbers[0][0]
    #expect(abs(number - 1.15e7) < 3e5)
    let path = folder.file("numbers.safetensors")
    try model.save(to: path)
    #expect(try TableModel.load(at: path).evaluate(arrays)["r2"] == model.evaluate(arrays)["r2"])
  }

  @Test func filesAreRead() throws {
    let (x, y) = pairs(10, seed: 1)
    let paths = ["x.npy", "y.npy", "both.npz"].map { folder.file($0) }
    try NumPy.save(x, to: paths[0])
    try NumPy.save(Tensor(y), to: paths[1])
    try NumPy.save(["x": x, "Y": Tensor(y)], to: paths[2])
    for arrays in try [
      FitArrays(at: [paths[0], paths[1]]), FitArrays(at: [paths[2]]),
      FitArrays(at: [paths[2]], task: .classification),
    ] { #expect(arrays.rows == 10 && arrays.classNames == ["-1", "4"]) }
    #expect(try FitArrays(at: [paths[2]], task: .regression).task == .regression)
    #expect(throws: FileError.self) { try FitArrays(at: [paths[0]]) }
    #expect(throws: FileError.self) { try FitArrays(at: []) }
    #expect(throws: FileError.self) { try FitArrays(at: [folder.file("none")]) }
    let images = String(Fixture.path("x").dropLast(2))
    #expect(try FitArrays(at: [images], task: .classification).classNames.count == 6)
    #expect(try FitArrays.test(at: [images])?.rows == 3)
    #expect(try FitArrays.test(at: [paths[2]]) == nil)
  }

  /// Members by their usual names, by the one that is given, and those that are kept for a test.
  @Test func arraysOfAnArchiveAreFound() throws {
    let (x, y) = pairs(10, seed: 1), path = folder.file("many.npz")
    let few = x[0..<4], labels = Tensor<Int32>(Array(y.prefix(4)))
    try NumPy.save(
      ["X_train": x, "y_train": Tensor(y), "X_test": few, "y_test": labels], to: path)
    #expect(try FitArrays(at: [path]).rows == 10)
    let test = try #require(try FitArrays.test(at: [path]))
    #expect(
      "\(test)"
        == "inputs float32 [4, 3], targets int32 [4]; classification of 2 classes")
    #expect(try FitArrays(at: [path], target: "y_train").rows == 10)
    func problem(_ target: String? = nil) -> String? {
      #expect(throws: FileError.self) { try FitArrays(at: [path], target: target) }?.problem
    }
    #expect(problem("y_tran") == "there is no array \"y_tran\"; did you mean \"y_train\"?")
    #expect(problem("X_test")?.hasPrefix("which of X_train, y_train, y_test are the") == true)
    try NumPy.save(["a": x, "labels": Tensor(y)], to: path)
    #expect(try FitArrays(at: [path]).classNames == ["-1", "4"])
    try NumPy.save(["a": x, "b": Tensor(y)], to: path)
    #expect(problem()?.hasPrefix("which arrays are inputs and targets is not plain") == true)
    #expect(try FitArrays(at: [path], target: "b").classNames == ["-1", "4"])
  }

  @Test func arraysThatDoNotBelongTogetherAreRefused() throws {
    func problem(_ x: [Float], _ shape: Shape, _ y: [Float], task: TableTask? = nil) -> String? {
      #expect(throws: FileError.self) {
        try FitArrays(
          inputs: StoredTensor(shape: shape, scalars: x),
          targets: StoredTensor(shape: [y.count], scalars: y), task: task)
      }?.problem
    }
    #expect(problem([1, 2], [2, 1], [1])?.contains("for each of 2 rows") == true)
    #expect(
      problem([1, .nan], [2, 1], [1, 2])?.hasPrefix("row 2, number 1 is nan") == true)
    #expect(problem([1, 2], [2, 1], [1, .infinity]) == "the target of row 2 is no finite number")
    #expect(problem([], [0, 1], [])?.contains("no rows of numbers") == true)
  }

  /// Nothing is learnt of rows of one class; a model may be measured on them.
  @Test func rowsOfOneClassAreMeasuredButNotLearnt() throws {
    func arrays(_ labels: [Int32]) throws(FileError) -> FitArrays {
      let x = labels.indices.map { Float(labels[$0]) + Float($0 % 3) / 10 }
      return try FitArrays(
        inputs: StoredTensor(shape: [labels.count, 1], scalars: x),
        targets: StoredTensor(shape: [labels.count], scalars: labels), task: .classification)
    }
    let ones = try arrays([1, 1, 1, 1])
    let error = #expect(throws: FileError.self) { try TableModel.fit(ones) }
    #expect(error?.problem == "all rows are of one class")
    let model = try TableModel.fit(arrays((0..<40).map { Int32($0 % 2) })).model
    #expect(try model.evaluate(ones)["accuracy"] == 1)
  }

  @Test func rowsOfOtherLengthAreRefused() throws {
    let (x, y) = pairs(20, seed: 1)
    var fitting = FitSettings()
    fitting.epochs = 1
    let model = try TableModel.fit(
      FitArrays(inputs: StoredTensor(x), targets: StoredTensor(shape: [20], scalars: y)),
      fitting: fitting
    ).model
    let error = #expect(throws: FileError.self) {
      try model.predict(StoredTensor(shape: [1, 2], scalars: [1, 2] as [Float]), name: "new.npy")
    }
    #expect(error?.description == "new.npy: has rows of 2 numbers, the model takes 3")
    #expect(throws: FileError.self) {
      try model.predict(StoredTensor(shape: [1, 3], scalars: [1, .nan, 1] as [Float]))
    }
    #expect(throws: FileError.self) { try model.predict(FitTables.line()) }
  }

  /// Numbers of Double that a network, of Float, does not tell apart.
  @Test func numbersThatRoundingMovesAreRefused() throws {
    var random = SplitMix(seed: 5)
    let x = random.doubles(200, in: -1...1), y = random.doubles(100, in: -1...1)
    func arrays(
      _ moved: (Double) -> Double, _ movedTarget: (Double) -> Double = { $0 }
    ) throws(FileError) -> FitArrays {
      try FitArrays(
        inputs: StoredTensor(shape: [100, 2], scalars: x.map(moved)),
        targets: StoredTensor(shape: [100], scalars: y.map(movedTarget)))
    }
    let end =
      ", and a network computes with Float: subtract a mean and divide by a deviation first, or give "
      + "a table, whose columns are scaled before they are rounded"
    func problem(_ make: () throws(FileError) -> FitArrays) -> String {
      do throws(FileError) { _ = try make() } catch { return error.problem }
      return "none"
    }
    #expect(problem { () throws(FileError) in try arrays { $0 + 1000 } } == "none")
    #expect(problem { () throws(FileError) in try arrays { _ in 0.1 } } == "none")
    let far = problem { () throws(FileError) in try arrays { $0 + 1e9 } }
    #expect(far.hasPrefix("number 1 of the rows has the mean 1e+09 and the deviation 0."), "\(far)")
    #expect(far.hasSuffix(end))
    let small = problem { () throws(FileError) in try arrays { $0 * 1e-300 } }
    #expect(small.hasPrefix("number 1 of the rows") && small.hasSuffix(end), "\(small)")
    let large = problem { () throws(FileError) in try arrays { $0 * 1e200 } }
    #expect(large.hasPrefix("row 1, number 1 is \(x[0] * 1e200)") && large.hasSuffix(end))
    let target = problem { () throws(FileError) in try arrays({ $0 }, { $0 + 1e9 }) }
    #expect(target.hasPrefix("target 1 of the rows has the mean 1e+09"), "\(target)")
    let largeTarget = problem { () throws(FileError) in try arrays({ $0 }, { $0 * 1e200 }) }
    #expect(largeTarget.hasPrefix("row 1, target 1 is "), "\(largeTarget)")
  }
}
