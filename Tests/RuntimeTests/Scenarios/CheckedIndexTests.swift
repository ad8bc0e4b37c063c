// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Testing

/// A bad index stops the evaluation and names the lowest offending row, whoever finds one first.
@Suite struct CheckedIndexTests {
  private static let count = 100_000

  /// Good indices with bad ones far apart, so that several threads meet one.
  private static func indices(_ bad: [Int: Int32]) -> Tensor<Int32> {
    Tensor((0..<count).map { bad[$0] ?? Int32($0 % 7) })
  }

  enum Use: String, CaseIterable, Codable {
    case gather, oneHot, fusedWithArithmetic, intoReduction

    func evaluate(_ indices: Tensor<Int32>) {
      let table: Tensor<Float> = [1, 2, 3, 4, 5, 6, 7]
      switch self {
      case .gather: _ = table.gathered(indices).scalars
      case .oneHot: _ = indices.oneHot(7, as: Float.self).scalars
      case .fusedWithArithmetic: _ = (table.gathered(indices + 1 - 1) * 2).scalars
      case .intoReduction: _ = Float(indices.oneHot(7, as: Float.self).sum())
      }
    }
  }

  @Test("The lowest row is named", arguments: Use.allCases, [1, 2, 7])
  func lowestRow(use: Use, threads: Int) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [use = use as Use, threads = threads as Int] in
      Threads.limit = threads
      use.evaluate(
        CheckedIndexTests.indices([99_999: 7, 31_417: -3, 31_418: 99, 70_000: 8, 50_000: .max]))
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    let operation = use == .gather || use == .fusedWithArithmetic ? "gather" : "oneHot"
    #expect(
      text.contains(
        "\(operation): index -3 at row 31417 is outside 0..<7. "
          + "Fix: check indices in the data, or in what computes them."), "\(text)")
  }

  @Test func goodIndicesPass() {
    for use in Use.allCases { use.evaluate(CheckedIndexTests.indices([0: 6, 99_999: 0])) }
    let empty = Tensor<Float>.zeros([0, 3]).gathered([])
    #expect(empty.shape == [0, 3] && empty.scalars.isEmpty)
  }

  @Test func anIndexIntoNothingIsBad() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor<Float>.zeros([0, 3]).gathered([0]).scalars
    }
  }

  /// What is not read needs no good indices.
  @Test func whatNoResultNeedsIsNotChecked() {
    let x: Tensor<Float> = [1, 2]
    let picked = x.gathered([5])
    #expect((x + 1).scalars == [2, 3])
    #expect(picked.shape == [1])
  }
}
