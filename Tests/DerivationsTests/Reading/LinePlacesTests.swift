// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackDerivations
import PullbackTensors
import Testing

/// Entries of Jacobians, evaluated, are those of the Jacobians themselves.
@Suite struct LinePlacesTests {
  private static func normal(_ shape: Shape, _ seed: UInt64, _ name: String) -> Tensor<Double> {
    .normal(shape, key: RandomKey(seed: seed)).named(name)
  }

  /// A line y of tensors, and what it says of ∂y/∂x.
  private struct Line {
    let pattern: JacobianPattern, text: String
    let output: Numbers, input: Numbers, jacobian: Numbers
    let reader: FormulaReader

    init(_ y: Tensor<Double>, _ x: Tensor<Double>, name: String) throws {
      let y = y.named("y")
      let derivation = explain(y.squared().sum(), withRespectTo: [x])
      let form = try #require(
        derivation.backward.flatMap(\.jacobians).first { $0.output == "y" && $0.input == name })
      (pattern, text) = (form.pattern, form.entries)
      output = EvaluatedFormulaTests.numbers(y.value)
      input = EvaluatedFormulaTests.numbers(x.value)
      jacobian = EvaluatedFormulaTests.numbers(Pullback.jacobian(of: y, withRespectTo: x).value)
      var reader = FormulaReader()
      for input in derivation.inputs {
        reader.tensors[input.name] = EvaluatedFormulaTests.numbers(input.value)
      }
      for line in derivation.forward {
        reader.tensors[line.name] = EvaluatedFormulaTests.numbers(line.value)
      }
      self.reader = reader
    }

    /// The Jacobian that an entry in the shape of y stands for: not zero where indices agree.
    func stretched(_ entry: Formula, where agrees: (_ y: [Int], _ x: [Int]) -> Bool) throws
      -> Numbers
    {
      let entries = try reader.read(entry, as: output.shape)
      return Numbers(output.shape + input.shape) { index in
        let (r, i) = (Array(index.prefix(output.shape.count)), index.dropFirst(output.shape.count))
        return agrees(r, Array(i)) ? entries[r] : 0
      }
    }

