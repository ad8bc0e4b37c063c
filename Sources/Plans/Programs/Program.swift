// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A graph in canonical form: entries numbered in order, inputs before users, without the nodes'
/// identities and without numbers. Two training steps of one network are the same program.
package struct Program: Sendable {
  package struct Entry: Sendable {
    package var operation: Operation
    package var inputs: EntryInputs
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

/// The numbers of entries or values, in order: up to four without memory of their own.
package struct EntryInputs: Sendable, Hashable {
  package private(set) var count = 0
  private var first: Int32 = -1, second: Int32 = -1, third: Int32 = -1, fourth: Int32 = -1
  private var others: [Int32]?

  package init() {}
  package init(_ inputs: some Sequence<Int>) {
    for input in inputs { append(input) }
  }

  package mutating func append(_ input: Int) {
    count += 1
    if count > 4 { others = (others ?? []) + [-1] }
    self[count - 1] = input
  }

  package func map(_ transform: (Int) -> Int) -> EntryInputs {
    var mapped = self
    for index in indices { mapped[index] = transform(self[index]) }
    return mapped
  }
}

extension EntryInputs: RandomAccessCollection, MutableCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(index: Int) -> Int {
    get {
      switch index {
      case 0: Int(first)
      case 1: Int(second)
      case 2: Int(third)
      case 3: Int(fourth)
      default: Int(others![index - 4])
      }
    }
    set {
      let number = Int32(newValue)
      switch index {
      case 0: first = number
      case 1: second = number
      case 2: third = number
      case 3: fourth = number
      default: others![index - 4] = number
      }
    }
  }
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
