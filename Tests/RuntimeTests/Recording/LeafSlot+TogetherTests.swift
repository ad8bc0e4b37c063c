// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackRuntime
import PullbackTensors
import Synchronization
import Testing

struct LeafSlotTogetherTests {
  private final class Progress: Sendable {
    let isDone = Atomic<Bool>(false), tornCount = Atomic<Int>(0)
  }

  /// Of many slots that are set together again and again, whoever reads them together, in any
  /// order, sees one version.
  @Test func manyAreReadAsTheyWereSet() async {
    let slots = (0..<200).map { _ in LeafSlot() }
    let versions = (0..<2).map { version in
      slots.indices.map { _ in Tensor<Float>.zeros([version]).value }
    }
    LeafSlot.setLeaves(of: slots, to: versions[0])
    let progress = Progress()
    let writer = Thread {
      for turn in 0..<3000 { LeafSlot.setLeaves(of: slots, to: versions[turn % 2]) }
      progress.isDone.store(true, ordering: .relaxed)
    }
    let readers = [slots, slots.reversed(), slots.shuffled()].map { order in
      Thread {
        while !progress.isDone.load(ordering: .relaxed) {
          let read = LeafSlot.leaves(of: order)
          let first = read[0]?.shape
          if !read.allSatisfy({ $0?.shape == first }) {
            progress.tornCount.add(1, ordering: .relaxed)
          }
        }
      }
    }
    for thread in readers + [writer] { thread.start() }
    while !(readers + [writer]).allSatisfy(\.isFinished) {
      try? await Task.sleep(for: .milliseconds(5))
    }
    #expect(progress.tornCount.load(ordering: .relaxed) == 0)
  }

  @Test func ofOneThatStandsThereTwiceTheLastStays() {
    let slot = LeafSlot(), other = LeafSlot()
    let (one, two) = (Tensor<Float>([1]).value, Tensor<Float>([2]).value)
    LeafSlot.setLeaves(of: [slot, other, slot], to: [one, one, two])
    let leaves = LeafSlot.leaves(of: [slot, other, slot, LeafSlot()])
    #expect(leaves[0]?.node === two.node && leaves[1]?.node === one.node)
    #expect(leaves[2]?.node === two.node && leaves[3] == nil)
  }
}
