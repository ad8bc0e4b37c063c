// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Slices, rows and elements of known numbers: read without a plan, the same to everything else.
@Suite struct KnownPartTests {
  /// A tensor with known numbers, each its own place, behind some movements, and the indices of
  /// its elements in the original.
  private static func source(_ choice: inout SplitMix) -> (x: Tensor<Int32>, places: Places) {
    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &choice) }
    let shape = Shape((0..<(1 + below(3))).map { _ in 1 + below(5) })
    var x = Tensor<Int32>(shape: shape, scalars: (0..<shape.elementCount).map { Int32($0) })
    var places = Places(shape: Array(shape), of: Array(0..<shape.elementCount))
    if below(2) == 0 { x = x.named("x") }
    if below(3) == 0 {
      x = Tensor(x.value.transposed(Shape((0..<shape.rank).reversed())))
      places = places.reversed()
    }
    if below(3) == 0 {
      x = x.reshaped(to: [x.elementCount, 1])
      places = Places(shape: [places.of.count, 1], of: places.of)
    }
    return (x, places)
  }

  /// Elements of a tensor in row-major order, as places in another.
  struct Places {
    let shape: [Int]
    let of: [Int]

    func at(_ index: [Int]) -> Int { of[zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }] }

    func reversed() -> Places {
      let turned = Places(shape: shape.reversed(), of: [])
      return Places(
        shape: turned.shape, of: turned.indices.map { at(Array($0.reversed())) })
    }

    var indices: [[Int]] {
      shape.reduce([[]]) { found, extent in found.flatMap { i in (0..<extent).map { i + [$0] } } }
    }

    /// The part at `starts` with these extents, without the axes of `dropped`.
    func part(_ starts: [Int], _ extents: [Int], dropping dropped: Set<Int>) -> Places {
      let whole = Places(shape: extents, of: [])
      return Places(
        shape: extents.indices.filter { !dropped.contains($0) }.map { extents[$0] },
        of: whole.indices.map { at(zip($0, starts).map(+)) })
    }
  }

  @Test("Chains of slices", arguments: 0..<500)
  func chains(seed: Int) {
    var choice = SplitMix(seed: seed)
    var (x, places) = KnownPartTests.source(&choice)
    for _ in 0..<3 {
      var starts: [Int] = [], extents: [Int] = [], dropped: Set<Int> = [], steps: [IndexStep] = []
      for (axis, extent) in places.shape.enumerated() {
        if Int.random(in: 0..<3, using: &choice) == 0, extent > 0 {
          starts.append(Int.random(in: 0..<extent, using: &choice))
          extents.append(1)
          dropped.insert(axis)
          steps.append(starts[axis].step)
        } else {
          starts.append(Int.random(in: 0...extent, using: &choice))
          extents.append(Int.random(in: 0...(extent - starts[axis]), using: &choice))
          steps.append((starts[axis]..<(starts[axis] + extents[axis])).step)
        }
      }
      x = Tensor(try! x.value.indexed(steps))
      places = places.part(starts, extents, dropping: dropped)
      #expect(Array(x.shape) == places.shape)
      let numbers = places.of.map { Int32($0) }
      // As an argument of a plan first, then by itself: unread and read are the same.
      #expect((x + 1).scalars == numbers.map { $0 + 1 })
      if seed % 2 == 0 { #expect(x.scalars == numbers) }
      if x.elementCount == 1 { #expect(Int32(x) == numbers[0]) }
    }
  }

  @Test("Parts that are not copied, and parts that are", arguments: [1, 31, 2000])
  func largeParts(rows: Int) {
    let numbers = NaiveSums.random(count: 4000 * 7, seed: rows)
    let x = Tensor<Float>(shape: [4000, 7], scalars: numbers)
    let part = x[3..<(3 + rows)], column = x[3..<(3 + rows), 2]
    let expected = Array(numbers[21..<(21 + rows * 7)])
    #expect(part.scalars == expected)
    #expect((part * 2).scalars == expected.map { $0 * 2 })
    let firsts = stride(from: 2, to: expected.count, by: 7).map { expected[$0] }
    #expect(column.scalars == firsts)
    #expect((x[3..<(3 + rows)].transposed()[2] - 1).scalars == firsts.map { $0 - 1 })
    // The same bits as for a copy.
    let copy = Tensor<Float>(shape: part.shape, scalars: expected)
    let w = Tensor<Float>(shape: [7, 5], scalars: NaiveSums.random(count: 35, seed: 1))
    #expect((part • w).scalars == (copy • w).scalars)
    #expect(part.sum(along: 0).scalars == copy.sum(along: 0).scalars)
  }

  @Test func aPartOutlivesItsWhole() {
    var parts: [Tensor<Float>] = []
    for start in 0..<5 {
      let x = Tensor<Float>(shape: [2000, 4], scalars: .init(repeating: Float(start), count: 8000))
      let part = x[100..<1900].detached()
      evaluate(part)
      parts.append(part.detached())
    }
    for (start, part) in parts.enumerated() {
      #expect(part.scalars == .init(repeating: Float(start), count: 7200))
    }
  }

  @Test("Gradients see the slice, read or not", arguments: [false, true])
  func gradients(isRead: Bool) {
    let x = Tensor<Float>([[1, 2, 3], [4, 5, 6]]).named("x")
    let part = x[1, 0..<2], element = x[0, 2]
    if isRead { evaluate(part, element) }
    let loss = (part * part).sum() * element
    let (xg, partg) = gradient(of: loss, withRespectTo: x, part)
    #expect(xg.scalars == [0, 0, 41, 24, 30, 0])
    #expect(partg.scalars == [24, 30])
    let second = gradient(of: xg.squared().sum(), withRespectTo: x)
    let expected = gradient(
      of: gradient(of: (x[1, 0..<2].squared().sum() * x[0, 2]), withRespectTo: x).squared().sum(),
      withRespectTo: x)
    #expect(second.scalars == expected.scalars)
  }

  @Test func noPlans() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor<Float>(shape: [64, 32], scalars: .init(repeating: 1, count: 2048)).named("x")
      func expectPlans(_ count: Int, _ name: String, _ work: (Int) -> Void) {
        let before = PlanCache.shared.misses
        for i in 0..<30 { work(i) }
        let made = PlanCache.shared.misses - before
        if made != count { fatalError("\(name): \(made) plans") }
      }
      expectPlans(0, "elements") { if Float(x[$0, $0]) != 1 { fatalError() } }
      expectPlans(0, "rows") { if x[$0].scalars.count != 32 { fatalError() } }
      expectPlans(0, "columns") { if x[.all, $0].scalars.count != 64 { fatalError() } }
      expectPlans(1, "rows in a sum") { if Float((x[$0] * 2).sum()) != 64 { fatalError() } }
      expectPlans(1, "batches") { if Float((x[$0..<($0 + 8)] * 2).sum()) != 512 { fatalError() } }
      expectPlans(1, "columns in a sum") {
        if Float((x[.all, $0] + 1).sum()) != 128 { fatalError() }
      }
      expectPlans(1, "an inner product") { i in
        var sum = Tensor<Float>(0)
        for p in 0..<5 { sum = sum + x[i, p] * x[p, i] }
        if Float(sum) != 5 { fatalError() }
      }
    }
  }

  /// What nobody has read yet is computed whole when its second element is read, and kept.
  @Test(arguments: 0..<4)
  func elementsOfWhatIsNotKnownYet(kind: Int) {
    let x = Tensor<Float>((0..<24).map(Float.init)).reshaped(to: [4, 6])
    let y =
      switch kind {
      case 0: x * 2 + 1
      case 1: x.transposed().reshaped(to: [4, 6])
      case 2: x.reshaped(to: [4, 1, 6]).expanded(to: [4, 3, 6])[.all, 1]
      default: x.reversed(along: 1)
      }
    let expected = (0..<24).map { place -> Float in
      let (i, k) = (place / 6, place % 6)
      return switch kind {
      case 0: Float(place * 2 + 1)
      case 1: Float(place % 4 * 6 + place / 4)
      case 2: Float(place)
      default: Float(i * 6 + 5 - k)
      }
    }
    _ = Float(y[0, 0])
    #expect(!y.value.node.hasNumbers)
    #expect((0..<24).map { Float(y[$0 / 6, $0 % 6]) } == expected)
    // An element of a view of known numbers is read where it stands.
    let isComputed = y.value.node.hasNumbers || y.value.node.sliced?.hasNumbers == true
    #expect(isComputed == (kind < 3))
    #expect(gradient(of: (y * y).sum(), withRespectTo: x).sum().scalars.count == 1)
  }

  @Test func recordedFunctionsReadConstantPartsOnceAndArgumentsAnew() {
    let table: Tensor<Float> = [[1, 2], [3, 4]]
    let f = recorded { (x: Tensor<Float>) in x[1] * table[0] + x[0, 1] }
    #expect(f([[1, 2], [3, 4]]).scalars == [5, 10])
    #expect(f([[5, 6], [7, 8]]).scalars == [13, 22])
  }
}
