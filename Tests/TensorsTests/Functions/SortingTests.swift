// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Against Swift's own sort of positions, told apart by the number and then by the place.
@Suite struct SortingTests {
  /// Few and many, around where one way of sorting takes over from another.
  static let lengths = [0, 1, 2, 3, 7, 39, 40, 41, 64, 255, 1000, 4099, 70_000]

  private func check<Number: NumericScalar>(
    _ numbers: [Number], descending: Bool, double: (Number) -> Double, bits: (Number) -> UInt64
  ) {
    let x = Tensor(numbers)
    let places = Reference.places(numbers.map(double), descending: descending)
    #expect(x.sortedIndices(descending: descending).scalars == places.map { Int32($0) })
    let sorted = x.sorted(descending: descending).scalars
    #expect(sorted.map(bits) == places.map { bits(numbers[$0]) })
  }

  @Test(arguments: lengths, [false, true])
  func numbers(count: Int, descending: Bool) {
    var random = SplitMix(seed: UInt64(count) + 1)
    let special: [Float] = [
      .nan, -.nan, .infinity, -.infinity, 0, -0.0, 1, -1, .leastNonzeroMagnitude,
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude, -.leastNormalMagnitude,
    ]
    for share in [0, 3, 1] {
      let floats = (0..<count).map { _ -> Float in
        share > 0 && Int.random(in: 0..<share, using: &random) == 0
          ? special.randomElement(using: &random)!
          : Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
      }
      check(floats, descending: descending, double: { Double($0) }) { UInt64($0.bitPattern) }
      check(floats.map { Double($0) * 1e90 }, descending: descending, double: \.self) {
        $0.bitPattern
      }
      let few = floats.map { Int32(truncatingIfNeeded: $0.bitPattern >> 28) }
      let wide = floats.map { Int32(bitPattern: $0.bitPattern) }
      for integers in [few, wide, few.sorted(), wide.sorted().reversed()] {
        check(integers, descending: descending, double: { Double($0) }) {
          UInt64(UInt32(bitPattern: $0))
        }
      }
    }
  }

  @Test func alongAnyAxis() {
    var random = SplitMix(seed: 4)
    let shape: Shape = [3, 50, 4, 1, 45]
    let numbers = (0..<shape.elementCount).map { _ in
      Double(Int.random(in: 0..<20, using: &random))
    }
    let x = Tensor(shape: shape, scalars: numbers)
    for axis in shape.indices {
      let inner = shape[(axis + 1)...].reduce(1, *), extent = shape[axis]
      var sorted = numbers, indices = numbers.map { _ in Int32(0) }
      for outer in 0..<(numbers.count / extent / inner) {
        for column in 0..<inner {
          func place(_ i: Int) -> Int { (outer * extent + i) * inner + column }
          let line = (0..<extent).map { numbers[place($0)] }
          for (i, from) in Reference.places(line, descending: true).enumerated() {
            sorted[place(i)] = line[from]
            indices[place(i)] = Int32(from)
          }
        }
      }
      #expect(x.sorted(along: axis, descending: true).scalars == sorted)
      #expect(x.sortedIndices(along: axis - 5, descending: true).scalars == indices)
      let turned = x.transposed(4, 3, 2, 1, 0).sorted(along: 4 - axis, descending: true)
      #expect(turned.transposed(4, 3, 2, 1, 0).scalars == sorted)
    }
  }

  @Test func truths() {
    let x = Tensor<Bool>([[true, false, true], [false, false, true]])
    #expect(x.sorted().scalars == [false, true, true, false, false, true])
    #expect(x.sortedIndices(descending: true).scalars == [0, 2, 1, 2, 0, 1])
    #expect(x.sorted(along: 0).scalars == [false, false, true, true, false, true])
  }

  /// The derivative of what is sorted is sorted back, also twice.
  @Test func derivativesGoWhereElementsCameFrom() {
    let x = Tensor<Double>([3, 1, 2, 1])
    let weights = Tensor<Double>([1, 10, 100, 1000])
    let xg = gradient(of: (weights * x.sorted()).sum(), withRespectTo: x)
    #expect(xg.scalars == [1000, 1, 100, 10])
    let square = gradient(of: (weights * x.sorted() * x.sorted()).sum(), withRespectTo: x)
    let second = gradient(of: square.sum(), withRespectTo: x)
    #expect(second.scalars == [2000, 2, 200, 20])
  }

  /// A sort in the middle of other work: its body, and what reads it in another order.
  @Test func amongOtherSteps() {
    let x = Tensor<Float>([[3, 1, 2], [-1, -3, -2]])
    let y = exp(x * 0).squared() * x.sorted(along: 1) * 2 + x.sorted(along: 0).transposed().sum()
    #expect(y.scalars == [2, 4, 6, -6, -4, -2])
    #expect(Tensor<Float>(5).expanded(to: [2, 3]).sorted().scalars == [5, 5, 5, 5, 5, 5])
    #expect(Tensor<Int32>(range: 0..<4).sortedIndices(descending: true).scalars == [3, 2, 1, 0])
  }
}
