// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Fused or not, on any number of threads: the same bits.
@Suite(.serialized) struct FusionTests {
  init() { Plan.verifiesByDefault = true }

  @Test("Random graphs, small and strange", arguments: 0..<600)
  func smallGraphs(seed: Int) {
    check(seed, operations: 6 + seed % 25, extents: [0, 1, 1, 2, 3, 3, 4, 5], [1, 2, 3, 7])
  }

  @Test("Random graphs beyond one tile", arguments: 0..<150)
  func largeGraphs(seed: Int) {
    check(
      seed, operations: 6 + seed % 50, extents: [0, 1, 1, 2, 3, 5, 7, 16, 33, 40, 600], [1, 7])
  }

  @Test("Random graphs with results from everywhere", arguments: 0..<300)
  func manyResults(seed: Int) throws {
    let extents = [[2, 3, 3], [1, 2, 3, 3, 4], [1, 3, 16, 40]][seed % 3]
    func nodes() -> [Node] {
      RandomGraph(seed: seed, operations: 6 + seed % 40, extents: extents).nodes
    }
    let single = nodes(), together = nodes()
    var choice = SplitMix(seed: seed)
    let picks = single.indices.filter { _ in choice.isTrue(oneIn: 4) } + [single.count - 1]
    for node in single { evaluate([Value(node)]) }
    evaluate(picks.map { Value(together[$0]) })
    let isEqual = picks.allSatisfy { Value(together[$0]).bits == Value(single[$0]).bits }
    #expect(isEqual)
  }

