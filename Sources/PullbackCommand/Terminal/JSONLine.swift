// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// One JSON object on one line, its members in the order in which they were added.
struct JSONLine: CustomStringConvertible {
  private(set) var members: [JSON.Member] = []

  init() {}

  init(event: String) { add("event", text: event) }

  mutating func add(_ name: String, _ value: JSON) { members.append(JSON.Member(name, value)) }

  mutating func add(_ name: String, _ number: Int) { add(name, .integer(number)) }

  mutating func add(_ name: String, _ truth: Bool) { add(name, .bool(truth)) }

  mutating func add(_ name: String, _ numbers: [Int]) {
    add(name, .array(numbers.map(JSON.integer)))
  }

  /// JSON has no NaN and no infinity; they become null.
  mutating func add(_ name: String, _ number: Double) { add(name, .number(number)) }

  mutating func add(_ name: String, _ number: Float) { add(name, number.json) }

  mutating func add(_ name: String, text: String) { add(name, .string(text)) }

  mutating func add(_ name: String, texts: [String]) {
    add(name, .array(texts.map(JSON.string)))
  }

  var description: String { "\(JSON.object(members))" }
}

extension Float {
  /// With the digits of a Float, not those of the Double that it is.
  var json: JSON { .number(Double("\(self)") ?? Double(self)) }
}

#endif
