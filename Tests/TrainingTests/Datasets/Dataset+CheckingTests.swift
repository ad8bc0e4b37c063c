// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct DatasetCheckingTests {
  @Test func whatIsRightIsADataset() throws {
    let rows: [[Float]] = [[1, 2], [3, .greatestFiniteMagnitude], [-0, 0]]
    let labelled = try Dataset(checking: rows, labels: [0, 2, 1], classes: 3)
    #expect([[Float]](labelled.inputs) == rows && labelled.labels.scalars == [0, 2, 1])
    let open = try Dataset(checking: Tensor(rows), labels: [0, 2_147_483_647, 1], classes: nil)
    #expect(open.labels.scalars == [0, .max, 1])
    let measured = try Dataset(checking: Tensor(rows), targets: Tensor([[1.0], [2], [3]]))
    #expect(measured.targets.shape == [3, 1])
    let empty = try Dataset(checking: [], labels: [], classes: 1)
    #expect(empty.count == 0)
    #expect(try Dataset(checking: rows, targets: [true, false, true]).count == 3)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let message: String
    let make: @Sendable () throws -> Void
    var testDescription: String { message }

    init(_ message: String, _ make: @escaping @Sendable () throws -> Void) {
      (self.message, self.make) = (message, make)
    }
  }

  private static func inputs(_ shape: Shape, _ place: Int, _ number: Float) -> Tensor<Float> {
    var scalars = Array(repeating: Float(1), count: shape.elementCount)
    scalars[place] = number
    return Tensor(shape: shape, scalars: scalars)
  }

  private static func labels(_ count: Int) -> Tensor<Int32> { .zeros([count]) }

  private static let cases = [
    Case("row 17, column 3 of the inputs is NaN") {
      _ = try Dataset(
        checking: inputs([20, 4], 17 * 4 + 3, .nan), labels: labels(20), classes: 10)
    },
    Case("row 0, column 0 of the inputs is infinite") {
      _ = try Dataset(checking: [[.infinity, .nan]], labels: [7], classes: nil)
    },
    Case("row 2 of the inputs is -infinite") {
      _ = try Dataset(checking: inputs([3], 2, -.infinity), labels: labels(3), classes: nil)
    },
    Case("row 1, element [2, 0, 1] of the inputs is NaN") {
      let images = inputs([2, 3, 2, 2], 12 + 8 + 0 + 1, .nan)
      _ = try Dataset(checking: images, targets: Tensor<Float>.zeros([2]))
    },
    // Computed where it is read.
    Case("row 1, column 0 of the inputs is NaN") {
      let roots = sqrt(Tensor<Float>([[4], [-1]]))
      _ = try Dataset(checking: roots, labels: labels(2), classes: nil)
    },
    Case("row 1, column 1 of the targets is NaN") {
      _ = try Dataset(checking: Tensor([[1], [2]]), targets: Tensor([[0, 1], [2, Double.nan]]))
    },
    Case("row 2 of the targets is infinite") {
      _ = try Dataset<Float>(checking: [[1], [2], [3]], targets: [0, 1, .infinity])
    },
    Case("row 1 of the labels is 10; the 10 classes are 0 ... 9") {
      _ = try Dataset(checking: [[1], [2]], labels: [9, 10], classes: 10)
    },
    Case("row 1 of the labels is 1; the only class is 0") {
      _ = try Dataset(checking: Tensor([[1], [2]]), labels: [0, 1] as Tensor, classes: 1)
    },
    Case("row 0 of the labels is -1; classes are counted from 0 on") {
      _ = try Dataset(checking: [[1], [2]], labels: [-1, 10], classes: 10)
    },
    Case("row 1 of the labels is 2147483648; the largest class is 2147483647") {
      _ = try Dataset(checking: [[1], [2]], labels: [0, 2_147_483_648], classes: nil)
    },
    Case("row 1 of the labels is -2147483649; classes are counted from 0 on") {
      _ = try Dataset(checking: [[1], [2]], labels: [0, -2_147_483_649], classes: nil)
    },
    Case("row 1 of the inputs has 1 column, row 0 has 2") {
      _ = try Dataset(checking: [[1, 2], [3], [.nan, 4]], labels: [0, 0, 0], classes: 2)
    },
    Case("the inputs have 2 rows, the labels 1") {
      _ = try Dataset(checking: [[.nan], [2]], labels: [0], classes: 2)
    },
    Case("the inputs have 1 row, the targets 2") {
      _ = try Dataset<Float>(checking: [[1]], targets: [0, 1])
    },
    Case("the labels have the shape [2, 1]; they should be [count]") {
      _ = try Dataset(checking: Tensor([[1], [2]]), labels: .zeros([2, 1]), classes: 2)
    },
    Case("the targets have the shape []; they should be [count, ...]") {
      _ = try Dataset(checking: Tensor([[1], [2]]), targets: Tensor<Float>(1))
    },
    Case("the inputs are one number; they should be [count, ...]") {
      _ = try Dataset(checking: Tensor<Float>(1), targets: Tensor<Float>([1]))
    },
  ]

  @Test(arguments: cases) func whatIsWrongIsNamed(example: Case) {
    let error = #expect(throws: DatasetError.self) { try example.make() }
    #expect(error.map { "\($0)" } == example.message)
  }

  @Test func aProgramCanActOnTheError() throws {
    let error = try #require(
      #expect(throws: DatasetError.self) {
        try Dataset<Float>(checking: [[1], [.nan]], targets: [1, 2])
      })
    #expect(error.part == .inputs && error.row == 1 && error.position == [0])
    #expect(error.problem == "is NaN")
  }

  @Test func noClassIsAMistake() async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try? Dataset(checking: [[1]], labels: [0], classes: 0)
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains("Dataset: 0 classes. Fix: say how many classes there are, 1 or more."),
      "\(text)")
  }
}
