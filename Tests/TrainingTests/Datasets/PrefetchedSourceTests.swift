// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct PrefetchedSourceTests {
  private let data = Dataset(
    inputs: Tensor<Float>(range: 0..<40).reshaped(to: [20, 2]), labels: Tensor<Int32>(range: 0..<20)
  )

  @Test(arguments: [1, 2, 10], [nil, RandomKey(seed: 2)])
  func batchesAreTheSame(depth: Int, key: RandomKey?) throws {
    let source = data.transformed(by: .noise(1))
    let prefetched = source.prefetched(depth)
    #expect(prefetched.exampleCount == 20)
    for order in [
      BatchOrder(size: 3, key: key), BatchOrder(size: 3, key: key, droppingLast: true),
      BatchOrder(size: 3, key: key, startingAt: 4), BatchOrder(size: 3, key: key, startingAt: 7),
    ] {
      var reader = prefetched.batches(in: order), plain = try source.batches(in: order)
      while let expected = try plain.next() {
        let batch = try #require(try reader.next())
        #expect(batch.number == expected.number && batch.positions == expected.positions)
        #expect(batch.inputs.scalars == expected.inputs.scalars)
        #expect(batch.labels.scalars == expected.labels.scalars)
      }
      #expect(try reader.next() == nil)
    }
  }

  private struct Refusal: Error {}

  /// A source that cannot begin.
  private struct Broken: BatchSource {
    var exampleCount: Int? { nil }
    func batches(in order: BatchOrder) throws -> Batches<Int32> { throw Refusal() }
  }

  @Test func whatCannotBeginIsSaidWithTheFirstBatch() throws {
    var reader = Broken().prefetched().batches(in: BatchOrder(size: 2))
    #expect(throws: Refusal.self) { try reader.next() }
    #expect(try reader.next() == nil)
  }

  @Test func noDepthIsAMistake() async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = PrefetchedSourceTests().data.prefetched(0)
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("prefetched: 0 batches made ahead. Fix: use 1 or more."), "\(text)")
  }
}
