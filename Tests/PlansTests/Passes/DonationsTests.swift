// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Results that take the place of arguments, and buffers that of buffers: only where nobody reads
/// the old numbers any more.
@Suite struct DonationsTests {
  init() { Plan.verifiesByDefault = true }

  /// Leaves, the results that are asked for, and for some leaves what takes their place.
  struct Step {
    var results: [Value] = []
    var leaves: [Value]
    var updates: [Value]
  }

  enum Body: CaseIterable {
    case plain, readLater, readByAnEarlierStep, transposedInTheStep, rowInTheStep, reducedInTheStep
    case factorOfTheProduct, gradientStep, oldValueAsResult, exchanged, adam, viewOfTheOther
    case otherShape, itself

    /// The step on two square matrices.
    func step(_ w: Value, _ m: Value) -> Step {
      let half = Value.constant(0.5, .float), third = Value.constant(1 / 3, .float)
      func both(_ x: Value, _ y: Value, results: [Value] = []) -> Step {
        Step(results: results, leaves: [w, m], updates: [x, y])
      }
      func one(_ x: Value, results: [Value] = []) -> Step {
        Step(results: results, leaves: [w], updates: [x])
      }
      switch self {
      case .plain: return both(w - half, m * third)
      case .readLater: return one(w + m, results: [(w + m).matmul(w)])
      case .readByAnEarlierStep: return one(w + m, results: [w.reduced(.sum, AxisSet([0]))])
      case .transposedInTheStep: return one(w + w.transposed([1, 0]))
      case .rowInTheStep:
        return one(w - w.sliced(from: [2, 0], extents: [1, 4]).expanded(to: [4, 4]))
      case .reducedInTheStep:
        return one(
          w - w.reduced(.max, AxisSet([0, 1])), results: [w.reduced(.max, AxisSet([0, 1]))])
      case .factorOfTheProduct: return one(w - m.matmul(w))
      case .gradientStep: return one(w - third * m.matmul(m))
      case .oldValueAsResult: return one(w - half, results: [w + Value.constant(0, .float)])
      case .exchanged: return both(m, w)
      case .adam:
        // The new average first; the old one is read after it.
        let average = m * half + w * third
        let change = average / (m * m + Value.constant(1, .float)).unary(.squareRoot)
        return both(w - change - m * third, average)
      case .viewOfTheOther: return both(m.transposed([1, 0]), m + w)
      case .otherShape: return one(w.reduced(.sum, AxisSet([0])))
      case .itself: return both(w, m + w)
      }
    }
  }

  private func leaf(_ seed: Int) -> Value {
    var choice = SplitMix(seed: seed)
    return Tensor<Float>(
      shape: [4, 4], scalars: (0..<16).map { _ in Float.random(in: -1..<1, using: &choice) }
    ).value
  }

  @Test("The same numbers as without donations", arguments: Body.allCases)
  func numbers(body: Body) {
    let reference = body.step(leaf(1), leaf(2))
    for node in GraphOrder(of: reference.results + reference.updates, isLeaf: { _ in false }).nodes
    {
      evaluate([Value(node)])
    }
    let (results, replacements) = run { body.step(leaf(1), leaf(2)) }
    #expect(results == reference.results.map(\.bits))
    #expect(replacements == reference.updates.map(\.bits))
  }

  /// Runs a step whose graph nobody else holds, so that donations are used.
  private func run(_ make: () -> Step) -> (results: [[UInt64]], leaves: [[UInt64]]) {
    let (results, slots) = replayed { prepared(make()) }
    return (results, slots.map { $0.leaf!.bits })
  }

  private func prepared(_ step: Step) -> ([Value], [Replacement]) {
    (step.results, zip(step.leaves, step.updates).map { Replacement(leaf: $0, update: $1) })
  }

  @Test("Refused exactly where the old numbers are still read", arguments: Body.allCases)
  func legality(body: Body) {
    let (results, replacements) = prepared(body.step(leaf(1), leaf(2)))
    let plan = plan(results, replacing: replacements)
    let donated = plan.results.dropFirst(results.count).map { plan.outputs[$0].donor != nil }
    let expected: [Bool] =
      switch body {
      case .plain, .adam, .itself: [true, true]
      case .gradientStep: [true]
      // The sum runs before the update writes.
      case .readByAnEarlierStep: [true]
      case .reducedInTheStep: [true]
      case .oldValueAsResult: [true]
      // Of two copies the second finds its donor already read.
      case .exchanged: [false, true]
      // The sum is computed first, since nothing takes the place of what it reads.
      case .viewOfTheOther: [true, false]
      case .readLater, .transposedInTheStep, .rowInTheStep, .factorOfTheProduct, .otherShape:
        [false]
      }
    #expect(donated == expected, "\(plan)")
  }

  @Test func memoryIsTakenOverOnlyFromSoleHolders() {
    let slot = LeafSlot()
    slot.leaf = leaf(1)
    func address() -> OpaquePointer? { slot.leaf!.node.numbers?.address }
    func update() {
      _ = replayed {
        let leaf = slot.leaf!
        let update = leaf - Value.constant(0.5, .float)
        return ([], [Replacement(slot: slot, number: nil, leaf: leaf, update: update)])
      }
    }
    var before = address()
    update()
    #expect(address() == before)

    // A holder of the old leaf keeps the old numbers.
    let holder = slot.leaf!
    let held = holder.bits
    before = address()
    update()
    #expect(address() != before)
    #expect(holder.bits == held)
  }

