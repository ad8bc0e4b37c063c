// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

/// Phases as a person would draw them.
struct SchedulingTests {
  private func phases(_ values: Value...) throws -> [[String]] {
    let plan = Plan(try Capture(of: values).program, verifying: true)
    return plan.phases.map { phase in
      phase.steps.map { number in
        let core: String
        switch plan.steps[number].core {
        case .pointwise: core = "body"
        case .contraction: core = "matmul"
        case .reduction: core = "reduction"
        case .scan: core = "scan"
        case .sort: core = "sort"
        case .scatterAdd: core = "scatter"
        case .placed: core = "placed"
        }
        return phase.rows.map { "\(core) by \($0.count)" } ?? core
      }
    }
  }

  private let x = Tensor<Float>.ones([6, 4]).scaledLeaf
  private let w = Tensor<Float>.ones([4, 4]).scaledLeaf

  @Test func layersGoByRows() throws {
    let hidden = tanh(x • w)
    #expect(try phases((hidden • w).value) == [["matmul by 6", "matmul by 6"]])
  }

  @Test func aReductionOfRowsGoesAlong() throws {
    let logits = x • w
    let weights = exp(logits - logits.max(along: 1, keepingAxes: true))
    let softmax = weights / weights.sum(along: 1, keepingAxes: true)
    let made = try phases((softmax • w).value)
    #expect(made.count == 1 && made[0].allSatisfy { $0.hasSuffix("by 6") }, "\(made)")
  }

  /// What a phase by rows lacks, and does not wait for itself, is done before it.
  @Test func whatIsMadeOfWeightsComesFirst() throws {
    let hidden = tanh(tanh(x • w) • w)
    let sums = w.cumulativeSum(along: 1)
    let made = try phases((hidden • sums).value)
    #expect(made == [["scan"], ["matmul by 6", "matmul by 6", "matmul by 6"]])
    // Not what is more work than it lets in.
    let cube = w • w • w
    #expect(try phases((hidden • cube).value).first == ["matmul by 6", "matmul by 6"])
  }

  @Test func matricesOfABatchGoByTheBatch() throws {
    func leaf(_ shape: Shape) -> Tensor<Float> { Tensor<Float>.ones(shape).scaledLeaf }
    let q = leaf([6, 2, 5, 4]), k = leaf([6, 2, 5, 4]), v = leaf([6, 2, 5, 4])
    let made = try phases((softmax(q • k.transposed(0, 1, 3, 2)) • v).value)
    #expect(made.count == 1 && made[0].allSatisfy { $0.hasSuffix("by 12") }, "\(made)")
    // Columns of each matrix are added up within it.
    let sums = (q • k.transposed(0, 1, 3, 2)).sum(along: 2)
    #expect(try phases((sums * sums).value) == [["matmul by 12", "reduction by 12"]])
  }

  /// A few large products go by the rows of each, so that attention keeps no scores.
  @Test(arguments: [[3, 512, 64], [1, 3, 512, 64], [2, 3, 512, 64]], [false, true])
  func fewLargeProductsGoByTheirRows(extents: [Int], isMasked: Bool) throws {
    func leaf() -> Tensor<Float> { Tensor<Float>.ones(Shape(extents)).scaledLeaf }
    let mask = isMasked ? Tensor<Bool>.triangularMask(512) : nil
    let means = scaledDotProductAttention(leaf(), leaf(), leaf(), mask: mask)
    let plan = Plan(try Capture(of: [means.value]).program, verifying: true)
    let count = extents.dropLast().reduce(1, *)
    #expect(plan.phases.last?.rows?.count == count, "\(plan)")
    #expect(plan.arenaByteCount + plan.rowArenaByteCount < count * 512 * 4 / 2, "\(plan)")
  }

  /// Copies of all that the rows are multiplied with would be as much as the rows.
  @Test func fewLargeSquaresFollowEachOther() throws {
    func leaf() -> Tensor<Float> { Tensor<Float>.ones([3, 160, 160]).scaledLeaf }
    #expect(try phases((tanh(leaf() • leaf()) • leaf()).value) == [["matmul"], ["matmul"]])
  }

  @Test func aLeadingExtentOfOneIsPassedOver() throws {
    func leaf(_ shape: Shape) -> Tensor<Float> { Tensor<Float>.ones(shape).scaledLeaf }
    let a = leaf([1, 7, 3, 3]), b = leaf([1, 7, 3, 3])
    #expect(try phases((tanh(a • b) • b).value) == [["matmul by 7", "matmul by 7"]])
  }

  @Test func innerBuffersHoldTheRowsInFlight() throws {
    let x = Tensor<Float>.ones([4096, 1000]).scaledLeaf
    let plan = Plan(try Capture(of: [softmax(x).value]).program, verifying: true)
    let rows = try #require(plan.phases[0].rows)
    #expect(plan.phases.count == 1 && rows.count == 4096 && rows.inFlight < 48)
    #expect(plan.arenaByteCount == 0 && plan.rowArenaByteCount < 1 << 18)
  }

  @Test func whatMixesRowsWaits() throws {
    // The transposed factor needs all rows of the product.
    let y = x • w
    #expect(try phases((y.transposed() • y).value) == [["matmul"], ["matmul"]])
    let centred = y - y.mean(along: 0)
    #expect(try phases((centred • w).value).count == 3)
  }

