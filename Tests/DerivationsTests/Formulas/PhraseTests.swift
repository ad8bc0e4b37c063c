// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTensors
import Testing

/// Where a reader would let other elements meet, count others, or put them elsewhere, formulas say
/// more.
@Suite struct PhraseTests {
  private static let x = Tensor<Float>([1, 2, 4]).named("x"),
    y = Tensor<Float>([3, 5, 7]).named("y")
  private static let column = x.expandingShape(at: 1), row = x.expandingShape(at: 0)
  private static let a = Tensor<Float>([[1, 2, 3], [4, 5, 7], [0, 1, 1]]).named("a"),
    b = Tensor<Float>([[3, 1, 2], [1, 0, 5], [2, 2, 9]]).named("b")
  private static let m = Tensor<Float>([[1, 2, 3], [4, 5, 7]]).named("m")

  /// The lines of a derivation, which are true.
  private static func lines(
    _ loss: Tensor<Float>, _ targets: [Tensor<Float>],
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> [String] {
    let derivation = explain(loss, withRespectTo: targets)
    let count = EvaluatedFormulaTests.expectTrue(derivation, sourceLocation: sourceLocation)
    #expect(
      count == derivation.forward.count + derivation.backward.count, sourceLocation: sourceLocation)
    #expect(derivation.passes, sourceLocation: sourceLocation)
    return (derivation.forward + derivation.backward).map { "\($0.name) = \($0.formula)" }
  }

