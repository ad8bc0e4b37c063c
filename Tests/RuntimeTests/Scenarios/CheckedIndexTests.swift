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

    func result(of indices: Tensor<Int32>) -> Tensor<Float> {
      let table: Tensor<Float> = [1, 2, 3, 4, 5, 6, 7]
      return switch self {
      case .gather: table.gathered(indices)
      case .oneHot: indices.oneHot(7, as: Float.self)
      case .fusedWithArithmetic: table.gathered(indices + 1 - 1) * 2
      case .intoReduction: indices.oneHot(7, as: Float.self).sum()
      }
    }

    var operation: String {
      switch self {
      case .gather, .fusedWithArithmetic: "gather"
      case .oneHot, .intoReduction: "oneHot"
      }
    }
  }

  @Test("The lowest row is named", arguments: Use.allCases, [1, 2, 7])
  func lowestRow(use: Use, threads: Int) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [use = use as Use, threads = threads as Int] in
      Threads.limit = threads
      _ =
        use.result(
          of: CheckedIndexTests.indices([
            99_999: 7, 31_417: -3, 31_418: 99, 70_000: 8, 50_000: .max,
          ])
        ).scalars
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains(
        "\(use.operation): index -3 at row 31417 is outside 0..<7. "
          + "Fix: check indices in the data, or in what computes them."), "\(text)")
  }

  @Test func goodIndicesPass() {
    for use in Use.allCases {
      _ = use.result(of: CheckedIndexTests.indices([0: 6, 99_999: 0])).scalars
    }
    let empty = Tensor<Float>.zeros([0, 3]).gathered([])
    #expect(empty.shape == [0, 3] && empty.scalars.isEmpty)
  }

  @Test("Whoever can catch it is thrown it, with its place on each axis", arguments: Use.allCases)
  func isThrown(use: Use) throws {
    let bad: Tensor<Int32> = [[[0, 1], [6, 2]], [[3, 7], [-1, 0]]], good: Tensor<Int32> = [[3, 6]]
    let lookUp = recorded { (x: Tensor<Int32>) in use.result(of: x) }
    for _ in 0..<2 {
      let y = use.result(of: bad)
      for attempt in [{ try y.evaluated() }, { try lookUp.evaluated(bad) }] {
        let error = #expect(throws: EvaluationError.self) { _ = try attempt() }
        guard case .index(let index) = error else { continue }
        #expect("\(index)" == "\(use.operation): index 7 at [1, 0, 1] is outside 0..<7")
        #expect(index.index == 7 && index.count == 7 && index.place == [1, 0, 1])
      }
      // Nothing of it is left.
      #expect(try lookUp.evaluated(good).scalars == use.result(of: good).scalars)
      #expect(lookUp(good).scalars == use.result(of: good).scalars)
    }
  }

  @Test func severalTensorsStayUncomputed() {
    let table: Tensor<Float> = [1, 2], x: Tensor<Int32> = [1, 2]
    let request = recorded { (x: Tensor<Int32>, y: Tensor<Float>) in table.gathered(x) + y }
    // What an argument is computed from is the request's, too.
    #expect(throws: EvaluationError.self) { try request.evaluated([0, 1], table.gathered(x)) }
    #expect(throws: EvaluationError.self) { try request.evaluated([0, 1], table.gathered(x)) }
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
