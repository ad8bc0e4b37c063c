// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Dispatch
import Pullback
import PullbackFormats

/// `pullback bench serve --layers 784-50-10 --tasks 64`
struct BenchServe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Time a server: tasks that ask one predictor at once.",
    discussion: """
      Each task asks for the probabilities of a batch of its own, reads their numbers into an array, \
      lets the others go on and asks again. best, median, mean and p99 are those of a request, from \
      its array of numbers to the array of the answer; requests_per_s is what all tasks get together. \
      The checksum covers each task's first answer.

        pullback bench serve --tasks 8
      """)

  @OptionGroup var network: NetworkOptions

  @Option(parsing: .unconditional, help: "Tasks that ask at once.")
  var tasks = 64

  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard (1...10_000).contains(tasks) else {
      throw ValidationError("--tasks must be from 1 to 10000")
    }
    // Parameters; for each task the batch, activations, the probabilities and the array of them.
    let units = tasks * network.units(of: network.batch ?? 1)
    guard (network.weights + 2 * units) * 4 <= NetworkOptions.mostBytes else {
      throw ValidationError("so many tasks with such batches take more than 2 gibibytes")
    }
  }

  func run() throws {
    #if os(Linux)
    // Dispatch, on which tasks run, ends the program where it cannot count its threads.
    guard isReadable("/proc/self/stat") else {
      throw ValidationError("tasks need /proc, which is not mounted here")
    }
    #endif
    try options.begin()
    let (size, batch) = (network.sizes[0], network.batch ?? 1)
    let model = TrainedNetwork.model(sizes: network.sizes, activation: network.activation)
    let predictor = Predictor(Probabilities(model: model), inputs: [size])
    let requests = onOneThread {
      (0..<tasks).map { TrainedNetwork.normal([batch, size], seed: UInt64(2 + $0)).scalars }
    }
    let ask = { @Sendable (numbers: [Float]) throws in
      try predictor(Tensor(shape: [batch, size], scalars: numbers)).scalars
    }
    var checksum = Checksum()
    for request in requests { checksum.add(try ask(request)) }
    guard Load.findsThread() else { throw NoThread() }
    let load = Load(requests: requests, ask: ask)
    _ = try load.run(seconds: options.seconds / 10)
    let (times, elapsed) = try load.run(seconds: options.seconds)
    let name = "serve \(network.name) \(network.activation.rawValue) batch \(batch) tasks \(tasks)"
    var result = BenchResult(name, Measurement(times))
    result.checksum = checksum
    result.operations = 2 * Double(batch) * Double(network.weights)
    result.more = [
      ("requests_per_s", Double(times.count) / elapsed),
      ("p99_us", result.measurement.percentile99 * 1e6),
    ]
    try options.report([result])
  }

  private struct Probabilities: Layer {
    let model: Sequential<Tensor<Float>>
    var parameters: Parameters { model.parameters }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { softmax(model(x)) }
  }
}

/// The system refuses the threads that tasks run on.
struct NoThread: Error, CustomStringConvertible {
  var description: String { "the system refuses the threads that tasks run on" }
}

/// Tasks that ask at once, each its own question again and again.
private struct Load {
  let requests: [[Float]]
  let ask: @Sendable ([Float]) throws -> [Float]

  /// Whether a task begins within ten seconds: where threads are refused it would wait for ever.
  static func findsThread() -> Bool {
    let begun = DispatchSemaphore(value: 0)
    Task.detached { begun.signal() }
    return begun.wait(timeout: .now() + 10) == .success
  }

  /// The seconds that each request took, and that all took together.
  func run(seconds: Double) throws -> (times: [Double], elapsed: Double) {
    let outcome = Outcome(), done = DispatchSemaphore(value: 0)
    let (requests, ask) = (requests, ask)
    let start = ContinuousClock.now, end = start + .seconds(seconds)
    Task {
      do {
        outcome.times = try await withThrowingTaskGroup(of: [Double].self) { group in
          for request in requests {
            group.addTask {
              var times: [Double] = []
              repeat {
                let begin = ContinuousClock.now
                _ = try ask(request)
                times.append((ContinuousClock.now - begin).seconds)
                await Task.yield()
              } while ContinuousClock.now < end
              return times
            }
          }
          return try await group.reduce(into: []) { $0 += $1 }
        }
      } catch {
        outcome.error = error
      }
      done.signal()
    }
    done.wait()
    if let error = outcome.error { throw error }
    return (outcome.times, (ContinuousClock.now - start).seconds)
  }

  /// Written by the tasks, read when they are done.
  private final class Outcome: @unchecked Sendable {
    var times: [Double] = []
    var error: (any Error)?
  }
}

#endif
