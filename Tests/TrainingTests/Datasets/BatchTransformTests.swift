// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct BatchTransformTests {
  private let data = Dataset(
    inputs: Tensor<Float>(range: 0..<40).reshaped(to: [10, 4]), labels: Tensor<Int32>(range: 0..<10)
  )

  private func inputs(_ source: some BatchSource, _ order: BatchOrder) throws -> [[Float]] {
    var inputs: [[Float]] = [], reader = try source.batches(in: order)
    while let batch = try reader.next() { inputs.append(batch.inputs.scalars) }
    return inputs
  }

  /// The same bits in each pass of a key, wherever it starts; other ones for each batch and key.
  @Test func chanceComesFromTheKeyAndTheNumberOfTheBatch() throws {
    let source = data.transformed(by: .noise(1))
    #expect(source.exampleCount == 10)
    let order = BatchOrder(size: 3, key: RandomKey(seed: 1))
    let all = try inputs(source, order)
    #expect(all.map(\.count) == [12, 12, 12, 4])
    for first in 0...4 {
      #expect(try inputs(source, order.starting(at: first)) == Array(all.dropFirst(first)))
    }
    let other = BatchOrder(size: 3, key: RandomKey(seed: 2))
    #expect(try inputs(source, other) != all)
    let zeros = Dataset(inputs: .zeros([10, 4]), labels: data.labels).transformed(by: .noise(1))
    let noise = try inputs(zeros, BatchOrder(size: 5, key: RandomKey(seed: 1)))
    #expect(noise[0] != noise[1])
    // Without a key the order is that of the source, and chance comes from seed 0.
    let seed0 = BatchOrder(size: 5, key: RandomKey(seed: 0), isShuffled: false)
    #expect(try inputs(source, BatchOrder(size: 5)) == inputs(source, seed0))
  }

  @Test func rowsAndTargetsStayWithTheirExamples() throws {
    let order = BatchOrder(size: 4, key: RandomKey(seed: 3))
    var reader = try data.transformed(by: .noise(0)).batches(in: order)
    var plain = data.batches(in: order)
    while let batch = try reader.next() {
      let next = plain.next(), expected = try #require(next)
      #expect(batch.positions == expected.positions && batch.number == expected.number)
      #expect(batch.labels.scalars == expected.labels.scalars)
      #expect(batch.inputs.scalars == expected.inputs.scalars)
    }
    #expect(plain.next() == nil)
  }

  /// Two transforms in a row draw other numbers, whether they are put together as transforms or as
  /// sources, also with other sources between.
  @Test func eachTransformHasAKeyOfItsOwn() throws {
    let zeros = Dataset(inputs: .zeros([8, 4]), labels: .zeros([8]))
    let order = BatchOrder(size: 8, key: RandomKey(seed: 1), isShuffled: false)
    let once = try inputs(zeros.transformed(by: .noise(1)), order)[0]
    func isTwice(_ source: some BatchSource) throws -> Bool {
      try inputs(source, order)[0] == once.map { 2 * $0 }
    }
    let twice = BatchTransform<Int32, Int32>.noise(1).followed(by: .noise(1))
    #expect(try !isTwice(zeros.transformed(by: twice)))
    #expect(try !isTwice(zeros.transformed(by: .noise(1)).transformed(by: .noise(1))))
    #expect(try !isTwice(zeros.transformed(by: .noise(1)).prefetched().transformed(by: .noise(1))))
    let within = Wrapper(source: zeros.transformed(by: .noise(1))).transformed(by: .noise(1))
    #expect(try !isTwice(within))
    #expect(try isTwice(zeros.transformed(by: .noise(2))))
  }

  /// A source of a user's own that hands on what another one has.
  private struct Wrapper<Source: BatchSource>: BatchSource {
    let source: Source
    var exampleCount: Int? { source.exampleCount }
    func batches(in order: BatchOrder) throws -> Source.Reader {
      try source.batches(in: order.starting(at: order.first))
    }
  }

  @Test func transformsFollowEachOther() throws {
    let add = BatchTransform<Int32, Int32> { examples, _ in
      Dataset(inputs: examples.inputs + 1, labels: examples.labels)
    }
    let double = BatchTransform<Int32, Float> { examples, _ in
      Dataset(inputs: examples.inputs * 2, targets: Tensor<Float>(examples.labels) / 2)
    }
    let expected: [Float] = data.inputs.scalars.map { ($0 + 1) * 2 }
    for source in [
      data.transformed(by: add.followed(by: double)),
      data.transformed { examples, key in try double(add(examples, key: key), key: key) },
    ] {
      #expect(try inputs(source, BatchOrder(size: 10)) == [expected])
    }
    let chained = data.transformed(by: add).transformed(by: double)
    #expect(try inputs(chained, BatchOrder(size: 10)) == [expected])
    var reader = try chained.batches(in: BatchOrder(size: 2))
    #expect(try reader.next()?.targets.scalars == [0, 0.5])
  }

  private struct Refusal: Error {}

  @Test func anErrorEndsThePass() throws {
    let source = data.transformed { examples, _ in
      if Bool((examples.labels .== 4).any()) { throw Refusal() }
      return examples
    }
    var reader = try source.batches(in: BatchOrder(size: 2))
    #expect(try reader.next() != nil)
    #expect(try reader.next() != nil)
    #expect(throws: Refusal.self) { try reader.next() }
    #expect(try reader.next() == nil)
  }

  @Test func anotherCountIsAMistake() async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let source = BatchTransformTests().data.transformed { examples, _ in
        examples.split(at: 1).rest
      }
      var reader = try source.batches(in: BatchOrder(size: 4))
      _ = try reader.next()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains("transform: makes 3 examples of 4 examples. Fix: make one of each."), "\(text)")
    #expect(text.contains("BatchTransformTests.swift"), "\(text)")
  }

  @Test func bitsAreTheSameOnAnyNumberOfThreads() throws {
    let images = Dataset(
      inputs: Tensor<Float>(range: 0..<512 * 28 * 28).reshaped(to: [512, 28, 28]),
      labels: Tensor<Int32>(range: 0..<512))
    let source = images.transformed(by: .horizontalFlips()).transformed(
      by: .shifts(rows: 2, columns: 3)
    ).transformed(by: .noise(0.5)).transformed(by: .mixup(0.2, classes: 512))
    let limit = Threads.limit
    defer { Threads.limit = limit }
    let order = BatchOrder(size: 500, key: RandomKey(seed: 9))
    let results = try [1, 2, 4].map { threads in
      Threads.limit = threads
      return try inputs(source, order)
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }
}
