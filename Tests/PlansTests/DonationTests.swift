// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Results that take the place of arguments: only where nobody reads the old numbers any more.
@Suite struct DonationTests {
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
}
