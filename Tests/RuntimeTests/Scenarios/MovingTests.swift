// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Padding, gathering, scattering and random numbers against loops.
@Suite struct MovingTests {
  @Test("Padding", arguments: 0..<60)
  func padded(seed: Int) {
    var choice = SplitMix(seed: seed)
    let shape = (0..<choice.below(5)).map { _ in choice.pick([0, 1, 2, 3, 5, 12]) }
    let starts = shape.map { _ in choice.below(3) }
    let target = zip(shape, starts).map { $0 + $1 + choice.below(3) }
    let x = Naive(shape, choice.floats(shape.reduce(1, *)))
    let expected = Naive<Float>(target) { index in
      let inner = zip(index, starts).map { $0 - $1 }
      let isInside = zip(inner, shape).allSatisfy { $0 >= 0 && $0 < $1 }
      return isInside ? x[inner] : 0
    }
    func padded<T>(_ x: Tensor<T>) -> Tensor<T> {
      Tensor<T>(x.value.padded(to: Shape(target), at: Shape(starts)))
    }
    #expect(padded(x.tensor).scalars == expected.numbers)
    #expect(padded(Tensor<Double>(x.tensor)).scalars == expected.numbers.map { Double($0) })
    let isLarge: [Bool] = expected.numbers.map { (number: Float) -> Bool in number > 0 }
    #expect(padded(x.tensor .> 0).scalars == isLarge)
    let followed: [Float] = (padded(x.tensor * 2) + 1).scalars
    let doubled: [Float] = expected.numbers.map { (number: Float) -> Float in number * 2 + 1 }
    #expect(followed == doubled)
  }

  @Test("Views of many axes, some of which are stretched", arguments: 0..<60)
  func stretched(seed: Int) {
    var choice = SplitMix(seed: seed)
    // Up to thirteen axes that no two of which can be read as one.
    let rank = 2 + choice.below(12)
    let shape = (0..<rank).map { _ in choice.pick(rank > 7 ? [1, 2, 2, 3] : [1, 2, 3, 8, 17]) }
    let kept = shape.map { choice.isTrue(oneIn: 3) ? 1 : $0 }
    let order = choice.permutation(rank)
    let x = Naive(kept, choice.floats(kept.reduce(1, *)))
    let count = shape.reduce(1, *), positions = (0..<count).map { Float($0) }
    let expected = Naive<Float>(order.map { shape[$0] }) { index in
      var source = [Int](repeating: 0, count: rank)
      for (axis, from) in order.enumerated() { source[from] = kept[from] == 1 ? 0 : index[axis] }
      return x[source]
    }
    let view = x.tensor.value.expanded(to: Shape(shape)).transposed(Shape(order))
    let other = Tensor<Float>(positions).reshaped(to: Shape(order.map { shape[$0] }))
    let sums: [Float] = zip(expected.numbers, positions).map { $0 + $1 }
    #expect((Tensor<Float>(view) + other).scalars == sums)
  }

  @Test("Gathering and scattering", arguments: 0..<60)
  func gathered(seed: Int) {
    var choice = SplitMix(seed: seed)
    let count = choice.pick([1, 2, 7, 300])
    let rest = choice.pick([[], [1], [3], [0], [2, 5], [700]])
    let indexShape = choice.pick([[], [0], [1], [5], [2, 3], [40]])
    let table = Naive([count] + rest, choice.floats(([count] + rest).reduce(1, *)))
    let rows = choice.integers(indexShape.reduce(1, *), in: 0...Int32(count - 1))
    let indices = Naive(indexShape, rows), leaf = table.tensor
    let picked = leaf.gathered(indices.tensor)
    let expected = Naive<Float>(indexShape + rest) { index in
      let row = indices[Array(index.prefix(indexShape.count))]
      return table[[Int(row)] + index.dropFirst(indexShape.count)]
    }
    #expect(Array(picked.shape) == expected.shape)
    #expect(picked.scalars == expected.numbers)

    // The same order of additions as a loop over the indices.
    let width = rest.reduce(1, *)
    var sums = [Float](repeating: 0, count: count * width)
    for (position, row) in rows.enumerated() {
      for column in 0..<width {
        sums[Int(row) * width + column] += expected.numbers[position * width + column]
      }
    }
    let checked = indices.tensor.value.checked(below: count, for: .gather)
    let scattered = Tensor<Float>(picked.value.scatterAdded(checked, count: count))
    #expect(Array(scattered.shape) == table.shape)
    #expect(scattered.scalars == sums)
    // A row's derivative counts how often it was picked.
    let slope = gradient(of: picked.sum(), withRespectTo: leaf)
    let uses = (0..<count).map { row in Float(rows.count { $0 == Int32(row) }) }
    #expect(slope.scalars == uses.flatMap { [Float](repeating: $0, count: width) })
  }

