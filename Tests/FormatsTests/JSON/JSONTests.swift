// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct JSONTests {
  @Test(arguments: [
    #"{"a":1,"b":[true,false,null],"c":{"d":-0.0025}}"#, "[]", "{}", "0", "-1", "1.5", #""x""#,
    #"["\"\\\u0001",""]"#, "[9223372036854775807,-9223372036854775808]", "1e+300",
  ])
  func textsComeBack(text: String) throws {
    #expect(try JSON(parsing: text).description == text)
  }

  @Test func formsOfTheSame() throws {
    #expect(
      try JSON(parsing: " [ 1 , 2.50 ,\n\"\\u00e9\\ud83d\\ude00\\n\\/\"\t] ")
        == [1, 2.5, "é😀\n/"])
    #expect(try JSON(parsing: "-0") == .number(-0.0))
    #expect(try JSON(parsing: "1E2") == 100.0)
    #expect(try JSON(parsing: "9223372036854775808") == .number(0x1p63))
    let literal: JSON = ["a": [1, 2.5, "x", true, nil]]
    #expect(literal["a"] == [1, 2.5, "x", true, nil] && literal["b"] == nil)
    #expect(JSON.number(.nan).description == "null")
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "[1 2]", "01", "+1", ".5", "1.", "1.e5",
    "1e", "--1", "NaN", "Infinity", "tru", "'a'", "\"a", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"",
    "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "1 2", "{\"a\":1,\"a\":2}", "1e999", "]",
    "{\"a\":}", "\"\\", "[,1]", "1-2", "\u{FEFF}1",
  ])
  func theseAreRefused(text: String) {
    #expect(throws: FileError.self) { try JSON(parsing: text) }
  }

  /// The Double next to a seed or an identifier is another one.
  @Test(arguments: ["12345678901234567890", "-9223372036854775809", "\(UInt64.max)"])
  func wholeNumbersAreNotRounded(text: String) throws {
    let error = #expect(throws: FileError.self) { try JSON(parsing: "[\(text)]") }
    #expect(
      error?.description == "JSON: byte 1: \"\(text)\" is not a number that a Double holds")
    #expect(try JSON(parsing: text + ".0") == .number(Double(text)!))
    #expect(try JSON(parsing: "18446744073709551616") == .number(0x1p64))
  }

  /// A text that fits may be values which do not: 5 million take 240 MB, eight times the text
  /// and 48 MiB are allowed.
  @Test func memoryIsLimited() throws {
    func list(_ count: Int) -> String {
      "[" + String(repeating: "0,", count: count) + "0]"
    }
    #expect(try JSON(parsing: list(1_000_000)).description.utf8.count == 2_000_003)
    for text in [list(5_000_000), "[" + String(repeating: "{},", count: 2_000_000) + "0]"] {
      let error = #expect(throws: FileError.self) { try JSON(parsing: text) }
      #expect(error?.problem == "more values than a text of \(text.utf8.count) bytes may hold")
    }
    // One long text is no more than its bytes.
    let long = String(repeating: "é\\n", count: 3_000_000)
    #expect(try JSON(parsing: "[\"\(long)\"]") == [.string(long.replacing("\\n", with: "\n"))])
  }

  @Test func aMarkInFrontIsNamed() {
    let error = #expect(throws: FileError.self) { try JSON(parsing: "\u{FEFF}{}", file: "f") }
    #expect(
      error?.description
        == "f: byte 0: a byte order mark (U+FEFF) stands where a value is expected")
  }

  @Test func depthIsLimited() throws {
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(try JSON(parsing: deep).description == deep)
    #expect(throws: FileError.self) {
      try JSON(parsing: String(repeating: "[", count: 100_000))
    }
  }
}
