// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The job that is posted: workers at rest look at it and nothing else.
struct Post: ~Copyable {
  typealias Work = (_ unit: Int, _ thread: Int) -> Void

  /// What is left to take of which job. Who takes units from it holds the job open, and may rely
  /// on what the post said before.
  let ticket = Atomic<UInt64>(0)
  let units = Atomic<Int>(0)
  let threads = Atomic<Int>(0)
  let largestShare = Atomic<Int>(0)
  /// A pointer to the `Work`, which stays where it is until all units are done.
  let work = Atomic<UnsafeRawPointer?>(nil)
  /// The processor that the caller was seen on.
  let callersProcessor = Atomic<Int>(-2)

  /// Takes units of the posted job until none is left, and does them; how many they were.
  ///
  /// - Parameters:
  ///   - thread: 0 for the caller.
  ///   - finished: what workers count units in that they have done.
  func takeUnits(thread: Int, noting finished: UnsafePointer<Atomic<Int>>) -> Int {
    var taken = 0
    var ticket = Ticket(word: self.ticket.load(ordering: .acquiring))
    while ticket.left > 0 {
      // Should the post change meanwhile, so has the ticket, and nothing is taken.
      let units = self.units.load(ordering: .relaxed)
      let threads = self.threads.load(ordering: .relaxed)
      let largestShare = self.largestShare.load(ordering: .relaxed)
      guard thread < threads, let work = self.work.load(ordering: .relaxed) else { break }
      let share = ticket.share(threads: threads, atMost: largestShare)
      let (isTaken, now) = self.ticket.compareExchange(
        expected: ticket.word, desired: ticket.word - UInt64(share),
        ordering: .acquiringAndReleasing)
      if isTaken {
        // The caller keeps its work where it is until all units taken are done.
        let work = work.assumingMemoryBound(to: Work.self)
        let first = units - ticket.left
        for unit in first..<first + share { work.pointee(unit, thread) }
        if thread > 0 { finished.pointee.add(share, ordering: .releasing) }
        taken += share
        ticket = Ticket(word: self.ticket.load(ordering: .acquiring))
      } else {
        ticket = Ticket(word: now)
      }
    }
    return taken
  }
}

/// A job's number and how many of its units nobody has taken yet.
struct Ticket {
  var word: UInt64
  init(word: UInt64) { self.word = word }
  init(job: UInt32, left: Int) { word = UInt64(job) << 32 | UInt64(left) }
  var job: UInt32 { UInt32(word >> 32) }
  var left: Int { Int(word & 0xffff_ffff) }

  /// As many units as a thread takes now: less and less, so that all end together.
  func share(threads: Int, atMost largest: Int) -> Int {
    Swift.min((left + 2 * threads - 1) / (2 * threads), largest)
  }
}
