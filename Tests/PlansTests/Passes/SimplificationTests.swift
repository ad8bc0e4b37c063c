// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

@Suite struct SimplificationTests {
  init() { Plan.verifiesByDefault = true }

  private static let special: [Float] = [
    0, -0.0, 1.5, -2, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
  ]

  /// A formula, whether it is nothing but x, and what it does to a number.
  struct Rule: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let isDropped: Bool
    let formula: @Sendable (Value) -> Value
    let number: @Sendable (Float) -> Float

    init(
      _ name: String, isDropped: Bool, _ formula: @escaping @Sendable (Value) -> Value,
      _ number: @escaping @Sendable (Float) -> Float
    ) {
      (testDescription, self.isDropped, self.formula) = (name, isDropped, formula)
      self.number = number
    }
  }

  private static func constant(_ number: Double) -> Value { .constant(number, .float) }

  static let rules: [Rule] = [
    Rule("x · 1", isDropped: true, { $0 * constant(1) }, { $0 * 1 }),
    Rule("1 · x", isDropped: true, { constant(1) * $0 }, { 1 * $0 }),
    Rule("x · ones", isDropped: true, { $0 * Value.full($0.shape, 1, .float) }, { $0 * 1 }),
    Rule("x / 1", isDropped: true, { $0 / constant(1) }, { $0 / 1 }),
    Rule("x - 0", isDropped: true, { $0 - constant(0) }, { $0 - 0 }),
    Rule("--x", isDropped: true, { -(-$0) }, { -(-$0) }),
    Rule("x + 0", isDropped: false, { $0 + constant(0) }, { $0 + 0 }),
    Rule("0 + x", isDropped: false, { constant(0) + $0 }, { 0 + $0 }),
    Rule("x - -0", isDropped: false, { $0 - constant(-0.0) }, { $0 - (-0.0) }),
    Rule("0 - x", isDropped: false, { constant(0) - $0 }, { 0 - $0 }),
    Rule("1 / x", isDropped: false, { constant(1) / $0 }, { 1 / $0 }),
    Rule("0 x", isDropped: false, { constant(0) * $0 }, { 0 * $0 }),
    Rule("reshape back", isDropped: true, { $0.reshaped(to: [2, 4]).reshaped(to: [8]) }, { $0 }),
    Rule(
      "transpose back", isDropped: true,
      {
        $0.reshaped(to: [2, 4]).transposed([1, 0]).transposed([1, 0]).reshaped(to: [8])
      }, { $0 }),
    Rule(
      "transposed, but not back", isDropped: false,
      {
        $0.reshaped(to: [2, 2, 2]).transposed([1, 2, 0]).transposed([1, 2, 0])
          .transposed([0, 2, 1]).transposed([2, 1, 0]).transposed([2, 1, 0]).transposed([0, 2, 1])
          .transposed([1, 2, 0]).reshaped(to: [8]) + constant(-0.0)
      }, { $0 }),
  ]

  @Test("Rules keep every bit", arguments: rules)
  func rule(rule: Rule) throws {
    let x = Tensor(SimplificationTests.special).value
    let expected = Tensor(SimplificationTests.special.map(rule.number)).value
    #expect(rule.formula(x).bits == expected.bits)
    let program = try Capture(of: [rule.formula(x)]).program.simplified()
    let isArgument = program.entries.count == 1 && program.entries[0].inputs.count == 0
    #expect(isArgument == rule.isDropped)
  }

  @Test func onesThatStretchAreKept() {
    let x = Tensor<Float>([1, 2]).value
    #expect((x * Value.full([2, 2], 1, .float)).shape == [2, 2])
    #expect((x * Value.full([2, 2], 1, .float)).bits == x.bits + x.bits)
    let twice = x.reshaped(to: [1, 2]).expanded(to: [2, 2]).expanded(to: [3, 2, 2])
    #expect(twice.bits == x.bits + x.bits + x.bits + x.bits + x.bits + x.bits)
  }

  @Test func equalEntriesMerge() throws {
    let x = Tensor<Float>([1, 2]).value, y = Tensor<Float>([3, 4]).value
    func count(_ values: Value...) throws -> Int {
      try Capture(of: values).program.simplified().entries.count
    }
    #expect(try count(x * y + x * y) == 4)
    #expect(try count(x * y + y * x) == 5)
    // The same numbers in two tensors are two arguments; a plan does not know numbers.
    #expect(try count(x + Tensor<Float>([1, 2]).value) == 3)
    #expect(try count(x * Value.scalar(3, .float) + x * Value.scalar(3, .float)) == 6)
    #expect(try count(x.reduced(.sum, AxisSet([0])), x.reduced(.max, AxisSet([0]))) == 3)
    #expect(try count(x.unary(.exp), x.unary(.exp)) == 2)
    #expect(try count(Value.iota(2, .float) + Value.iota(2, .float)) == 2)
    #expect(try count(Value.iota(2, .float), Value.iota(2, .double)) == 2)
    let key = RandomKey(seed: 1)
    func noise() -> Value { .random(.normal, [2], .float, key: key) }
    #expect(try count(noise() + noise()) == 3)
  }

  @Test func whatNoResultNeedsIsDropped() throws {
    let x = Tensor<Float>([1, 2]).value, unused = Tensor<Float>([5]).value
    let program = try Capture(of: [(x * Value.constant(1, .float)).reshaped(to: [2, 1])]).program
    #expect(program.entries.count == 4)
    #expect(program.simplified().entries.map(\.operation.name) == ["data", "reshaped"])
    let named = unused.named("bias").detached().named("again")
    #expect(try Capture(of: [x + named]).program.entries.count == 3)
  }

  @Test func resultsFollowTheirEntries() throws {
    let x = Tensor<Float>([1, 2]).value
    let y = x + x
    let program = try Capture(of: [y, x, y * Value.constant(1, .float)]).program.simplified()
    #expect(program.results == [1, 0, 1])
  }

  // MARK: Parts

  private func placedCount(_ values: [Value]) throws -> Int {
    try Capture(of: values).program.simplified().entries.count {
      $0.operation.placesOfParts != nil
    }
  }

  private static let table = Tensor<Float>((0..<120).map(Float.init)).reshaped(to: [4, 5, 6])

  @Test("Slices that are stacked as they lie are a view", arguments: 0..<3)
  func stackedSlices(axis: Int) throws {
    let y = (Self.table * 3).value, count = y.shape[axis]
    func slice(_ index: Int) -> Value {
      var starts: Shape = [0, 0, 0], extents = y.shape
      (starts[axis], extents[axis]) = (index, 1)
      return y.sliced(from: starts, extents: extents, dropping: AxisSet([axis]))
    }
    let indices = [
      Array(0..<count), Array(0..<count).reversed(), [1, 3], [3, 1], [0, 1, 3], [2, 2],
    ]
    for order in indices {
      let stacked = Value.stacked(order.map(slice), along: axis)
      let steps = order.count > 1 ? order[1] - order[0] : 0
      let isView = steps != 0 && order.indices.allSatisfy { order[$0] == order[0] + $0 * steps }
      #expect(try placedCount([stacked]) == (isView ? 0 : 1))
      // By hand: element [.., j, ..] of the table.
      let expected = Tensor<Float>(stacked.movingAxis(axis, to: 0))
      for (place, index) in order.enumerated() {
        let one = Tensor<Float>(slice(index))
        #expect(expected[place].scalars == one.scalars)
      }
      // Elsewhere a copy is made.
      let moved = Value.stacked(order.map(slice), along: (axis + 1) % 3)
      #expect(try placedCount([moved]) == 1)
      #expect(Tensor<Float>(moved.movingAxis((axis + 1) % 3, to: 0)).scalars == expected.scalars)
    }
  }

  @Test func partsInAnyOrderAreOneWhole() throws {
    let parts = (0..<5).map { (Self.table[0] * Float($0 + 1)).value }
    let places = (0..<5).map { Place(starts: [5 * $0, 0]) }
    func placed(_ order: [Int], overlapping: Int = 0) -> Value {
      Value.placed(
        order.map { (parts[$0], places[$0].starts, nil) }, in: [25 + overlapping, 6])
    }
    #expect(try placedCount([placed([0, 1, 2, 3, 4]), placed([3, 1, 4, 0, 2])]) == 1)
    #expect(placed([0, 1, 2, 3, 4]).bits == placed([3, 1, 4, 0, 2]).bits)
    // Among zeros they stay as they were written.
    #expect(
      try placedCount([
        placed([0, 1, 2, 3, 4], overlapping: 1), placed([3, 1, 4, 0, 2], overlapping: 1),
      ]) == 2)
  }

  /// Whole numbers, and zeros of both signs, at places beside or over each other.
  @Test("A slice of parts is one of the part that it lies in", arguments: 0..<60 as Range<UInt64>)
  func slicesOfParts(seed: UInt64) throws {
    var choice = SplitMix(seed: seed)
    let whole: Shape = [6, 9]
    var parts: [(value: Value, starts: Shape, strides: Shape?)] = []
    var corners = [(0, 0), (0, 5), (3, 0), (3, 5)]
    if seed % 3 == 0 { corners.append((2, 4)) }
    for (row, column) in corners {
      let extents: Shape = [1 + choice.below(3), 1 + choice.below(4)]
      let numbers = (0..<extents.elementCount).map { _ in
        [-0.0, 0, 1, 2, 3][choice.below(5)] as Float
      }
      let isSparse = choice.isTrue(oneIn: 4) && extents[1] <= 2
      let part = Tensor(numbers).reshaped(to: extents) * 3
      parts.append((part.value, [row, column], isSparse ? [1, 2] : nil))
    }
    let placed = Value.placed(parts, in: whole)
    let known = Tensor(Tensor<Float>(placed).scalars).reshaped(to: whole).value
    for _ in 0..<40 {
      let extents: Shape = [1 + choice.below(3), 1 + choice.below(4)]
      var starts: Shape = [0, 0], strides: Shape = [1, 1]
      for axis in 0..<2 {
        starts[axis] = choice.below(whole[axis] - extents[axis] + 1)
        if choice.isTrue(oneIn: 4) {
          (starts[axis], strides[axis]) = (starts[axis] + extents[axis] - 1, -1)
        }
      }
      let dropped = AxisSet((0..<2).filter { extents[$0] == 1 && choice.isTrue(oneIn: 2) })
      func slice(_ value: Value) -> Value {
        value.strided(from: starts, extents: extents, by: strides, dropping: dropped)
      }
      #expect(slice(placed).bits == slice(known).bits)
    }
  }

  /// Padding along one axis after the other is one copy, with the bits of several: whatever stands
  /// in it, apart or over each other, at strides of either sign.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func whatIsPlacedTwiceIsPlacedOnce(seed: UInt64) throws {
    var choice = SplitMix(seed: seed)
    let parts = (0..<(1 + choice.below(3))).map { number in
      let numbers = (0..<6).map { _ in [-0.0, 0, 1, 2, 3][choice.below(5)] as Float }
      let strides: Shape = choice.isTrue(oneIn: 2) ? [2, -1] : [1, 1]
      let start = choice.below(3)
      return (
        value: (Tensor(numbers).reshaped(to: [2, 3]) * 3).value,
        starts: [start, strides[1] < 0 ? 2 + 2 * number : 2 * number] as Shape, strides: strides
      )
    }
    let row = choice.below(4)
    func inner() -> Value { Value.placed(parts, in: [5, 9]) }
    let known = Tensor(Tensor<Float>(inner()).scalars).reshaped(to: [5, 9]).value
    func padded(_ value: Value) -> Value {
      value.padded(to: [8, 9], at: [row, 0]).padded(to: [8, 12], at: [0, 1])
    }
    #expect(padded(inner()).bits == padded(known).bits)
    #expect(try placedCount([padded(inner())]) == 1)
  }

  @Test func derivativesOfAssignmentsNeedNoWholeEach() throws {
    func byteCount(rows: Int) throws -> Int {
      let x = Tensor<Float>((0..<rows * 16).map(Float.init)).reshaped(to: [rows, 16])
      var y = Tensor<Float>.zeros([rows, 16])
      for row in 0..<rows { y[row, 0..<8] = tanh(x[row, 0..<8]) }
      let xg = gradient(of: (y * y).sum(), withRespectTo: x)
      return try Plan(Capture(of: [xg.value]).program, verifying: true).arenaByteCount
    }
    let few = try byteCount(rows: 40), many = try byteCount(rows: 160)
    #expect(many < 6 * few, "\(few) bytes for 40 rows, \(many) for 160")
  }
}
