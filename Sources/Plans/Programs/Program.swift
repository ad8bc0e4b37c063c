// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A graph in canonical form: entries numbered in order, inputs before users, without the nodes'
/// identities and without numbers. Two training steps of one network are the same program.
package struct Program: Sendable {
  package struct Entry: Sendable {
    package var operation: Operation { didSet { accessPattern = operation.accessPattern } }
    /// That of the operation, which passes would copy to ask it.
    package private(set) var accessPattern: AccessPattern
    package var inputs: InlineNumbers
    package var elementType: ElementType
    package var shape: Shape
    /// For data: which argument. For scalars and random numbers: which parameter.
    package var index: Int

    package init(
      operation: Operation, inputs: InlineNumbers, elementType: ElementType, shape: Shape,
      index: Int = 0
    ) {
      self.operation = operation
      accessPattern = operation.accessPattern
      self.inputs = inputs
      self.elementType = elementType
      self.shape = shape
      self.index = index
    }
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