  @Test("Random graphs that replace their leaves", arguments: 0..<300)
  func randomGraphs(seed: Int) {
    func step() -> Step {
      let graph = RandomGraph(seed: seed, operations: 6 + seed % 20, extents: [1, 2, 3, 3, 3])
      let leaves = graph.nodes.filter { $0.inputs.isEmpty && $0.numbers != nil }.map { Value($0) }
      var step = Step(results: Array(graph.results.prefix(1)), leaves: [], updates: [])
      for leaf in leaves {
        let fits = graph.nodes.filter {
          $0.shape == leaf.shape && $0.elementType == leaf.elementType && !$0.inputs.isEmpty
        }
        guard let update = fits.last else { continue }
        step.leaves.append(leaf)
        step.updates.append(Value(update))
      }
      return step
    }
    let reference = step()
    for node in GraphOrder(of: reference.results + reference.updates, isLeaf: { _ in false }).nodes
    {
      evaluate([Value(node)])
    }
    let (results, replacements) = run(step)
    #expect(results == reference.results.map(\.bits))
    #expect(replacements == reference.updates.map(\.bits))
  }

  /// What is done with a product that is known to be read as a whole before.
  enum Use: CaseIterable {
    case inPlace, readLater, transposed, otherType, broadcast, readBesideIt

    func result(_ product: Tensor<Float>, _ largest: Tensor<Float>, _ w: Tensor<Float>) -> Value {
      let shifted = exp(product - largest)
      return switch self {
      case .inPlace: (w • shifted).value
      case .readLater: (w • shifted + product).value
      case .transposed: (w • exp(product.transposed() - largest)).value
      case .otherType: (Tensor<Double>(w) • Tensor<Double>(product - largest)).value
      case .broadcast: (w • exp(product[0..<1] - largest).expanded(to: product.shape)).value
      case .readBesideIt: (w • shifted + w • product).value
      }
    }
  }

  @Test("A large buffer takes the place of one that is done with", arguments: Use.allCases)
  func buffers(use: Use) throws {
    let w = Tensor<Float>.normal([128, 128], key: RandomKey(seed: 1)) / 12
    evaluate(w)
    func result() -> Value {
      let product = w • w
      return use.result(product, product.max(), w)
    }
    let plan = try Plan(Capture(of: [result()]).program, verifying: true)
    #expect(plan.buffers.contains { $0.donor != nil } == (use == .inPlace), "\(plan)")
    let (known, alone) = (result(), result())
    for node in GraphOrder(of: [alone], isLeaf: { _ in false }).nodes { evaluate([Value(node)]) }
    #expect(known.bits == alone.bits)
  }

  /// Each pair of buffers of one form, one in place of the other where no pass put it.
  @Test(arguments: [Use.readLater, .readBesideIt])
  func wrongPlacesAreFound(use: Use) throws {
    let w = Tensor<Float>.normal([128, 128], key: RandomKey(seed: 1)) / 12
    evaluate(w)
    let product = w • w
    let plan = try Plan(
      Capture(of: [use.result(product, product.max(), w)]).program, verifying: true)
    let large = plan.buffers.indices.filter {
      plan.buffers[$0].elementCount == 128 * 128 && !plan.buffers[$0].isInner
    }
    #expect(large.count >= 2, "\(plan)")
    for taker in large {
      for donor in large where donor != taker {
        var broken = plan
        broken.buffers[taker].donor = donor
        for number in [taker, donor] {
          broken.buffers[number].offset = 0
          broken.buffers[number].firstStep = 0
          broken.buffers[number].lastStep = plan.steps.count - 1
        }
        #expect(throws: Illegality.self, "\(taker) \(donor)") { try broken.checkDonations() }
      }
    }
  }

  /// Random programs on matrices of 64 KiB, which is when buffers take places.
  private func largeProgram(seed: Int) -> [Value] {
    var choice = SplitMix(seed: seed)
    var pool = (0..<2).map {
      Tensor<Float>.normal([128, 128], key: RandomKey(seed: UInt64(10 * seed + $0)))
    }
    for _ in 0..<(8 + seed % 12) {
      let x = choice.pick(pool.suffix(4)), y = choice.pick(pool)
      switch choice.below(7) {
      case 0, 1: pool.append(tanh(x • y / 12))
      case 2: pool.append(exp(x - x.max()))
      case 3: pool.append(x * y - x.sum(along: 0, keepingAxes: true) / 128)
      case 4: pool.append(x + y.transposed())
      case 5: pool.append(maximum(x, relu(y)))
      default: pool.append(softmax(x + y))
      }
    }
    return pool.suffix(1 + seed % 3).map(\.value)
  }

  @Test("Large buffers hold what is made of each alone", arguments: 0..<60)
  func largePrograms(seed: Int) {
    let (together, alone) = (largeProgram(seed: seed), largeProgram(seed: seed))
    for node in GraphOrder(of: alone, isLeaf: { _ in false }).nodes { evaluate([Value(node)]) }
    evaluate(together)
    for (result, expected) in zip(together, alone) { #expect(result.bits == expected.bits) }
  }

  @Test func manyLargeProgramsGiveTheirBuffers() throws {
    let given = try (0..<60).reduce(0) { count, seed in
      let plan = try Plan(Capture(of: largeProgram(seed: seed)).program, verifying: true)
      return count + plan.buffers.count { $0.donor != nil }
    }
    #expect(given >= 30)
  }
}
