// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct BatchStreamTests {
  /// Examples whose inputs and labels are their positions.
  private static func examples(_ rows: Range<Int>) -> Dataset<Int32> {
    Dataset(inputs: Tensor<Float>(range: rows).expandingShape(at: 1), labels: Tensor(range: rows))
  }

  private func rows(_ stream: BatchStream<Int32>, _ order: BatchOrder) throws -> [[Int]] {
    var rows: [[Int]] = [], reader = stream.batches(in: order)
    while let batch = try reader.next() {
      let labels = batch.labels.scalars.map { Int($0) }
      #expect(labels == batch.positions && labels == batch.inputs.scalars.map { Int($0) })
      #expect(batch.number == order.first + rows.count)
      rows.append(labels)
    }
    return rows
  }

  /// Chunks of 5, 0, 1, 7, 3 and 4 examples: 20 in all.
  private static let borders = [0, 5, 5, 6, 13, 16, 20]

  /// The same 20 examples, in the three ways that there are.
  private static func streams(window: Int, depth: Int = 2) -> [BatchStream<Int32>] {
    let chunks = zip(borders, borders.dropFirst()).map { examples($0..<$1) }
    return [
      BatchStream(
        exampleCount: 20, chunkSize: 6, window: window, prefetching: depth, examples),
      BatchStream(window: window, prefetching: depth) { $0 < chunks.count ? chunks[$0] : nil },
      BatchStream(chunks, window: window, prefetching: depth),
    ]
  }

  @Test(arguments: [1, 3, 7, 20, 21, Int.max], [0, 8])
  func batchesAreCutFromChunks(size: Int, window: Int) throws {
    let all = stride(from: 0, to: 20, by: size).map { Array($0..<min(20, $0 + min(size, 20))) }
    for stream in Self.streams(window: window) {
      #expect(try rows(stream, BatchOrder(size: size)) == all)
      let order = BatchOrder(size: size, droppingLast: true)
      #expect(try rows(stream, order) == all.filter { $0.count == size })
      for first in [1, 2, all.count, 40] {
        let expected = Array(all.dropFirst(first))
        #expect(try rows(stream, BatchOrder(size: size, startingAt: first)) == expected)
      }
      let unshuffled = BatchOrder(size: size, key: RandomKey(seed: 1), isShuffled: false)
      #expect(try rows(stream, unshuffled) == all)
    }
  }

  @Test(arguments: [1, 3, 7, 20], [0, 1, 8, 100])
  func shufflingDependsOnTheKeyAlone(size: Int, window: Int) throws {
    for (kind, stream) in Self.streams(window: window).enumerated() {
      let order = BatchOrder(size: size, key: RandomKey(seed: 4))
      let all = try rows(stream, order), sequence = Array(all.joined())
      #expect(sequence.sorted() == Array(0..<20))
      #expect(all.dropLast().allSatisfy { $0.count == size })
      #expect(try rows(stream, order) == all)
      for first in 0...all.count {
        #expect(try rows(stream, order.starting(at: first)) == Array(all.dropFirst(first)))
      }
      let other = BatchOrder(size: 20, key: RandomKey(seed: 5))
      if kind == 0 || window > 0 { #expect(try rows(stream, other)[0] != sequence) }
      if kind == 0 { continue }
      // Whole chunks until there are as many examples as the window, shuffled among themselves.
      let borders: [Int] =
        switch window {
        case 0: Array(0...20)
        case 1: Self.borders
        case 8: [0, 13, 20]
        default: [0, 20]
        }
      for (start, end) in zip(borders, borders.dropFirst()) {
        #expect(sequence[start..<end].sorted() == Array(start..<end))
      }
    }
  }

  @Test func timingChangesNothing() throws {
    let order = BatchOrder(size: 3, key: RandomKey(seed: 4))
    for depth in [1, 3, 50] {
      let expected = try rows(Self.streams(window: 8)[0], order)
      let slow = BatchStream(exampleCount: 20, chunkSize: 6, window: 8, prefetching: depth) {
        rows in
        usleep(UInt32.random(in: 0...5000))
        return Self.examples(rows)
      }
      #expect(try rows(slow, order) == expected)
    }
  }

  /// A pass of known rows that starts late reads only what it needs.
  @Test func nothingIsReadThatIsNotNeeded() throws {
    for key in [nil, RandomKey(seed: 1)] {
      let read = Mutex<[Range<Int>]>([])
      let stream = BatchStream(exampleCount: 100, chunkSize: 10, window: 20) { rows in
        read.withLock { $0.append(rows) }
        return Self.examples(rows)
      }
      #expect(stream.exampleCount == 100)
      #expect(try rows(stream, BatchOrder(size: 8, key: key, startingAt: 11)).joined().count == 12)
      #expect(read.withLock { $0.count } == 2)
    }
  }

  private struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  @Test func errorsComeWithTheirText() throws {
    func error(_ stream: BatchStream<Int32>, after count: Int) throws -> String {
      var reader = stream.batches(in: BatchOrder(size: 2))
      for _ in 0..<count { #expect(try reader.next()?.count == 2) }
      let error = #expect(throws: (any Error).self) { try reader.next() }
      #expect(try reader.next() == nil)
      return error.map { "\($0)" } ?? ""
    }
    let broken = BatchStream<Int32>(window: 0) { number in
      if number == 2 { throw Refusal(description: "part-2.csv:17: expected 5 fields") }
      return Self.examples(2 * number..<2 * number + 2)
    }
    #expect(try error(broken, after: 2) == "part-2.csv:17: expected 5 fields")
    let short = BatchStream<Int32>(exampleCount: 10, chunkSize: 4, window: 0) { rows in
      Self.examples(rows.lowerBound..<min(rows.upperBound, 7))
    }
    #expect(try error(short, after: 2) == "4 examples 4..<8 were asked for and 3 came")
    let uneven = BatchStream<Int32>(window: 0) { number in
      Dataset(inputs: .zeros([2, number / 2 + 3]), labels: .zeros([2]))
    }
    #expect(
      try error(uneven, after: 2)
        == "from position 4 on, examples have inputs of the shape [4], those before [3]")
  }

  /// 600 MB pass through an address space of 200 MB more.
  @Test func memoryIsBounded() async {
    await #expect(processExitsWith: .success) {
      let stream = BatchStream(exampleCount: 600_000, chunkSize: 10_000, window: 20_000) { rows in
        Dataset(inputs: .full([rows.count, 250], 1), labels: .zeros([rows.count]))
      }
      // What starts with the first pass: threads and their stacks.
      var reader = stream.batches(in: BatchOrder(size: 1000, key: RandomKey(seed: 1)))
      _ = try reader.next()
      limitMemory(toAnother: 200 << 20)
      var sum: Float = 0
      while let batch = try reader.next() { sum += Float(batch.inputs[0, 0]) }
      precondition(sum == 599)
    }
  }

  @Test func itTrains() throws {
    let digits = Digits.training
    let stream = BatchStream(exampleCount: digits.count, chunkSize: 300, window: 600) { rows in
      digits.examples(at: rows)
    }
    let model = Sequential(Linear(64, 32), ReLU(), Linear(32, 10)).initialized(seed: 1)
    let step = Optimizer(SGD(learningRate: 0.1, momentum: 0.9), for: model.parameters).recorded {
      softmaxCrossEntropy(model($0), labels: $1)
    }
    for epoch in 0..<5 {
      let key = RandomKey(seed: 1).folding(in: UInt64(epoch))
      var reader = stream.batches(in: BatchOrder(size: 32, key: key))
      while let batch = try reader.next() { _ = step(batch.inputs, batch.labels) }
    }
    let test = Digits.test
    #expect(Float(accuracy(model(test.inputs), labels: test.labels)) > 0.9)
  }

  enum Fault: String, CaseIterable, Codable {
    case size, window, depth

    var message: String {
      switch self {
      case .size:
        "BatchStream: 10 examples in chunks of 0. Fix: use 0 or more examples, and chunks of 1 or "
          + "more."
      case .window: "BatchStream: a window of -1 examples. Fix: use 0 or more."
      case .depth: "BatchStream: 0 batches made ahead. Fix: use 1 or more."
      }
    }

    func run() {
      let chunks = [BatchStreamTests.examples(0..<10)]
      switch self {
      case .size:
        _ = BatchStream(
          exampleCount: 10, chunkSize: 0, window: 0, BatchStreamTests.examples)
      case .window: _ = BatchStream(chunks, window: -1)
      case .depth: _ = BatchStream(chunks, window: 0, prefetching: 0)
      }
    }
  }

  @Test(arguments: Fault.allCases) func wrongSizesAreMistakes(fault: Fault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in fault.run()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("BatchStreamTests.swift"), "\(text)")
    #expect(text.contains(fault.message), "\(text)")
  }
}
