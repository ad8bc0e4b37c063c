// SPDX-License-Identifier: Apache-2.0

/// A short list of numbers, such as those of the entries that one reads: up to four of them need no
/// memory of their own.
package struct InlineNumbers: Sendable, Hashable, ExpressibleByArrayLiteral {
  package private(set) var count = 0
  private var first: Int32 = -1, second: Int32 = -1, third: Int32 = -1, fourth: Int32 = -1
  private var others: [Int32]?

  package init() {}
  package init(_ numbers: some Sequence<Int>) {
    for number in numbers { append(number) }
  }

  @inline(__always)
  package init(arrayLiteral numbers: Int...) { self.init(numbers) }

  package mutating func append(_ number: Int) {
    count += 1
    if count <= 4 {
      self[count - 1] = number
    } else if others == nil {
      others = [Int32(number)]
    } else {
      others!.append(Int32(number))
    }
  }

  package func map(_ transform: (Int) -> Int) -> InlineNumbers {
    var mapped = self
    for index in indices { mapped[index] = transform(self[index]) }
    return mapped
  }
}

extension InlineNumbers: RandomAccessCollection, MutableCollection {
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
