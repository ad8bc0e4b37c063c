// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Networks whose steps go by rows or side by side, against one node after the other.
@Suite(.serialized) struct CompiledPhaseTests {
  init() { Plan.verifiesByDefault = true }

  @Test("Random deep networks and their gradients", arguments: 0..<60)
  func networks(seed: Int) {
    let single = RandomNetwork(seed: seed)
    for node in GraphOrder(of: single.results, isLeaf: { _ in false }).nodes {
      evaluate([Value(node)])
    }
    let expected = single.results.map(CompiledPhaseTests.bits)
    onThreads([1, 2, 3, 7]) { threads in
      let network = RandomNetwork(seed: seed)
      evaluate(network.results)
      for (index, result) in network.results.enumerated() {
        let isEqual = CompiledPhaseTests.bits(result) == expected[index]
        #expect(isEqual, "result \(index) \(result.shape) on \(threads) threads")
      }
    }
  }

  private static func bits(_ value: Value) -> [UInt32] {
    value.elementType == .float
      ? Tensor<Float>(value).scalars.map(\.bitPattern)
      : Tensor<Int32>(value).scalars.map { UInt32(bitPattern: $0) }
  }

  @Test func aPhaseGoesByRows() throws {
    // So that the networks above are known to take that way.
    let plans = try (0..<60).map {
      Plan(try Capture(of: RandomNetwork(seed: $0).results).program, verifying: true)
    }
    let byRows = plans.flatMap(\.phases).filter { $0.rows != nil }
    #expect(byRows.count > 60 && byRows.contains { $0.steps.count > 3 })
    #expect(plans.flatMap(\.phases).contains { $0.rows == nil && $0.steps.count > 2 })
  }

  /// A few large products go by the rows of each. Cut anywhere, they have the bits of each by
  /// itself, whether their right operands are copied or read where they are.
  @Test(arguments: [
    [2, 301, 64, 257], [3, 512, 40, 130], [7, 260, 65, 300], [15, 270, 30, 270],
  ])
  func fewLargeProductsHaveTheBitsOfEach(extents: [Int]) throws {
    let (count, rows, inner, columns) = (extents[0], extents[1], extents[2], extents[3])
    var choice = SplitMix(seed: rows)
    func leaf(_ shape: Shape) -> Tensor<Float> {
      let numbers = choice.floats(shape.elementCount).map { $0 / 4 }
      return Tensor(shape: shape, scalars: numbers)
    }
    let x = leaf([count, rows, inner]), y = leaf([count, columns, inner])
    let z = leaf([count, columns, inner]), bias = leaf([inner])
    func chain(_ x: Tensor<Float>, _ y: Tensor<Float>, _ z: Tensor<Float>) -> Tensor<Float> {
      let turned = y.shape.rank == 3 ? y.transposed(0, 2, 1) : y.transposed()
      return tanh(softmax(x • turned) • z + bias)
    }
    let plan = Plan(try Capture(of: [chain(x, y, z).value]).program, verifying: true)
    #expect(plan.phases.contains { $0.rows?.count == count * rows }, "\(plan)")
    let expected = (0..<count).flatMap { number in
      let one = chain(x[number], y[number], z[number]).value
      for node in GraphOrder(of: [one], isLeaf: { _ in false }).nodes { evaluate([Value(node)]) }
      return CompiledPhaseTests.bits(one)
    }
    onThreads([1, 2, 3, 7]) { threads in
      let isEqual = CompiledPhaseTests.bits(chain(x, y, z).value) == expected
      #expect(isEqual, "\(threads) threads")
    }
  }

  /// Steps of a phase that multiply by the same matrix share its copy; not by another view of its
  /// numbers, nor in other tiles, nor by the same numbers as another matrix.
  @Test(arguments: [300, 250, 96])
  func copiesAreShared(width: Int) throws {
    var choice = SplitMix(seed: width)
    func leaf(_ shape: Shape) -> Tensor<Float> {
      Tensor(shape: shape, scalars: choice.floats(shape.elementCount).map { $0 / 16 })
    }
    let x = leaf([200, width]), w = leaf([width, width]), narrow = leaf([width, 4])
    func results() -> [Value] {
      let y = tanh(tanh(x • w) • w), z = tanh(y • w.transposed())
      let halves = w.reshaped(to: [2 * width, width / 2])
      let side = x.transposed() • y, other = x.transposed() • z
      return [
        (z • w + y).value, (y • narrow).value,
        (z[.all, 0..<(width / 2)] • halves[0..<(width / 2)]).value,
        side.value, other.value, (x.transposed() • tanh(z) • w).value, (side • w).value,
      ]
    }
    let expected = results().map { value in
      for node in GraphOrder(of: [value], isLeaf: { _ in false }).nodes { evaluate([Value(node)]) }
      return CompiledPhaseTests.bits(value)
    }
    onThreads([1, 2, 3, 7]) { threads in
      let made = results()
      evaluate(made)
      for (index, value) in made.enumerated() {
        let isEqual = CompiledPhaseTests.bits(value) == expected[index]
        #expect(isEqual, "result \(index) on \(threads) threads")
      }
    }
  }

  enum Check: String, CaseIterable, Codable { case one, twoInOrder, twoInTurn, twoLayers }

