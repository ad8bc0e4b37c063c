// SPDX-License-Identifier: Apache-2.0

/// A number for each rule that differs from all others: what a key holds of it.
package enum RuleNumbers {
  private struct Key: Hashable, Sendable {
    let rule: any Hashable & Sendable

    static func == (a: Key, b: Key) -> Bool { AnyHashable(a.rule) == AnyHashable(b.rule) }
    func hash(into hasher: inout Hasher) { AnyHashable(rule).hash(into: &hasher) }
  }

  private struct Table {
    var numbers: [Key: UInt64] = [:]
    var last: UInt64 = 0
  }

  private static let table = Lock(Table())
  /// Beyond this all are forgotten: those that come again get new numbers.
  private static let capacity = 4096

  package static func number(of rule: any Hashable & Sendable) -> UInt64 {
    let key = Key(rule: rule)
    while true {
      // Hashing and comparing are the user's code: never inside the lock.
      let seen = table.withLock { $0 }
      if let number = seen.numbers[key] { return number }
      var next = seen
      if next.numbers.count >= capacity { next.numbers = [:] }
      next.last += 1
      next.numbers[key] = next.last
      let isAdded = table.withLock { table in
        guard table.last == seen.last else { return false }
        table = next
        return true
      }
      if isAdded { return next.last }
    }
  }
}
