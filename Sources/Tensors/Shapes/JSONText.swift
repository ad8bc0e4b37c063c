// SPDX-License-Identifier: Apache-2.0

extension String {
  /// As JSON writes it: in quotes, with what must not stand in them escaped.
  package var quotedAsJSON: String {
    // What needs no escape is copied in runs: scalar by scalar takes seven times as long.
    var quoted = "\"", run = utf8.startIndex, place = run
    for byte in utf8 {
      let next = utf8.index(after: place)
      if byte < 0x20 || byte == 0x22 || byte == 0x5C {
        quoted += self[run..<place]
        quoted += Self.escapeInJSON(byte)
        run = next
      }
      place = next
    }
    quoted += self[run...]
    return quoted + "\""
  }

  private static func escapeInJSON(_ byte: UInt8) -> String {
    if byte >= 0x20 { return "\\" + String(UnicodeScalar(byte)) }
    let digits = String(byte, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
