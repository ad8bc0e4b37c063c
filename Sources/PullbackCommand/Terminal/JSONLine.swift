// SPDX-License-Identifier: Apache-2.0

#if Command

/// One JSON object on one line, its members in the order given. (`JSONEncoder` keeps no order.)
struct JSONLine: CustomStringConvertible {
  private var members: [String] = []

  init() {}

  init(event: String) { add("event", text: event) }

  mutating func add(_ name: String, _ number: Int) { members.append("\"\(name)\":\(number)") }

  mutating func add(_ name: String, _ truth: Bool) { members.append("\"\(name)\":\(truth)") }

  mutating func add(_ name: String, _ numbers: [Int]) {
    members.append("\"\(name)\":[" + numbers.map(String.init).joined(separator: ",") + "]")
  }

  /// JSON has no NaN and no infinity; they become null.
  mutating func add(_ name: String, _ number: Double) {
    members.append("\"\(name)\":" + (number.isFinite ? "\(number)" : "null"))
  }

  /// Text of our own making, without quotes, backslashes or control characters.
  mutating func add(_ name: String, text: String) { members.append("\"\(name)\":\"\(text)\"") }

  var description: String { "{" + members.joined(separator: ",") + "}" }
}

#endif
