// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
  import CPullbackProcesses
  import Foundation
  import Pullback
  import PullbackTensors
  import Testing

  /// Children of a process whose other threads are in the middle of something. Each test has a
  /// process of its own.
  @Suite(.serialized) struct ForkTests {
    private static let layer = Linear(3, 2).initialized(seed: 1)

    /// A little of everything that takes a lock: plans, memory, parameters, rules, recordings.
    private static func work(_ rows: Int) -> Float {
      let x = Tensor<Float>.uniform([rows, 3], key: RandomKey(seed: 5))
      let y = tanh(layer(x)).named("y")
      let squared = withCustomGradient(of: { $0 * $0 }, at: y) { y, g in 2 * y * g }
      let loss = squared.mean() + (y • y.transposed()).mean()
      let slope = gradient(of: loss, withRespectTo: layer.weight.value)
      return Float(loss) + Float(slope.sum()) + Float(x[0, 1])
    }

    @Test("600 children of a parent with three evaluating threads")
    func childrenCompute() async {
      await #expect(processExitsWith: .success) {
        Threads.limit = 2
        let expected = (0..<40).map { ForkTests.work(1 + 8 * $0) }
        nonisolated(unsafe) var wrong = false
        for _ in 0..<3 {
          let thread = Thread {
            while true {
              for (size, value) in expected.enumerated()
              where ForkTests.work(1 + 8 * size) != value { wrong = true }
            }
          }
          thread.start()
        }
        for child in 0..<600 {
          let status = pb_run_in_child(
            { ForkTests.work(9) == ForkTests.work(9) && ForkTests.work(273) != 0 ? 0 : 1 }, 60)
          precondition(status == 0, "child \(child) ended with \(status)")
        }
        precondition(!wrong)
      }
    }

    @Test("The child does not wait for a step that a thread of the parent was taking")
    func childrenTakeSteps() async {
      await #expect(processExitsWith: .success) {
        Threads.limit = 1
        let thread = Thread {
          let optimizer = Optimizer(Adam(learningRate: 1e-4), for: ForkTests.layer.parameters)
          let x = Tensor<Float>.uniform([500, 3], key: RandomKey(seed: 6))
          while true { optimizer.minimize(ForkTests.layer(x).squared().mean()) }
        }
        thread.start()
        usleep(100_000)
        for child in 0..<200 {
          let status = pb_run_in_child(
            {
              let optimizer = Optimizer(SGD(learningRate: 0.1), for: ForkTests.layer.parameters)
              let loss = optimizer.minimize(ForkTests.layer([[1, 2, 3]]).squared().mean())
              return loss.isFinite && ForkTests.work(9).isFinite ? 0 : 1
            }, 60)
          precondition(status == 0, "child \(child) ended with \(status)")
        }
      }
    }
  }
#endif