  @Test func aVectorMeetsItselfAlongAnotherAxis() {
    let (x, column, row) = (Self.x, Self.column, Self.row)
    #expect(
      Self.lines((column - row).squared().sum(), [x])[0] == "L = sum(((x as [3, 1]) - x)²)")
    #expect(Self.lines(exp(column * row).sum(), [x])[0] == "t1 = (x as [3, 1]) * x")
    #expect(Self.lines(exp(column + row).sum(), [x])[0] == "t1 = exp((x as [3, 1]) + x)")
    // The product of a column and a row, not that of two vectors.
    #expect(Self.lines((column • row).sum(), [x])[0] == "t1 = (x as [3, 1]) @ (x as [1, 3])")
    // Where no axis is mistaken for another none is said.
    #expect(Self.lines(exp(row * row).sum(), [x])[0] == "t1 = x²")
    #expect(Self.lines(exp(column + column).sum(), [x])[0] == "t1 = exp(2 x)")
  }

  @Test func conditionsOnAnotherAxis() {
    let (a, b) = (Self.a, Self.b)
    let equal = Self.lines(select(Self.column .== Self.row, a, b).sum(), [a, b])
    #expect(
      equal == [
        "L = sum(a where (x as [3, 1]) = x, else b)", "L.g = 1", "a.g = 1{(x as [3, 1]) = x}",
        "b.g = 1{(x as [3, 1]) ≠ x}",
      ])
    let less = Self.lines(select(Self.column .< Self.row, a, b).sum(), [a])
    #expect(less[0] == "L = sum(a where (x as [3, 1]) < x, else b)")
    // The classes are fewer than the examples, or as many.
    for count in [2, 3] {
      let labels = Tensor<Int32>([0, 1, 1]).named("labels")
      let scores = Self.a[.all, 0..<count].named("s")
      let lines = Self.lines(softmaxCrossEntropy(scores, labels: labels), [a])
      let left = count == 3 ? "(labels as [3, 1])" : "labels"
      #expect(lines.contains { $0.contains("1{\(left) = 0..<\(count)} summed over columns") })
    }
  }

  /// A mean of each row beside each row, or as a row itself.
  @Test func meansWithoutTheirAxis() {
    let a = Self.a
    let kept = Self.lines((a - a.mean(along: 1, keepingAxes: true)).squared().sum(), [a])
    #expect(kept[0] == "L = sum((a - (a averaged over columns))²)")
    let lost = Self.lines((a - a.mean(along: 1)).squared().sum(), [a])
    #expect(lost[0] == "L = sum((a - ((a averaged over columns) as [3]))²)")
    let both = a.mean(along: 1, keepingAxes: true) + a.mean(along: 1)
    #expect(
      Self.lines(exp(both).sum(), [a])[0]
        == "t1 = exp((a averaged over columns) + ((a averaged over columns) as [3]))")
  }

  /// Sums of equal numbers say how many.
  @Test func howManyAreSummed() {
    let k = Tensor<Float>([[1], [2]]).named("k")
    #expect(
      Self.lines((Self.x + k).sum(), [Self.x, k]).suffix(2) == [
        "x.g = 1 summed over 2 rows", "k.g = 1 summed over 3 columns",
      ])
    let s = Tensor<Float>(2).named("s")
    let scaled = Self.lines((s.expanded(to: [2, 3]) * 3).sum(), [s])
    #expect(scaled.first == "L = 3 s summed over all 6 elements")
    #expect(scaled.last == "s.g = 3 summed over all 6 elements")
    let row = Self.lines((Self.y.expanded(to: [4, 3]) * Self.x).sum(), [Self.x])
    #expect(row.last == "x.g = (y stretched over rows) summed over 4 rows")
    let cube = Tensor<Float>.ones([2, 1, 3]).named("c")
    #expect(
      Self.lines((cube + Tensor<Float>.zeros([4, 1]).named("z")).sum(), [cube]).last
        == "c.g = 1 summed over 4 elements of axis 1")
    #expect(
      Self.lines(concatenated([Self.x, 2 * Self.x]).sum(), [Self.x]).last == "x.g = 1 + 2")
  }

  /// A softmax along an axis of one class, whose derivative is 0.
  @Test func numbersInProducts() {
    let k = Tensor<Float>([[1], [2]]).named("k"), w = Tensor<Float>([[1, 2]]).named("w")
    let lines = Self.lines((softmax(k) • w).sum(), [k, w])
    #expect(!lines.contains { $0.contains("@ (") || $0.contains("@ 1") })
  }

  /// Places of what stands among zeros, backwards or with gaps.
  @Test func places() {
    let (x, y) = (Self.x, Self.y)
    #expect(Self.lines(3 * x[2], [x]).last == "x.g = 3 at [2] among zeros in [3]")
    #expect(
      Self.lines(Self.m[1].mean(), [Self.m]).last == "m.g = 1 / 3 at [1, :] among zeros in [2, 3]")
    #expect(
      Self.lines((Self.a[.all, 1] * y).sum(), [Self.a]).last
        == "a.g = y at [:, 1] among zeros in [3, 3]")
    #expect(
      Self.lines((x[.reversed] * y).sum(), [x]).last
        == "x.g = y at [2...0 by -1] among zeros in [3]")
    #expect(
      Self.lines(x[.every(2)].squared().sum(), [x]).last
        == "x.g = 2 x[0...2 by 2] at [0...2 by 2] among zeros in [3]")
    #expect(
      Self.lines((Self.a.diagonal() * y).sum(), [Self.a]).last
        == "a.g = (y at [0...8 by 4] among zeros in [9]) as [3, 3]")
    let rolled = Self.lines((x.rolled(by: 1, along: 0)[.reversed] * y).sum(), [x])
    #expect(rolled[0] == "t1 = parts(x[2..<3] at [0], x[0..<2] at [1..<3]) placed in [3]")
    #expect(rolled.last == "x.g = parts(t1.g[1..<3] at [0..<2], t1.g[0..<1] at [2]) placed in [3]")
  }

  /// An axis that an index drops, and one that it leaves.
  @Test func partsOfOneRow() {
    let a = Self.a
    #expect(Self.lines(exp(a - a[.all, 1]).sum(), [a])[0] == "t1 = exp(a - a[:, 1])")
    #expect(Self.lines(exp(a - a[.all, 1..<2]).sum(), [a])[0] == "t1 = exp(a - a[:, 1..<2])")
  }

  /// Equal words are not always of equal tensors.
  @Test func numbersWithoutNames() {
    let x = Formula.unnamed("numbers")
    #expect(Formula.times(x, x).text == "numbers * numbers")
    #expect(Formula.plus(x, x).text == "numbers + numbers")
    #expect(Formula.times(.name("x"), .name("x")).text == "x²")
  }
}
