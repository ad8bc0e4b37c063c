// SPDX-License-Identifier: Apache-2.0

import Pullback
import Synchronization
import Testing

/// Whoever reads while another thread trains sees one step. (A saver saw parameters of two steps in
/// 94 of some thousand files.)
struct OneVersionTests {
  private final class Progress: Sendable {
    let isDone = Atomic<Bool>(false)
  }

  /// Calls `change` many times on one task, and `read` on others until that one is done.
  private func reading(
    on readers: Int, while makeChange: @escaping @Sendable () -> () -> Void,
    _ read: @escaping @Sendable () -> Void
  ) async {
    let progress = Progress()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        let change = makeChange()
        for count in 1...1000 {
          change()
          if count % 50 == 0 { await Task.yield() }
        }
        progress.isDone.store(true, ordering: .relaxed)
      }
      for _ in 0..<readers {
        group.addTask {
          while !progress.isDone.load(ordering: .relaxed) {
            read()
            await Task.yield()
          }
        }
      }
    }
  }

  @Test("50 tasks predict while one trains", arguments: [false, true])
  func predictions(isRecorded: Bool) async {
    let model = StepCounter()
    await reading(on: 50, while: { model.step(isRecorded: isRecorded) }) {
      let snapshot = model.snapshot()
      let (before, torn) = (snapshot.numbers, snapshot([1]).scalars)
      #expect(before.allSatisfy { $0 == before[0] } && torn == [0])
      #expect(model.snapshot().numbers[0] >= before[0])
    }
    #expect(model.numbers.allSatisfy { $0 == 1000 })
  }

  @Test func aRecordedFunctionReadsOneStep() async {
    let model = StepCounter()
    let predict = recorded { (x: Tensor<Float>) in model(x) }
    await reading(on: 8, while: { model.step(isRecorded: true) }) {
      let torn = predict([1]).scalars
      #expect(torn == [0])
    }
  }

  @Test func numbersAreAssignedAtOnce() async {
    let model = StepCounter(), other = StepCounter()
    let before = other.snapshot()
    other.step(isRecorded: false)()
    let versions = [before, other.snapshot()]
    await reading(
      on: 8,
      while: {
        var turn = 0
        return {
          model.parameters.assign(versions[turn % 2])
          turn += 1
        }
      }
    ) {
      let torn = model.snapshot()([1]).scalars
      #expect(torn == [0])
    }
  }

  /// Two networks, each of which is trained against the other on a thread of its own.
  @Test func twoWhoReadEachOtherDoNotWaitForEachOther() async {
    let (first, second) = (StepCounter(), StepCounter())
    await withTaskGroup(of: Void.self) { group in
      for (own, other) in [(first, second), (second, first)] {
        group.addTask {
          let optimizer = Optimizer(SGD(learningRate: 1), for: own.parameters)
          let step = optimizer.recorded { (x: Tensor<Float>) in own.loss() + x * other.loss() }
          for _ in 0..<3000 { step(0) }
        }
      }
    }
    #expect((first.numbers + second.numbers).allSatisfy { $0 == 3000 })
  }
}
