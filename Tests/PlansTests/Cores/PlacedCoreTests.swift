// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

@Suite struct PlacedCoreTests {
  init() { Plan.verifiesByDefault = true }

  /// Parts of a whole, in a list.
  private static func parts(
    _ parts: [(extents: Shape, place: Place)]
  ) -> [PlacedCore.Part] {
    parts.map {
      PlacedCore.Part(source: .constant(bits: 0, .float), extents: $0.extents, place: $0.place)
    }
  }

  /// How many parts have each element of the whole.
  private static func counts(_ parts: [PlacedCore.Part], in space: Shape) -> [Int] {
    var counts = [Int](repeating: 0, count: space.elementCount)
    for part in parts {
      for index in part.extents.allIndices {
        let place = index.indices.reduce(0) {
          $0 * space[$1] + part.place.starts[$1] + index[$1] * part.place.stride($1)
        }
        counts[place] += 1
      }
    }
    return counts
  }

  @Test("Overlaps are never missed", arguments: 0..<1000)
  func overlaps(seed: Int) {
    var choice = SplitMix(seed: seed)
    let space = choice.shape(rank: 0...3, extents: [1, 2, 3, 4, 6])
    let parts = Self.parts(
      (0..<choice.below(5)).compactMap { _ in
        let axes = space.map { choice.part(of: $0) }, extents = Shape(axes.map(\.extent))
        if extents.elementCount == 0 { return nil }
        let strides = Shape(axes.map { $0.extent > 1 ? $0.stride : 1 })
        return (extents, Place(starts: Shape(axes.map(\.start)), strides: strides))
      })
    let counts = Self.counts(parts, in: space), coverage = PlacedCore.coverage(of: parts, in: space)
    if counts.contains(where: { $0 > 1 }) {
      #expect(coverage == .overlapping)
    } else if coverage != .overlapping {
      #expect(coverage == (counts.allSatisfy { $0 == 1 } ? .whole : .some))
    }
    if parts.count < 2 { #expect(coverage != .overlapping) }
  }

  /// What people write is told apart: cut anew and again into parts, and strides
  /// between each other.
  @Test("Cuts of a whole fill it", arguments: 0..<300)
  func cuts(seed: Int) {
    var choice = SplitMix(seed: seed)
    let space = choice.shape(rank: 1...3, extents: [1, 2, 3, 5, 8])
    // One axis after the other, each into ranges or into what stands in turn.
    var parts: [(starts: [Int], extents: [Int], strides: [Int])] = [([], [], [])]
    for extent in space {
      parts = parts.flatMap { part -> [(starts: [Int], extents: [Int], strides: [Int])] in
        let cut = 1 + choice.below(extent), inTurn = choice.isTrue(oneIn: 2)
        return (0..<cut).map { number in
          let first = inTurn ? number : number * extent / cut
          let count =
            inTurn ? (extent - number + cut - 1) / cut : (number + 1) * extent / cut - first
          let isBackwards = choice.isTrue(oneIn: 3), stride = inTurn ? cut : 1
          let last = first + (count - 1) * stride
          return (
            part.starts + [isBackwards ? last : first], part.extents + [count],
            part.strides + [count == 1 ? 1 : isBackwards ? -stride : stride]
          )
        }
      }
    }
    let shuffled = Self.parts(
      parts.shuffled(using: &choice).map {
        (Shape($0.extents), Place(starts: Shape($0.starts), strides: Shape($0.strides)))
      })
    #expect(PlacedCore.coverage(of: shuffled, in: space) == .whole)
    let some = shuffled.dropFirst()
    #expect(PlacedCore.coverage(of: Array(some), in: space) == .some)
  }

  /// What a graph of n parts costs, in numbers that no other program on the machine changes.
  private struct Cost {
    let nodes: Int
    let reads: Int
    let steps: Int
    let bytes: Int

    init(_ result: Value) throws {
      nodes = GraphOrder(of: [result]) { _ in false }.count
      let plan = PullbackRuntime.plan([result], replacing: [])
      steps = plan.steps.count
      reads = plan.steps.reduce(0) { $0 + $1.reads.count }
      bytes = plan.steps.reduce(0) { $0 + $1.streamedCount }
    }

    private var numbers: [Int] { [nodes, reads, steps, bytes] }

    /// Whether twice as many parts more than this cost twice as much more, or about that: where
    /// bodies are full depends on the count.
    func grows(from less: Cost, to more: Cost) -> Bool {
      zip(zip(less.numbers, numbers), more.numbers).allSatisfy {
        10 * ($1 - $0.1) <= 22 * ($0.1 - $0.0) + 160
      }
    }
  }

  /// A graph of n parts of [n, 8].
  enum Graph: CaseIterable {
    case gradientOfSlices, concatenation, stack, gradientOfStack, gradientOfRecurrence

    func result(_ count: Int) -> Value {
      let x = Tensor<Float>(range: 0..<(count * 8)).reshaped(to: [count, 8]) + 1
      let parts = (0..<count).map { tanh(x[$0]) * Float($0) }
      switch self {
      case .gradientOfSlices:
        let loss = parts.map { $0.sum() }.reduce(0, +)
        return gradient(of: loss, withRespectTo: x).value
      case .concatenation: return concatenated(parts).value
      case .stack: return Tensor.stacked(parts).value
      case .gradientOfStack:
        let loss = Tensor.stacked(parts).squared().sum()
        return gradient(of: loss, withRespectTo: x).value
      case .gradientOfRecurrence:
        var state = Tensor<Float>.zeros([8])
        for part in parts { state = tanh(state * 0.5 + part) }
        return gradient(of: state.sum(), withRespectTo: x).value
      }
    }
  }

  @Test("Parts cost what they hold, however many there are", arguments: Graph.allCases)
  func linear(graph: Graph) throws {
    let costs = try [50, 100, 200, 400].map { try Cost(graph.result($0)) }
    for index in 1..<3 {
      #expect(costs[index].grows(from: costs[index - 1], to: costs[index + 1]), "\(costs)")
    }
  }

  // Not a time limit of the test: that counts waiting for the tests beside it, too.
  @Test("A thousand slices are planned, and placed, in a moment", arguments: Graph.allCases)
  func thousand(graph: Graph) throws {
    let start = ContinuousClock.now
    let result = graph.result(1000)
    let cost = try Cost(result)
    #expect(cost.steps < 5000 && cost.bytes < 40 * 8 * 1000)
    evaluate([result])
    #expect(result.node.hasNumbers)
    #expect(ContinuousClock.now - start < .seconds(60))
  }
}
