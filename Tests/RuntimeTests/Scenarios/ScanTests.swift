// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Scans and sorts of many elements: bits, accuracy, and where they stand in plans.
@Suite(.serialized) struct ScanTests {
  private static func numbers(_ shape: Shape, seed: Int) -> Tensor<Float> {
    var random = SplitMix(seed: seed)
    return Tensor(shape: shape, scalars: random.floats(shape.elementCount, in: -1..<1.5))
  }

  static let layouts: [(shape: Shape, axis: Int)] = [
    ([1_000_000], 0), ([300, 400], 0), ([400, 300], 1), ([20_000, 7], 1), ([7, 20_000], 0),
    ([3, 150, 300], 1), ([40, 30, 100], 2), ([1, 100_000], 1), ([20_000, 1], 0),
  ]

  /// Alone, and among steps that go by rows.
  @Test("The same bits at any number of threads", arguments: layouts, Scan.allCases)
  func threads(layout: (shape: Shape, axis: Int), scan: Scan) {
    let x = Self.numbers(layout.shape, seed: 1).value
    func made(_ x: Value) -> Value {
      if scan == .recurrence {
        return x.recurrence(factors: x.unary(.sigmoid), along: layout.axis, isReversed: true)
      }
      return x.scanned(scan, along: layout.axis, isReversed: true)
    }
    var alone: Numbers?, among: Numbers?
    onThreads([1, 2, 3, 7]) { _ in
      let first = made(x), second = made(x.unary(.tanh)).unary(.negate)
      evaluate([first, second])
      let (a, b) = (Numbers(first), Numbers(second))
      #expect(alone.map { $0 == a } ?? true)
      #expect(among.map { $0 == b } ?? true)
      (alone, among) = (a, b)
    }
    // What is read from memory gives the bits of what is made on the way.
    let stored = x.unary(.tanh)
    evaluate([stored])
    #expect(Numbers(made(stored.detached()).unary(.negate)) == among)
  }

  /// The error of each sum is that of rounding it once, whatever its length.
  @Test(arguments: layouts, [false, true])
  func sumsAreRoundedOnce(layout: (shape: Shape, axis: Int), reversed: Bool) {
    let (shape, axis) = layout
    let x = Self.numbers(shape, seed: 2), numbers = x.scalars
    let sums = x.cumulativeSum(along: axis, reversed: reversed).scalars
    let extent = shape[axis], inner = shape.droppingLeading(axis + 1).elementCount
    var worst = 0.0
    for outer in 0..<shape.leading(axis).elementCount {
      for column in 0..<inner {
        var sum = 0.0, size = 0.0
        for step in 0..<extent {
          let i = reversed ? extent - 1 - step : step
          let place = (outer * extent + i) * inner + column
          sum += Double(numbers[place])
          size += abs(Double(numbers[place]))
          let error = abs(Double(sums[place]) - sum)
          worst = max(worst, error / (abs(sum) * 0x1p-24 + size * 1e-12))
        }
      }
    }
    #expect(worst <= 1)
  }

  @Test func whatReadsAScanElementByElementIsItsBody() throws {
    let x = Self.numbers([64, 100], seed: 3)
    let y = exp(x.cumulativeSum(along: 1)) * x
    let plan = try Plan(Capture(of: [y.value]).program, verifying: true)
    #expect(plan.steps.count == 1)
    #expect("\(plan)".contains("cumulativeSum along axis 1"))
  }

  /// One pass over the rows, as of a reduction; not along the rows themselves.
  @Test func scansAndSortsGoByRows() throws {
    let x = Self.numbers([512, 100], seed: 4)
    func phases(along axis: Int) throws -> [Int?] {
      let y = softmax(x, along: 1).sorted(along: axis).cumulativeSum(along: axis)
      return try Plan(Capture(of: [y.value]).program, verifying: true)
        .phases.map { $0.rows?.count }
    }
    let along = try phases(along: 1), across = try phases(along: 0)
    #expect(along == [512] && across.count > 1)
  }
}

/// The numbers of either type, among which there is no NaN here.
private enum Numbers: Equatable {
  case floats([Float])
  case places([Int32])

  init(_ value: Value) {
    self =
      value.elementType == .int32
      ? .places(Tensor<Int32>(value).scalars) : .floats(Tensor<Float>(value).scalars)
  }
}