  /// Bad labels in networks that go by rows: the same row is named however many threads look.
  private static func evaluateBad(_ check: Check) {
    let rows = 300
    func labels(_ bad: [Int: Int32]) -> Tensor<Int32> {
      Tensor((0..<rows).map { bad[$0] ?? Int32($0 % 5) })
    }
    let x = Tensor<Float>.normal([rows, 30], key: RandomKey(seed: 1))
    let w = Tensor<Float>.normal([30, 40], key: RandomKey(seed: 2))
    let v = Tensor<Float>.normal([40, 5], key: RandomKey(seed: 3))
    evaluate(x, w, v)
    let logits = tanh(x • w) • v
    func loss(_ labels: Tensor<Int32>) -> Tensor<Float> {
      (logits * labels.oneHot(5, as: Float.self)).sum(along: 1).sum()
    }
    let early = labels([250: -1, 40: 7, 299: 9]), late = labels([120: 8, 60: 6])
    switch check {
    case .one: _ = Float(loss(early))
    case .twoInOrder: _ = Float(loss(early) + loss(late))
    case .twoInTurn: _ = Float(loss(late) + loss(early))
    case .twoLayers:
      // One check stands before the other in the same chain.
      let picked = tanh(x.gathered(early) • w) • v
      _ = Float(loss(late) + picked.sum())
    }
  }

  @Test("Bad labels: the lowest row of the first check", arguments: Check.allCases)
  func badLabels(check: Check) async {
    var messages = Set<String>()
    for threads in [1, 2, 7] {
      let outcome = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { [check = check as Check, threads = threads as Int] in
        Plan.verifiesByDefault = true
        Threads.limit = threads
        CompiledPhaseTests.evaluateBad(check)
      }
      let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
      let first = text.split(separator: "\n").first { $0.contains("is outside") }
      messages.insert(String(first ?? "nothing on \(threads) threads: \(text)"))
    }
    #expect(messages.count == 1, "\(messages)")
    let message = messages.first ?? ""
    // The lowest row of one check; of two, the lower one if one step makes both.
    let lowest = ["index 7 at row 40 is outside 0..<5"]
    let allowed = check == .one ? lowest : lowest + ["index 6 at row 60 is outside 0..<5"]
    #expect(allowed.contains { message.contains($0) }, "\(message)")
  }
}

/// A random network, its loss and the gradients. The same seed makes the same network, of new
/// nodes, each time.
private struct RandomNetwork {
  private(set) var results: [Value] = []
  private var choice: SplitMix
  private var weights: [Tensor<Float>] = []
  private let rows: Int

  init(seed: Int) {
    choice = SplitMix(seed: seed)
    rows = choice.pick([1, 2, 5, 31, 48, 49, 96, 97, 150, 299, 300])
    var x = leaf([rows, width()])
    var side: [Tensor<Float>] = []
    for _ in 0..<(2 + choice.below(5)) {
      if choice.isTrue(oneIn: 3) { side.append(x) }
      x = layer(x, side)
    }
    let labels = Tensor(choice.integers(rows, in: 0...Int32(x.shape[1] - 1)))
    let isLabel = labels.oneHot(x.shape[1], as: Float.self)
    let loss = (x - isLabel).squared().sum(along: 1).mean()
    results = [loss.value, x.value, x.argmax(along: 1).value]
    if let other = side.last { results.append(other.sum(along: 0).value) }
    if !weights.isEmpty {
      results += gradient(of: loss, withRespectTo: weights).map(\.value)
    }
  }

  private mutating func width() -> Int { 1 + choice.below(70) }

  private mutating func leaf(_ shape: Shape) -> Tensor<Float> {
    let scale = Float(shape[0]).squareRoot()
    let numbers = choice.floats(shape.elementCount).map { $0 / scale }
    return Tensor(shape: shape, scalars: numbers)
  }

  private mutating func weight(_ shape: Shape) -> Tensor<Float> {
    weights.append(leaf(shape))
    return weights[weights.count - 1]
  }

  private mutating func layer(_ x: Tensor<Float>, _ side: [Tensor<Float>]) -> Tensor<Float> {
    let columns = x.shape[1]
    switch choice.below(14) {
    case 0...3:
      let next = width()
      let y = x • weight([columns, next]) + weight([next])
      return choice.isTrue(oneIn: 2) ? relu(y) : tanh(y)
    case 4:
      let powers = exp(x - x.max(along: 1, keepingAxes: true).detached())
      return powers / powers.sum(along: 1, keepingAxes: true)
    case 5:
      let centred = x - x.mean(along: 1, keepingAxes: true)
      let variance = centred.squared().mean(along: 1, keepingAxes: true)
      return centred / sqrt(variance + 1e-3) * weight([columns])
    case 6:
      // Mixes rows.
      let centred = x - x.mean(along: 0)
      return centred / sqrt(centred.squared().mean(along: 0) + 1e-3)
    case 7:
      let isKept = Tensor<Float>.uniform(x.shape, key: RandomKey(seed: choice.next())) .>= 0.3
      return select(isKept, x * (1 / 0.7), 0)
    case 8:
      let mask = Tensor(shape: x.shape, scalars: choice.floats(rows * columns)) .> 0
      return select(mask, x, x * 0.1)
    case 9:
      let order = Tensor(choice.integers(rows, in: 0...Int32(rows - 1)))
      return x + x.gathered(order) * 0.5
    case 10:
      // Rows look at each other, as in attention.
      let scores = tanh(x • x.transposed())
      return scores • x * (1 / Float(rows))
    case 11:
      // Matrices of each row, and sums along their columns.
      let pairs = x.reshaped(to: [rows, columns, 1]) • x.reshaped(to: [rows, 1, columns])
      let other = tanh(pairs) • pairs.transposed(0, 2, 1)
      return other.sum(along: 1) * (1 / Float(columns * columns)) + x
    case 12:
      // The same from two tables side by side.
      let pairs = x.reshaped(to: [rows, 1, columns, 1]) * weight([2, 1, columns])
      return softmax(pairs.transposed(0, 1, 3, 2) • pairs).max(along: 1, 2)
    default:
      guard let other = side.last else { return x * x.sum(along: 1, keepingAxes: true) }
      return other • weight([other.shape[1], columns]) + x
    }
  }
}
