// SPDX-License-Identifier: Apache-2.0

import Pullback

/// What stands where something else is expected.
extension JSON {
  static let odd: [JSON] =
    integers.map(JSON.integer) + numbers.map(JSON.number) + texts.map(JSON.string) + [
      nil, true, false, [], [:], [[]], ["a"], ["a": 1],
    ]
  private static let integers: [Int] = [
    0, -1, 1, 2, 3, 4, 5, 1_000_000, 0x7FFF_FFFF, 1 << 32, 1 << 40, 1 << 53, 1 << 53 + 1, 1 << 62,
    .max, .max - 1, .min,
  ]
  private static let numbers: [Double] = [
    0.5, 0.999_999_999, -0.0, 1.5, 1e-45, .leastNonzeroMagnitude, .leastNormalMagnitude, 1e38, 1e39,
    1e308, -1e308,
  ]
  private static let texts: [String] = [
    "", "a", "b", "0", "relu", "tanh", "linear", "dropout", "sequential", "shared", "scaling",
    "residual", "rows", "twice", "architecture[0]", "architecture[2].inner.layers[0]", "oneHot",
    "standardized", "SGD", "Adam",
    "AdamW", "RMSprop", "Adagrad", "Lion", "Muon", "Averaged", "caf\u{E9}", "cafe\u{301}",
    "\u{301}", "\0", "\u{1B}[2J\n", "\u{2028}\"\\",
    "👩‍👩‍👧", "+f", "00000000000000000f", "raw:NaN", "raw:-Infinity", "raw:1e400", "raw:1e-400",
    "raw:-0", "raw:01", "raw:9223372036854775808", "raw:[[[[[",
  ]

  /// All that one change makes of a value.
  var variants: [JSON] {
    var all = JSON.odd
    switch self {
    case .object(let members):
      for index in members.indices {
        var fewer = members, more = members
        let member = fewer.remove(at: index)
        more.append(member)
        all += [.object(fewer), .object(more)]
        for name in ["\(member.name)\u{301}", "cafe\u{301}", "\u{301}", "\0", ""] {
          all.append(.object(fewer + [.init(name, member.value)]))
          all.append(.object(members + [.init(name, member.value)]))
        }
        all += member.value.variants.map { value in
          var changed = members
          changed[index] = .init(member.name, value)
          return .object(changed)
        }
      }
    case .array(let elements):
      for index in elements.indices {
        var fewer = elements
        let element = fewer.remove(at: index)
        all += [.array(fewer), .array(elements + [element]), .array([element])]
        all += element.variants.map { value in
          var changed = elements
          changed[index] = value
          return .array(changed)
        }
      }
    case .null, .bool, .integer, .number, .string: break
    }
    return all
  }
}