  @Test("With batch axes", arguments: 0..<20)
  func batches(seed: Int) {
    var choice = SplitMix(seed: seed)
    let batch = choice.pick([1, 2, 5]), count = choice.pick([1, 4])
    let width = choice.pick([1, 3, 600]), picks = choice.pick([1, 3])
    let table = Naive([batch, count, width], choice.floats(batch * count * width))
    let indices = Naive(
      [batch, picks], choice.integers(batch * picks, in: 0...Int32(count - 1)))
    let checked = indices.tensor.value.checked(below: count, for: .gather)
    let picked = Tensor<Float>(table.tensor.value.gathered(checked, batchRank: 1))
    let expected = Naive<Float>([batch, picks, width]) {
      table[[$0[0], Int(indices[[$0[0], $0[1]]]), $0[2]]]
    }
    #expect(picked.scalars == expected.numbers)
    let scattered = Tensor<Float>(
      picked.value.scatterAdded(checked, count: count, batchRank: 1))
    let sums = Naive<Float>([batch, count, width]) { place in
      (0..<picks).reduce(Float(0)) { sum, pick in
        Int(indices[[place[0], pick]]) == place[1]
          ? sum + expected[[place[0], pick, place[2]]] : sum
      }
    }
    #expect(scattered.scalars == sums.numbers)
  }

  @Test func gatheringTakesViews() {
    let table: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
    let indices: Tensor<Int32> = [[2, 0], [1, 1]]
    #expect(table.transposed().gathered(indices[.all, 0]).scalars == [3, 6, 2, 5])
    #expect(table[.all, 1...].gathered([1, 0]).scalars == [5, 6, 2, 3])
    #expect((table * 2).gathered(indices[1] - 1).scalars == [2, 4, 6, 2, 4, 6])
    #expect(Tensor<Float>.full([3], 4).gathered([2]).scalars == [4])
    #expect(Tensor<Float>(range: 0..<5).gathered([4, 0]).scalars == [4, 0])
    #expect(table.gathered(0).scalars == [1, 2, 3])
  }

  @Test func classesAsRows() {
    let labels: Tensor<Int32> = [2, 0]
    #expect(labels.oneHot(3, as: Float.self).scalars == [0, 0, 1, 1, 0, 0])
    #expect(labels.oneHot(3, as: Int32.self).shape == [2, 3])
  }

  @Test("Random numbers depend on key and position", arguments: [1, 511, 512, 513, 100_003])
  func randomNumbers(count: Int) {
    let key = RandomKey(seed: 7)
    let whole = Tensor<Float>.normal([count], key: key).scalars
    let first = Tensor<Float>.normal([1, Swift.min(count, 5)], key: key).scalars
    #expect(Array(whole.prefix(5)) == first)
    let computed = (Tensor<Float>.normal([count], key: key) * 2).scalars
    #expect(computed == whole.map { $0 * 2 })
    let uniform = Tensor<Double>.uniform([count], key: key).scalars
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(Tensor<Double>.uniform([count], key: key).scalars == uniform)
    #expect(Tensor<Double>.uniform([count], key: RandomKey(seed: 8)).scalars != uniform)
  }

  @Test func randomMoments() {
    let count = 200_000
    let normal = Tensor<Double>.normal([count], key: RandomKey(seed: 3))
    #expect(abs(Double(normal.mean())) < 0.01)
    #expect(abs(Double(normal.squared().mean()) - 1) < 0.02)
    let uniform = Tensor<Float>.uniform([count], from: -1, to: 3, key: RandomKey(seed: 3))
    #expect(abs(Float(uniform.mean()) - 1) < 0.02)
    #expect(Float(uniform.min()) >= -1 && Float(uniform.max()) <= 3)
  }
}
