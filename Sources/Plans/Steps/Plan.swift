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

  /// A piece of memory that one step fills and later ones read.
  package struct Buffer: Sendable {
    package let elementType: ElementType
    package let elementCount: Int
    /// Where it begins in the arena, in bytes: a multiple of 64.
    package var offset = 0
    /// The steps during which its memory is its own: whole phases.
    package var firstStep = Int.max
    package var lastStep = -1
    /// From its first use to its last, if the first is in a phase that goes by rows: there it can have
    /// the memory of another buffer with as many bytes a row, after that one's last use.
    package var rowSteps: ClosedRange<Int>?
    package var numberByteCount: Int { elementCount * elementType.byteCount }
    package var byteCount: Int { Plan.padded(numberByteCount) }
  }

  /// Numbers that outlive the run.
  package struct Output: Sendable {
    package let elementType: ElementType
    package let shape: Shape
    /// The argument whose memory it may take over if nobody else holds it.
    package var donor: Int?
  }

  /// Rounds up to whole cache lines.
  package static func padded(_ byteCount: Int) -> Int { (byteCount + 63) & ~63 }
}
