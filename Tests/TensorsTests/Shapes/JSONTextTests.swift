// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport
import Testing

struct JSONTextTests {
  /// RFC 8259, section 7: quotation mark, reverse solidus and U+0000 to U+001F must be escaped.
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x22: return "\\\""
    case 0x5C: return "\\\\"
    case 0..<0x10: return "\\u000" + "0123456789abcdef".map(String.init)[Int(scalar.value)]
    case 0x10..<0x20: return "\\u001" + "0123456789abcdef".map(String.init)[Int(scalar.value) - 16]
    default: return String(scalar)
    }
  }

  @Test func eachCharacterIsQuoted() {
    for code in UInt32(0)..<0x3000 {
      let scalar = Unicode.Scalar(code)!
      let quoted = String(scalar).quotedAsJSON, expected = "\"\(Self.escaped(scalar))\""
      #expect(quoted.unicodeScalars.elementsEqual(expected.unicodeScalars), "\(code)")
    }
    #expect("".quotedAsJSON == "\"\"")
    #expect("a\r\nb".quotedAsJSON == #""a\u000d\u000ab""#)
  }

  /// Runs of what is copied and what is escaped, marks behind quotes, characters of several bytes.
  @Test(arguments: 0..<200)
  func textsAreQuoted(seed: Int) {
    var random = SplitMix(seed: seed)
    let scalars: [Unicode.Scalar] = [
      "a", "b", "\"", "\\", "\n", "\r", "\u{1F}", "\u{7F}", "é", "\u{301}", "日", "😀", "\u{2028}",
    ]
    let picked = (0..<random.below(30)).map { _ in random.pick(scalars) }
    var text = "", expected = "\""
    text.unicodeScalars.append(contentsOf: picked)
    for scalar in picked { expected += Self.escaped(scalar) }
    expected += "\""
    #expect(text.quotedAsJSON.unicodeScalars.elementsEqual(expected.unicodeScalars))
  }
}
