// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// A view and its copy give the same bits through every kind of operation: strides of either sign,
/// axes in any order, repeated ones.
@Suite(.serialized) struct ViewBitsTests {
  init() { Plan.verifiesByDefault = true }

  /// A random view of numbers, as a graph.
  private static func view(_ choice: inout SplitMix, rank: ClosedRange<Int>, _ extents: [Int])
    -> Value
  {
    let shape = choice.shape(rank: rank, extents: extents)
    let numbers = choice.floats(shape.elementCount)
    var x = Tensor(shape: shape, scalars: numbers).value
    // Computed, or known before.
    if choice.isTrue(oneIn: 2) { x = x.unary(.sin) }
    for _ in 0..<(1 + choice.below(3)) {
      switch choice.below(4) {
      case 0: x = x.transposed(choice.permutation(x.rank))
      case 1 where x.rank < 4 && x.shape.elementCount < 4000:
        x = x.expanded(to: [choice.pick([1, 2, 3])] + x.shape)
      default:
        let parts = x.shape.map { choice.part(of: $0) }
        x = x.strided(
          from: Shape(parts.map(\.start)), extents: Shape(parts.map(\.extent)),
          by: Shape(parts.map(\.stride)))
      }
    }
    return x
  }

  private enum Use: CaseIterable {
    case copied, pointwise, broadcast, selected, sum, lastAxis, firstAxis, largest, position
    case productLeft, productRight, gathered, scattered, reshaped, placed, softmaxed

    func results(_ x: Value) -> [Value] {
      let count = x.shape.elementCount
      switch self {
      case .copied: return [x]
      case .pointwise: return [x * x + Value.constant(0.5, .float), x.unary(.tanh)]
      case .selected: return [Value.select(x .> 0, x, x * x)]
      case .sum: return [x.reduced(.sum, AxisSet(all: x.rank))]
      case .reshaped:
        let line = x.reshaped(to: [count])
        return [line, line * line]
      case .broadcast, .lastAxis, .firstAxis, .largest, .position, .productLeft, .productRight,
        .gathered, .scattered, .placed, .softmaxed:
        return x.rank == 0 ? [] : resultsOfAxes(x, x.shape[0], x.shape[x.rank - 1])
      }
    }

    private func resultsOfAxes(_ x: Value, _ rows: Int, _ columns: Int) -> [Value] {
      let last = AxisSet([x.rank - 1])
      switch self {
      case .broadcast: return [x - x.reduced(.sum, last).reshaped(to: x.shape.collapsing(last))]
      case .lastAxis: return [x.reduced(.sum, last)]
      case .firstAxis: return [x.reduced(.sum, AxisSet([0]))]
      case .largest: return columns == 0 ? [] : [x.reduced(.max, last)]
      case .position: return columns == 0 ? [] : [x.reduced(.argmax, last)]
      case .productLeft: return [x.matmul(ViewBitsTests.matrix(columns, 5))]
      case .productRight:
        return x.rank < 2 ? [] : [ViewBitsTests.matrix(5, x.shape[x.rank - 2]).matmul(x)]
      case .gathered:
        return rows == 0 ? [] : [x.gathered(Tensor<Int32>([Int32(rows - 1), 0]).value)]
      case .scattered:
        let indices = Tensor<Int32>(shape: [rows], scalars: (0..<rows).map { Int32($0 % 3) })
        return [x.scatterAdded(indices.value, count: 3)]
      case .placed:
        return [.concatenated([x, x.reversed(along: AxisSet([0])), x], along: 0)]
      case .softmaxed: return [softmax(Tensor<Float>(x), along: x.rank - 1).value]
      case .copied, .pointwise, .selected, .sum, .reshaped: return []
      }
    }
  }

  private static func matrix(_ rows: Int, _ columns: Int) -> Value {
    Tensor<Float>(range: 0..<(rows * columns)).value.reshaped(to: [rows, columns])
  }

  private func check(_ seed: Int, rank: ClosedRange<Int>, _ extents: [Int]) {
    func view() -> Value {
      var choice = SplitMix(seed: seed)
      return Self.view(&choice, rank: rank, extents)
    }
    let shape = view().shape
    let copy = Tensor(shape: shape, scalars: Tensor<Float>(view()).scalars).value
    for use in Use.allCases {
      let seen = use.results(view()).map(\.bits), expected = use.results(copy).map(\.bits)
      #expect(seen == expected, "\(use) of \(shape)")
    }
  }

  @Test("Small", arguments: 0..<400)
  func small(seed: Int) { check(seed, rank: 0...4, [0, 1, 2, 3, 5, 9]) }

  @Test("Beyond a tile", arguments: 1000..<1040)
  func large(seed: Int) { check(seed, rank: 1...3, [17, 33, 70]) }
}

extension Value {
  /// The numbers as bit patterns, so that -0 is not 0.
  fileprivate var bits: [UInt32] {
    if elementType == .int32 { return Tensor<Int32>(self).scalars.map { UInt32(bitPattern: $0) } }
    return Tensor<Float>(self).scalars.map(\.bitPattern)
  }
}
