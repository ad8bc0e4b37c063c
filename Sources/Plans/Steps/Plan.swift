// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What is to be done, in order, with which memory: a graph made ready to run, as data.
///
/// A plan is immutable and holds no numbers; it is made once for a graph's structure and replayed
/// with other numbers. `print(plan)` lists its steps, buffers, bytes and floating-point operations.
public struct Plan: Sendable {
  package var steps: [Step] = []
  /// Which steps may be worked on side by side; they follow each other and cover all steps.
  package var phases: [Phase] = []
  /// Element counts and places of the buffers between steps.
  package var buffers: [Buffer] = []
  package var arguments: [(type: ElementType, shape: Shape)] = []
  package var parameterCount = 0
  /// The results in the order of asking: where each one's numbers are.
  package var results: [Int] = []
  package var outputs: [Output] = []
  /// Bytes of memory that all buffers share.
  package var arenaByteCount = 0
  /// Bytes of each thread's own memory for the rows in flight of inner buffers.
  package var rowArenaByteCount = 0

  /// A piece of memory that one step fills and later ones read.
  package struct Buffer: Sendable {
    package let elementType: ElementType
    package let elementCount: Int
    /// Where it begins in the arena, or an inner one in the memory of its thread, in bytes:
    /// a multiple of 64.
    package var offset = 0
    /// The steps during which its memory is its own: whole phases, but for an inner one from its
    /// first use to its last.
    package var firstStep = Int.max
    package var lastStep = -1
    /// Whether it is used in one phase alone, which goes by rows: of an inner buffer each thread
    /// holds no more than the rows that it is taking through the steps.
    package var isInner = false
    /// Where it lies if it is a part of another buffer, which lives as long as all of its parts
    /// together and is filled when they are.
    package var part: Part?
    /// The buffer of its form whose memory it takes over, which is not needed any more.
    package var donor: Int?
    /// Pieces of it, in order, that live for a time of their own; none if it lives as one.
    package var sections: [Section] = []
    package var numberByteCount: Int { elementCount * elementType.byteCount }

    package struct Section: Sendable, Hashable {
      package var bytes: Range<Int>
      package let firstStep: Int
      package let lastStep: Int

      package init(bytes: Range<Int>, firstStep: Int, lastStep: Int) {
        self.bytes = bytes
        self.firstStep = firstStep
        self.lastStep = lastStep
      }

      var lifetime: ClosedRange<Int> { firstStep...lastStep }
    }

    /// Its sections; if there are none, all of it.
    package var pieces: [Section] {
      sections.isEmpty
        ? [Section(bytes: 0..<numberByteCount, firstStep: firstStep, lastStep: lastStep)]
        : sections
    }

    package struct Part: Sendable {
      package let whole: Int
      package let byteOffset: Int
    }

    /// What it takes, of an inner buffer in a phase that goes by `rows`.
    package func byteCount(_ rows: Phase.Rows?) -> Int {
      let rows = isInner ? rows : nil
      return Plan.padded(rows.map { rowByteCount($0) * $0.inFlight } ?? numberByteCount)
    }

    /// Bytes of a row of an inner buffer.
    package func rowByteCount(_ rows: Phase.Rows) -> Int { numberByteCount / rows.count }
  }

  /// Numbers that outlive the run.
  package struct Output: Sendable {
    package let elementType: ElementType
    package let shape: Shape
    /// The argument whose memory it may take over if nobody else holds it.
    package var donor: Int?
  }

  /// The phase of each step.
  var phaseOfStep: [Int] {
    var phaseOfStep = [Int](filled: 0, count: steps.count)
    for (number, phase) in phases.enumerated() {
      for step in phase.steps { phaseOfStep[step] = number }
    }
    return phaseOfStep
  }

  /// Rounds up to whole cache lines.
  package static func padded(_ byteCount: Int) -> Int { (byteCount + 63) & ~63 }
}
