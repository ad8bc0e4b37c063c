// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A graph in canonical form: entries numbered in order, inputs before users, without the nodes'
/// identities and without numbers. Two training steps of one network are the same program.
package struct Program: Sendable {
  package struct Entry: Sendable {
    package var operation: Operation
    package var inputs: InlineNumbers
    package var elementType: ElementType
    package var shape: Shape
    /// For data: which argument. For scalars and random numbers: which parameter.
    package var index = 0
  }

  package var entries: [Entry] = []
  /// The entries that were asked for, in the order of asking; one may be asked for twice.
  package var results: [Int] = []
  /// Results that may take the place of an argument which nobody will read again.
  package var donations: [Donation] = []
}

/// Result `result` may be written over argument `argument`.
package struct Donation: Sendable, Hashable {
  package let argument: Int
  package let result: Int

  package init(argument: Int, result: Int) {
    self.argument = argument
    self.result = result
  }
}
