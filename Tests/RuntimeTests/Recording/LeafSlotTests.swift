// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackRuntime
import PullbackTensors
import Synchronization
import Testing

@Suite struct LeafSlotTests {
  /// Whoever wants a parameter during a long step sleeps: its share of the processor is small,
  /// however long it waits.
  @Test func aReaderSleepsWhileTheSlotIsTaken() async {
    let slot = LeafSlot()
    let leaf: Tensor<Float> = [1, 2]
    slot.leaf = leaf.value
    slot.take()
    let progress = Progress()
    let reader = Task.detached {
      // Before the others hear of it: a reader held up here waits longer, not less.
      let (computed, begun) = (seconds(of: CLOCK_THREAD_CPUTIME_ID), seconds(of: CLOCK_MONOTONIC))
      progress.readers.add(1, ordering: .relaxed)
      let isThere = slot.leaf != nil
      let waited = seconds(of: CLOCK_MONOTONIC) - begun
      return (isThere, (seconds(of: CLOCK_THREAD_CPUTIME_ID) - computed) / waited)
    }
    // Beside other tests it may begin late, and would hardly wait.
    while progress.readers.load(ordering: .relaxed) == 0 {
      try? await Task.sleep(for: .milliseconds(1))
    }
    try? await Task.sleep(for: .milliseconds(400))
    slot.give()
    let (isThere, share) = await reader.value
    #expect(isThere)
    #expect(share < 0.1)
  }

  /// A loop of long steps, in which the slot is free for a moment only, lets those who wait
  /// have their turn.
  @Test func aReaderIsNotStarvedByALoopOfLongSteps() async {
    let slot = LeafSlot()
    let leaf: Tensor<Float> = [1, 2]
    slot.leaf = leaf.value
    let progress = Progress()
    let trainer = Thread {
      // Beside other tests the readers may begin late: only turns that they could take count.
      while progress.waiting.load(ordering: .relaxed) < 8 { usleep(1_000) }
      while progress.readers.load(ordering: .relaxed) < 8,
        progress.steps.load(ordering: .relaxed) < 600
      {
        slot.take()
        usleep(10_000)
        slot.give()
        progress.steps.add(1, ordering: .relaxed)
      }
    }
    trainer.start()
    let readers = (0..<8).map { _ in
      let reader = Thread {
        progress.waiting.add(1, ordering: .relaxed)
        if slot.leaf != nil { progress.readers.add(1, ordering: .relaxed) }
      }
      reader.start()
      return reader
    }
    while !([trainer] + readers).allSatisfy(\.isFinished) {
      try? await Task.sleep(for: .milliseconds(5))
    }
    // Otherwise each of the readers wins by chance, after hundreds of steps; a busy machine takes
    // some of their turns.
    #expect(progress.steps.load(ordering: .relaxed) < 300)
  }

  private final class Progress: Sendable {
    let waiting = Atomic<Int>(0), readers = Atomic<Int>(0), steps = Atomic<Int>(0)
  }
}

private func seconds(of clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