  @Test("What one later group alone reads of numbers that stand in memory is computed there")
  func leftToReaders() {
    let x = Tensor<Float>([[0.5, -1], [2, 0.25]])
    let w = Tensor<Float>([[1, 2], [3, 4]])
    let y = tanh(x • w)
    // 1 - y y depends on y alone, and y is read by the product as well.
    let z = (y • w) * (1 - y * y)
    let steps = Plan(evaluating: z).description.split(separator: "\n").prefix(2)
    #expect(
      steps == [
        "1. matmul a0 [2, 2] • a1 [2, 2], then tanh -> b0 [2, 2]   20 FLOP",
        "2. matmul b0 [2, 2] • a1 [2, 2], then (* -) * -> r0 [2, 2]   28 FLOP",
      ])
    // Not if numbers would have to be kept for it that nobody else needs, or if they are asked for.
    let sum = x • w + 1
    let kept = Plan(evaluating: (tanh(sum) • w) * (sum * sum)), asked = 1 - y * y
    #expect(kept.buffers.count == 2, "\(kept)")
    #expect(Plan(evaluating: asked, (y • w) * asked).outputs.count == 2)
  }

  @Test("A transpose that many products read is copied once", arguments: [1, 3, 4, 7])
  func readByMany(products: Int) {
    let w = Tensor<Float>((0..<12 * 5).map { Float($0 % 7) }).reshaped(to: [5, 12])
    func state() -> Tensor<Float> {
      (0..<products).reduce(Tensor<Float>.ones([3, 12])) { x, _ in
        tanh((tanh(x)[.all, 0..<5] • w) • w.transposed() • w * 0.01)
      }
    }
    let plan = Plan(evaluating: state())
    let copies = plan.description.split(separator: "\n").filter { $0.contains(" copy of ") }
    #expect(copies.count == (products < 4 ? 0 : 1))
    // The same bits as with a matrix that stands so.
    let stored = Tensor<Float>(w.transposed().scalars).reshaped(to: [12, 5])
    let expected = (0..<products).reduce(Tensor<Float>.ones([3, 12])) { x, _ in
      tanh((tanh(x)[.all, 0..<5] • w) • stored • w * 0.01)
    }
    #expect(state().scalars == expected.scalars)
  }

  private func check(_ seed: Int, operations: Int, extents: [Int], _ limits: [Int]) {
    let single = RandomGraph(seed: seed, operations: operations, extents: extents)
    for node in single.nodes { evaluate([Value(node)]) }
    let expected = single.results.map(\.bits)
    let limit = Threads.limit
    defer { Threads.limit = limit }
    for threads in limits {
      Threads.limit = threads
      let graph = RandomGraph(seed: seed, operations: operations, extents: extents)
      evaluate(graph.results)
      #expect(graph.results.map(\.bits) == expected, "on \(threads) threads")
    }
  }

  /// What a group computes for one order of elements must not be read there in another.
  @Test("One step reads what it makes in its own order only", arguments: Reader.allCases)
  func readsAtOtherPositions(reader: Reader) {
    let size = 3
    let x = Tensor<Float>(range: 0..<(size * size)).reshaped(to: [size, size])
    func made() -> Value { relu(Tensor<Float>(x.value) - 3.5).value }
    let fused = reader.result(of: made())
    let known = made()
    evaluate([known])
    let alone = reader.result(of: known)
    #expect(fused.bits == alone.bits)
  }

  enum Reader: CaseIterable {
    case transposedAndPlain, plainAndTransposed, rowOfItself, product, gathered, padded
    case reducedAndPlain, writtenOutLater, constantWrittenOutLater, sharedBySelection
    case writtenOutByACore

    func result(of a: Value) -> Value {
      let one = Value.constant(1, .float)
      let turned = a.transposed([1, 0])
      switch self {
      case .transposedAndPlain: return turned + a
      case .plainAndTransposed: return a + (turned + one)
      case .rowOfItself:
        return a + a.sliced(from: [1, 0], extents: [1, 3]).expanded(to: [3, 3])
      case .product: return a.matmul(a.transposed([1, 0])) + a
      case .gathered:
        let rows = Tensor<Int32>([2, 0, 1]).value.checked(below: 3, for: .gather)
        return a.gathered(rows) + a
      case .padded:
        return a.sliced(from: [0, 1], extents: [3, 2]).padded(to: [3, 3], at: [0, 0]) + a
      case .reducedAndPlain:
        return a / a.reduced(.sum, AxisSet([1])).reshaped(to: [3, 1]) + turned
      case .writtenOutLater: return (turned + one).reshaped(to: [9]) + turned.reshaped(to: [9])
      case .constantWrittenOutLater:
        let ones = Value.full([3, 3], 1, .float)
        return (ones + a).matmul(ones)
      case .sharedBySelection: return Value.select(a .> 0, turned, a) + turned
      case .writtenOutByACore:
        return (turned + one).matmul(turned.scanned(.sum, along: 1))
      }
    }
  }

  /// A group that joins the one it reads from reads all else earlier too: what it reads must not
  /// be drawn into a group behind that.
  @Test func whatAJoinedGroupReadsComesBeforeIt() throws {
    var choice = SplitMix(seed: 1)
    func leaf(_ shape: Shape) -> Tensor<Float> {
      Tensor(
        shape: shape,
        scalars: (0..<shape.elementCount).map { _ in .random(in: -1..<1, using: &choice) })
    }
    let a = leaf([3]), b = leaf([3]), c = leaf([2, 3]), x = leaf([2, 4]), w = leaf([4, 3])
    func results() -> [Value] {
      let small = a * b, product = x • w
      return [small.value, product.sum(along: 0).value, ((c + small) * product).value]
    }
    let alone = results()
    for node in GraphOrder(of: alone, isLeaf: { _ in false }).nodes { evaluate([Value(node)]) }
    let together = results()
    evaluate(together)
    #expect(together.map(\.bits) == alone.map(\.bits))
  }

  /// A check hands on its input's register, which must stay even if the input is read again.
  @Test func checkedIndicesKeepTheirRegister() {
    let a = Tensor<Int32>([0, 1, 2, 3]), b = Tensor<Int32>([1, 1, 0, 0])
    let sum = (a + b).value
    let checked = sum.checked(below: 8, for: .gather)
    let doubled = sum * Value.constant(2, .int32)
    let later = (doubled + Value.constant(1, .int32)) * doubled
    #expect(Tensor<Int32>(checked + later).scalars == [7, 22, 22, 45])
  }
}
