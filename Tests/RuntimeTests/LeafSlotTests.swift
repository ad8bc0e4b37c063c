// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackRuntime
import PullbackTensors
import Testing

@Suite struct LeafSlotTests {
  /// Whoever wants a parameter during a long step sleeps: its share of the processor is small, however
  /// long it waits.
  @Test func aReaderSleepsWhileTheSlotIsTaken() async {
    let slot = LeafSlot()
    let leaf: Tensor<Float> = [1, 2]
    slot.leaf = leaf.value
    slot.take()
    let reader = Task.detached {
      let (computed, begun) = (seconds(of: CLOCK_THREAD_CPUTIME_ID), seconds(of: CLOCK_MONOTONIC))
      let isThere = slot.leaf != nil
      let waited = seconds(of: CLOCK_MONOTONIC) - begun
      return (isThere, (seconds(of: CLOCK_THREAD_CPUTIME_ID) - computed) / waited)
    }
    try? await Task.sleep(for: .milliseconds(400))
    slot.give()
    let (isThere, share) = await reader.value
    #expect(isThere)
    #expect(share < 0.1)
  }
}

private func seconds(of clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
