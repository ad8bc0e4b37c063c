// SPDX-License-Identifier: Apache-2.0

import PullbackTestSupport
import Testing

/// `x > 0` does not compile; the compiler offers `.>`.
struct PlainComparisonTests {
  private static let inputs = """
    import Pullback
    func f(
      _ x: Tensor<Float>, _ y: Tensor<Float>, _ i: Tensor<Int32>, s: Float, d: Double, n: Int,
      maybe: Tensor<Float>?
    ) {

    """

  /// Each line with what its error says.
  private static let wrong: [(String, String)] = [
    ("_ = x > 0", "use .> element by element"),
    ("_ = x > 0.5", "use .> element by element"),
    ("_ = x < y", "use .< element by element"),
    ("_ = x >= s", "use .>= element by element"),
    ("_ = x <= d", "use .<= element by element"),
    ("_ = 0 < x", "use .> element by element: tensor .> number"),
    ("_ = s > x", "use .< element by element: tensor .< number"),
    ("_ = i > n", "use .> element by element"),
    ("_ = x == y", "use .== element by element, isClose(to:) for all"),
    ("_ = x != 0", "use .!= element by element, isClose(to:) for all"),
    ("if x == y {}", "use .== element by element, isClose(to:) for all"),
    ("if x > 0 {}", "use .> element by element, Float(x) > y in a condition"),
    ("if x.mean() > s {}", "use .> element by element, Float(x) > y in a condition"),
    ("while x.sum() <= 1 {}", "use .<= element by element, Float(x) <= y in a condition"),
    ("_ = select(x > 0, x, 0.1 * x)", "use .> element by element"),
    ("_ = select(x >= y, x * x - 1, -x)", "use .>= element by element"),
    ("_ = 1 / (1 + exp(-x)) > 0.5", "use .> element by element"),
    ("_ = (x > 0) .& (x < 1)", "use .> element by element"),
  ]

  @Test func theCompilerOffersThePointwiseOperator() throws {
    let lines = PlainComparisonTests.wrong.map(\.0)
    let first = PlainComparisonTests.inputs.split(separator: "\n", omittingEmptySubsequences: false)
      .count
    let result = try CompiledSource.typeChecked(
      PlainComparisonTests.inputs + lines.joined(separator: "\n") + "\n}\n")
    #expect(!result.succeeded)
    for (number, (line, advice)) in PlainComparisonTests.wrong.enumerated() {
      let place = "main.swift:\(first + number):"
      let said = result.messages.split(separator: "\n").filter {
        $0.contains(place) && $0.contains("error:")
      }
      #expect(said.contains { $0.contains("is unavailable: \(advice)") }, "\(line): \(said)")
    }
  }

  /// What compiled goes on compiling, with no more work.
  @Test func comparisonsOfOtherThingsStay() throws {
    let result = try CompiledSource.typeChecked(
      PlainComparisonTests.inputs + """
          _ = maybe == nil || maybe != nil
          _ = x.shape == [2, 3] && x.shape == y.shape && x.rank >= 2
          _ = x.scalars == [1, 2, 3].map { $0 * 2 }
          _ = n > 3 && n < 5 || n == 7 && s > 0.5 || d <= 3
          _ = Float(x.sum()) > 3
          _ = abs(s - 1) < 0.1 && x.scalars.allSatisfy { $0 >= 0 }
          _ = select(x .> 0, x, 0.1 * x)
          _ = x.isClose(to: y) == true
        }
        """, flags: ["-Xfrontend", "-warn-long-expression-type-checking=500"])
    #expect(result.succeeded && result.messages.isEmpty, "\(result.messages)")
  }
}
