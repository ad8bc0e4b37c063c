// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackRuntime
import PullbackTensors
import Testing

@Suite struct LeafSlotTests {
  /// Whoever wants a parameter during a long step sleeps: the processor time of the wait is counted.
  @Test func aReaderSleepsWhileTheSlotIsTaken() async {
    let slot = LeafSlot()
    let leaf: Tensor<Float> = [1, 2]
    slot.leaf = leaf.value
    slot.take()
    let reader = Task.detached {
      let before = processorSeconds()
      let isThere = slot.leaf != nil
      return (isThere, processorSeconds() - before)
    }
    try? await Task.sleep(for: .milliseconds(400))
    slot.give()
    let (isThere, seconds) = await reader.value
    #expect(isThere)
    #expect(seconds < 0.1)
  }
}

/// Seconds that the calling thread has computed.
private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