    func expect(_ numbers: Numbers, sourceLocation: SourceLocation = #_sourceLocation) {
      let isClose = zip(numbers.values, jacobian.values).allSatisfy { abs($0 - $1) < 1e-9 }
      #expect(numbers.shape == jacobian.shape && isClose, sourceLocation: sourceLocation)
    }
  }

  /// Lines in which several operations stand, all of one line.
  @Test(arguments: 0..<600)
  func randomLines(seed: Int) throws {
    let (y, targets) = EvaluatedFormulaTests.line(seed)
    let derivation = explain(y.squared().sum(), withRespectTo: targets)
    guard derivation.forward.count == 2 else { return }
    var reader = FormulaReader()
    for input in derivation.inputs {
      reader.tensors[input.name] = EvaluatedFormulaTests.numbers(input.value)
    }
    reader.tensors["y"] = EvaluatedFormulaTests.numbers(y.value)
    for (x, input) in targets.compactMap({ x in
      derivation.inputs.first { $0.value.node === x.value.node }.map { (x, $0) }
    }) {
      let form = try #require(
        derivation.backward.flatMap(\.jacobians).first {
          $0.output == "y" && $0.input == input.name
        })
      let right = EvaluatedFormulaTests.numbers(jacobian(of: y, withRespectTo: x).value)
      let message: Comment = "∂\(derivation.forward[0].formula)/∂\(input.name): \(form.entries)"
      func expectSums(_ entry: Formula, overOutput isOutput: Bool) throws {
        let rank = y.rank, ofY = Array(0..<rank), ofX = Array(rank..<right.shape.count)
        let shape = isOutput ? Array(x.shape) : Array(y.shape)
        let entries: Numbers
        do { entries = try reader.read(entry, as: shape) } catch FormulaReader.Failure.unknown {
          return
        }
        let axes = isOutput ? ofY : ofX
        let sums = right.reduced(axes) { $0.reduce(0, +) }.values
        let counts = right.reduced(axes) { Double($0.count { $0 != 0 }) }.values
        // What goes nowhere has no entry.
        let isMoved = if case .moved = form.pattern { true } else { false }
        let isClose = sums.indices.allSatisfy {
          abs(sums[$0] - entries.values[$0]) < 1e-4 * (1 + abs(sums[$0]))
            || isMoved && counts[$0] == 0
        }
        #expect(isClose, message)
        #expect(counts.allSatisfy { $0 <= 1 }, message)
      }
      switch form.pattern {
      case .slope(let entry), .gradient(let entry), .diagonal(let entry), .reduced(let entry),
        .moved(let entry):
        try expectSums(entry, overOutput: true)
      case .identity: try expectSums(.number(1), overOutput: true)
      case .stretched(let entry, let agreements):
        try expectSums(entry, overOutput: false)
        // Indices that agree, as they are counted from the last axis.
        let ofX = x.rank == 1 ? ["j"] : ["i", "j"], ofY = y.rank == 1 ? ["k"] : ["r", "k"]
        guard x.rank <= 2, y.rank <= 2 else { continue }
        _ = Numbers(right.shape) { index in
          let agree = agreements.allSatisfy {
            index[y.rank + ofX.firstIndex(of: $0.ofInput)!]
              == index[ofY.firstIndex(of: $0.ofOutput)!]
          }
          #expect(agree || right[index] == 0, message)
          return 0
        }
      case .matrix, .product, .chosen, .collected, .sumOfUses, .chain, .ways: continue
      }
    }
  }

  /// What is stretched inside of the line, not by its last operation.
  @Test func stretchedEarly() throws {
    let m = Self.normal([2, 3], 1, "m"), s = Self.normal([], 2, "s"),
      t = Self.normal([2, 1], 3, "t")
    let v = Self.normal([3], 4, "v")
    let cases: [(y: Tensor<Double>, x: Tensor<Double>, name: String, text: String)] = [
      (2 * s - v, s, "s", "2"),
      (s.expanded(to: [2, 3]) * m, s, "s", "m"),
      (m / s, s, "s", "-y / s"),
      (m / (t + 1), t, "t", "-y / (t + 1) where i = r, else 0"),
      (m / (v + 1), v, "v", "-y / (v + 1) where j = k, else 0"),
      (m / t, t, "t", "-y / t where i = r, else 0"),
    ]
    for (y, x, name, text) in cases {
      let line = try Line(y, x, name: name)
      #expect(line.text == text)
      guard case .stretched(let entry, _) = line.pattern else {
        Issue.record("\(line.pattern)")
        continue
      }
      let (rows, columns) = (name == "t", name == "v" && y.rank == 2)
      line.expect(
        try line.stretched(entry) { r, i in
          (!rows || r[0] == i[0]) && (!columns || r[1] == i[0])
        })
    }
  }

  /// A vector beside each column of a matrix: its index is that of the rows.
  @Test func aVectorAsColumn() throws {
    let m = Self.normal([3, 3], 1, "m"), v = Self.normal([3], 2, "v")
    let line = try Line(v.expandingShape(at: 1) * m, v, name: "v")
    #expect(line.text == "m where j = r, else 0")
    guard case .stretched(let entry, _) = line.pattern else { return }
    line.expect(try line.stretched(entry) { r, i in r[0] == i[0] })
    // Both at once: neither index alone.
    let outer = try Line(v.expandingShape(at: 1) * v, v, name: "v")
    #expect(outer.text == "the sum of those of its 2 uses")
  }

  @Test func softmaxAndNorms() throws {
    let m = Self.normal([2, 3], 1, "m")
    let derivation = explain((softmax(m) * Self.normal([3], 2, "y")).sum(), withRespectTo: [m])
    #expect(
      derivation.backward.flatMap(\.jacobians).map(\.entries).contains(
        "-t1 / t2 / t2 where i = r, else 0"))
  }

  /// Zeros of a slice, where there is nothing to contract.
  @Test func slices() throws {
    let x = Tensor<Float>([1, 2, 4]).named("x"), m = Tensor<Float>([[1, 2], [3, 4]]).named("m")
    let one = explain(3 * x[2], withRespectTo: [x]).backward.last?.jacobians.first
    #expect(one?.entries == "the gradient itself, 3 at [2] among zeros in [3]")
    let row = explain(m[1].mean(), withRespectTo: [m]).backward.last?.jacobians.first
    #expect(row?.entries == "the gradient itself, 1 / 2 at [1, :] among zeros in [2, 2]")
  }

  /// A rule that a user wrote may take elements anywhere.
  @Test func customGradients() throws {
    let q = Tensor<Float>([[1, 2, 4]]).named("q"), y = Tensor<Float>([3, 5, 7]).named("y")
    func entries(_ x: Tensor<Float>) -> String? {
      explain((x.named("z") * y).sum(), withRespectTo: [q]).backward.flatMap(\.jacobians)
        .first { $0.output == "z" }?.entries
    }
    #expect(entries(layerNormalized(q)) == "that of the custom gradient")
    let pointwise = withCustomGradient(of: { 2 * $0 }, at: q) { x, zg in 2 * zg * x }
    #expect(entries(pointwise) == "diagonal, 2 q")
    let summed = withCustomGradient(of: { 2 * $0 }, at: q) { x, zg in
      zg - zg.mean(along: 1, keepingAxes: true)
    }
    #expect(entries(summed) == "that of the custom gradient")
    let backwards = withCustomGradient(of: { $0 }, at: q) { x, zg in zg[.all, .reversed] }
    #expect(entries(backwards) == "that of the custom gradient")
  }

  /// An element that reaches several ones of y, each at another place.
  @Test func severalWays() {
    let x = Self.normal([3, 3], 1, "x")
    func entries(_ y: Tensor<Double>) -> String? {
      explain(y.named("y").squared().sum(), withRespectTo: [x]).backward.flatMap(\.jacobians)
        .first { $0.output == "y" }?.entries
    }
    #expect(entries(x + x.transposed()) == "the sum of those of its 2 uses")
    #expect(entries(x.mean(along: 0) + x.mean(along: 1)) == "the sum of those of its 2 uses")
    let turned = x.transposed(), w = Self.normal([3, 3], 2, "w")
    #expect(
      entries(turned + turned[.reversed]) == "the sum of the ways through transposed, slice, +")
    #expect(entries(x • w + x) == "the sum of those of its 2 uses")
    #expect(entries(x • w + w) == "w_jk where i = r, else 0")
    #expect(entries(concatenated([x, x])) == "the sum of those of its 2 uses")
    #expect(entries(x[.reversed]) == "1 where the element came from, else 0")
  }
}