  @Test func partsOfRowsGoAlong() throws {
    let beside = concatenated([x • w, x[.all, .reversed]], along: 1)
    let made = try phases((beside * 2).value)
    #expect(made == [["matmul by 6", "placed by 6"]])
    let below = concatenated([x • w, x])
    #expect(try phases((below * 2).value) == [["matmul"], ["placed"]])
  }

  /// Gradients of activations of 2 MB, which the gradients of weights wait for, do not pile up;
  /// small ones stay together, and a phase is not cut where more passes through it than waits.
  @Test func muchDoesNotWait() throws {
    func plan(rows: Int, layers: Int) throws -> Plan {
      let w = (0..<layers).map { _ in Tensor<Float>.ones([64, 64]).scaledLeaf }
      let y = w.reduce(Tensor<Float>.ones([rows, 64]).scaledLeaf) { $0 • $1 + 1 }
      let gradients = gradient(of: y.squared().sum(), withRespectTo: w).map(\.value)
      return Plan(try Capture(of: gradients).program, verifying: true)
    }
    let activation = 8192 * 64 * 4, deep = try plan(rows: 8192, layers: 10)
    // Ten are kept; of their gradients two or three live at a time.
    #expect(deep.arenaByteCount <= 13 * activation)
    let small = try plan(rows: 64, layers: 10)
    #expect(small.phases.count == 2, "\(small.phases)")
    let shallow = try plan(rows: 8192, layers: 1)
    #expect(shallow.phases.count == 2, "\(shallow.phases)")
  }

  /// A convolution keeps few images in flight, a dense layer many rows: where those are all there
  /// are, neither makes the other leave the caches. Small images and many more go together.
  @Test func convolutionsAndDenseLayersAreApart() throws {
    func plan(side: Int, count: Int = 96) throws -> Plan {
      func leaf(_ shape: Shape) -> Tensor<Float> { Tensor<Float>.ones(shape).scaledLeaf }
      let images = leaf([count, side, side, 4])
      let seen = relu(convolution(images, leaf([3, 3, 4, 8]), padding: .same))
      let features = seen.maxPooled(size: 2).reshaped(to: [count, side * side * 2])
      let hidden = relu(features • leaf([side * side * 2, 48]))
      return Plan(
        try Capture(of: [softmax(hidden • leaf([48, 10])).value]).program, verifying: true)
    }
    let large = try plan(side: 32)
    let inFlight = large.phases.compactMap(\.rows?.inFlight)
    #expect(inFlight.count == 2 && inFlight[0] < 8 && inFlight[1] >= 48, "\(large)")
    #expect(large.rowArenaByteCount < 1 << 19)
    #expect(try plan(side: 4).phases.count == 1)
    #expect(try plan(side: 32, count: 960).phases.count == 1)
  }

  /// A thousand networks at once are one phase, updates with them, however much they take together.
  @Test func updatesGoAlong() {
    let x = Tensor<Float>.ones([1000, 32, 16]).scaledLeaf
    func weight() -> Parameter { Parameter(value: .ones([1000, 16, 16])) }
    let first = weight(), second = weight(), third = weight()
    let optimizer = Optimizer(
      Adam(learningRate: 0.1), for: ["first": first, "second": second, "third": third])
    let y = relu(relu(x • first.value) • second.value) • third.value
    let plan = optimizer.plan(minimizing: y.squared().sum())
    #expect(plan.phases.filter { $0.rows != nil }.count == 1 && plan.phases.count <= 2, "\(plan)")
  }

  /// Copies of what a phase multiplies by would lie beside each other: it takes no more than a few
  /// megabytes of them, whether its steps go by rows or each by itself.
  @Test(arguments: [false, true])
  func noPhaseMultipliesByMuch(follow: Bool) throws {
    func leaf(_ shape: Shape) -> Tensor<Float> { Tensor<Float>.ones(shape).scaledLeaf }
    let results = (0..<8).map { _ in
      let a = leaf([1024, 512]), b = leaf([1024, 256])
      return a.transposed() • b
    }
    let values =
      follow ? [results.reduce(leaf([512, 256])) { tanh($0 + $1) }.value] : results.map(\.value)
    let plan = Plan(try Capture(of: values).program, verifying: true)
    let counts = plan.phases.map { phase in
      phase.steps.count { if case .contraction = plan.steps[$0].core { true } else { false } }
    }
    #expect(counts.reduce(0, +) == 8 && counts.max()! <= 2, "\(plan)")
    // The same b for each is one.
    let (x, w) = (leaf([2048, 512]), leaf([512, 512]))
    let deep = (0..<8).reduce(x) { y, _ in tanh(y • w) }
    let one = Plan(try Capture(of: [deep.value]).program, verifying: true)
    #expect(one.phases.count == 1, "\(one)")
  }

  @Test func whatIsIndependentRunsTogether() throws {
    #expect(
      try phases((x.transposed() • x).value, x.sum(along: 0).value, (w • w).value)
        == [["matmul", "reduction", "matmul"]])
  }
}

extension Tensor where Scalar == Float {
  /// A leaf, so that plans read it from memory.
  fileprivate var scaledLeaf: Tensor {
    evaluate(self)
    return detached()
  }
}
