// SPDX-License-Identifier: Apache-2.0

/// A number for each rule that differs from all others: what a key holds of it.
package enum RuleNumbers {
  /// The rules of one type: found without asking whether rules of two types are equal.
  private final class OfType<Rule: Hashable & Sendable>: Sendable {
    let numbers: [Rule: UInt64]
    init(_ numbers: [Rule: UInt64]) { self.numbers = numbers }
  }

  private struct Table {
    var types: [ObjectIdentifier: any AnyObject & Sendable] = [:]
    var count = 0
    var last: UInt64 = 0

    func numbers<Rule: Hashable & Sendable>(of type: Rule.Type) -> [Rule: UInt64] {
      (types[ObjectIdentifier(type)] as? OfType<Rule>)?.numbers ?? [:]
    }
  }

  private static let table = Lock(Table())
  /// Beyond this all are forgotten: those that come again get new numbers.
  private static let capacity = 4096

  package static func number<Rule: Hashable & Sendable>(of rule: Rule) -> UInt64 {
    while true {
      // Hashing and comparing are the user's code: never inside the lock.
      let seen = table.withLock { $0 }
      var numbers = seen.numbers(of: Rule.self)
      if let number = numbers[rule] { return number }
      var next = seen
      if next.count >= capacity { (next.types, next.count, numbers) = ([:], 0, [:]) }
      next.last += 1
      next.count += 1
      numbers[rule] = next.last
      next.types[ObjectIdentifier(Rule.self)] = OfType(numbers)
      let isAdded = table.withLock { table in
        guard table.last == seen.last else { return false }
        table = next
        return true
      }
      if isAdded { return next.last }
    }
  }
}
