// SPDX-License-Identifier: Apache-2.0

import PullbackTestSupport

extension MalformedFile {
  static let csv: [MalformedFile] = [
    MalformedFile(csv: "", ": is empty"),
    MalformedFile(csv: "\n\r\n\n", ": holds no records"),
    MalformedFile(csv: "\u{FEFF}", ": holds no records"),
    MalformedFile(.csv, [0xFF, 0xFE, 0x61, 0x00], ": byte 0: is UTF-16; save it as UTF-8"),
    MalformedFile(.csv, [0xFE, 0xFF, 0x00, 0x61], ": byte 0: is UTF-16; save it as UTF-8"),
    MalformedFile(csv: "a,b\n1,2\n3\n", ":3: expected 2 fields, found 1"),
    MalformedFile(csv: "a,b\n1,2\n3,4,5\n", ":3: expected 2 fields, found 3"),
    MalformedFile(
      csv: "a,b,c,d,e\n" + String(repeating: "1,2,3,4,5\n", count: 15) + "1,2,3,4,5,6,7\n",
      ":17: expected 5 fields, found 7"),
    MalformedFile(csv: "a,b\n\"1\n\",2\n\n3\n", ":5: expected 2 fields, found 1"),
    MalformedFile(csv: "a,b\n1,2\n3,\"4\n5,6\n", ":3: field 2: a quote is left open"),
    MalformedFile(csv: "\"", ":1: field 1: a quote is left open"),
    MalformedFile(csv: "a,b\n\"1\"2,3\n", ":2: field 1: text after the closing quote"),
    MalformedFile(csv: "a,b\n1,\"x\"\"y\"z\n", ":2: field 2: text after the closing quote"),
    MalformedFile(
      csv: "a,b,a\n1,2,3\n",
      ":1: fields 1 and 3 are both named \"a\"; rename one, or load with header: false if these "
        + "are no names"),
    MalformedFile(
      .csv, Array("a,b\n1,".utf8) + [0xE9] + Array("\n".utf8),
      ":2: field 2 (b): the text is not UTF-8; save the file as UTF-8"),
    MalformedFile(
      .csv,
      Array("a,b\n".utf8) + Array(repeatElement(Array("1,x\n".utf8), count: 500).joined())
        + Array("1,".utf8) + [0xC3, 0x28] + Array("\n".utf8),
      ":502: field 2 (b): the text is not UTF-8; save the file as UTF-8"),
    MalformedFile(
      .csv, [0x61, 0, 0x2C, 0, 0x62, 0, 0x0A, 0],
      ":1: field 1: a NUL character; is this a text in UTF-8?"),
    MalformedFile(
      .csv, Array("a,\"".utf8) + [0xFF] + Array("\"\n1,2\n".utf8),
      ":1: field 2: the text is not UTF-8; save the file as UTF-8"),
    // UTF-16 without a mark, numbers only.
    MalformedFile(
      csv: "1\0,\02\0\n\03\0,\04\0\n\0", ":1: field 1: a NUL character; is this a text in UTF-8?"),
    MalformedFile(
      csv: "inf\0,1\0\n1,2\n", ":1: field 1: a NUL character; is this a text in UTF-8?"),
    // pandas#19886, #66415
    MalformedFile(
      csv: "x,y\nabc,r\n\0\0\0,r\nq,s\n",
      ":3: field 1 (x): a NUL character; is this a text in UTF-8?"),
    MalformedFile(
      csv: "a\u{1},b\n1,2\n",
      ":1: field 1: a control character (1) in a name; is this a text in UTF-8?"),
    MalformedFile(
      csv: "a,b\n1,x\n\"2,3\n4,5\n", ":3: field 1: a quote is left open"),
    MalformedFile(
      csv: "a,b\n1,\0\n3\n", ":2: field 2 (b): a NUL character; is this a text in UTF-8?"),
    MalformedFile(
      .csv, [0x7F] + Array("ELF".utf8) + [2, 1, 1],
      ": is a program, not a table; give the file of "
        + "its data"),
    MalformedFile(
      csv: String(repeating: ",", count: 100_000),
      ":1: more than 100000 fields; is \",\" the separator?"),
    MalformedFile(
      csv: "\u{FEFF}\u{FEFF}a,b\n1,2\n",
      ": byte 3: a second byte order mark; save the file with one, or none"),
  ]

  static let idx: [MalformedFile] = [
    MalformedFile(.idx, [], ": is empty"),
    MalformedFile(.idx, [0, 0, 8], ": byte 0: 4 bytes expected, the file ends at byte 3"),
    MalformedFile(
      .idx, [1, 0, 8, 1, 0, 0, 0, 0],
      ": byte 0: not an IDX file: it does not start with two zero bytes"),
    MalformedFile(
      .idx, [0, 0, 10, 1, 0, 0, 0, 0], ": byte 2: 10 is not the code of an element type"),
    MalformedFile(.idx, [0, 0, 8, 200], ": byte 3: 200 axes are too many"),
    MalformedFile(
      .idx, [0, 0, 8, 2, 0, 0, 0, 1], ": byte 4: 8 bytes expected, the file ends at byte 8"),
    MalformedFile(
      .idx, [0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF, 1],
      ": the header declares 4294967295 bytes of [4294967295], 1 follow it"),
    MalformedFile(
      .idx, [0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12),
      ": byte 4: the shape [4294967295, 4294967295, 4294967295] has more elements than can be "
        + "counted"),
    MalformedFile(
      .idx, [0, 0, 14, 2, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0xFF, 0xFF, 0xFF],
      ": the header declares 288230358837624840 bytes of [2147483647, 16777215], 0 follow it"),
    MalformedFile(
      .idx, [0, 0, 8, 1, 0, 0, 0, 1, 7, 8], ": the header declares 1 bytes of [1], 2 follow it"),
    MalformedFile(.idx, [0x1F, 0x8B], ": byte 2: the compressed data ends early"),
    MalformedFile(.idx, [0x1F, 0x8B, 9, 9], ": byte 4: the compressed data is damaged"),
    MalformedFile(
      .idx, gzipBytes([0, 0, 8, 1, 0, 0, 0, 9, 1]),
      ": byte 32: the compressed data ends 8 bytes before it should"),
    MalformedFile(
      .idx, gzipBytes([0, 0, 8, 2, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0xFF, 0xFF, 0xFF, 1]),
      ": the header declares 36028794854703105 bytes, more than 36 compressed ones can hold"),
    MalformedFile(
      .idx, gzipBytes([0, 0, 8, 1, 0, 0, 0, 1, 1, 2]),
      ": byte 33: the compressed data holds more bytes than its header declares"),
    MalformedFile(
      .idx, Fixture.bytes("bomb.idx.gz"),
      ": byte 30: the compressed data holds more bytes than its header declares"),
    MalformedFile(
      .idx, gzipBytes([0, 0, 8, 1, 0, 0, 0, 1, 1]).replacing(at: 24, with: [0, 0, 0, 0]),
      ": byte 28: the compressed data is damaged"),
    MalformedFile(
      .idx, gzipBytes([0, 0, 8, 1, 0, 0, 0, 1, 1]) + [1, 2, 3],
      ": byte 32: bytes follow the compressed data that are neither zeros nor compressed"),
    MalformedFile(
      .idx, gzipBytes([0, 0, 8, 1, 0, 0, 0, 1, 1]) + [0, 0, 3],
      ": byte 34: bytes follow the compressed data that are neither zeros nor compressed"),
    MalformedFile(
      .idx, gzipBytes([0, 0, 8, 1, 0, 0, 0, 1, 1]) + [0, 0x1F],
      ": byte 34: the compressed data ends early"),
    MalformedFile(
      .idx, gzipBytes([8, 0, 8, 1, 0, 0, 0, 1, 1]),
      ": byte 0: not an IDX file: it does not start with two zero bytes"),
  ]

  static let safetensors: [MalformedFile] = [
    MalformedFile(.safetensors, [], ": is empty"),
    MalformedFile(
      .safetensors, [1, 2, 3], ": byte 0: 8 bytes expected, the file ends at byte 3"),
    MalformedFile(
      .safetensors, safetensorsBytes("{}", length: .max),
      ": byte 0: a header of 18446744073709551615 bytes; the format allows 100000000"),
    MalformedFile(
      .safetensors, safetensorsBytes("{}", length: 100_000_001),
      ": byte 0: a header of 100000001 bytes; the format allows 100000000"),
    MalformedFile(
      .safetensors, safetensorsBytes("{}", length: 99_000_000),
      ": byte 0: the header of 99000000 bytes is longer than the file of 10 bytes"),
    MalformedFile(
      safetensors: "", ": byte 8: not a safetensors file: the header does not start with {"),
    MalformedFile(
      safetensors: " {}", ": byte 8: not a safetensors file: the header does not start with {"),
    MalformedFile(safetensors: "{", ": byte 9: \"\"\" expected"),
    MalformedFile(safetensors: "{} x", ": byte 11: text follows the end of the JSON"),
    MalformedFile(safetensors: "{}", data: 3, ": byte 10: 3 bytes belong to no tensor"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 3,
      ": byte 61: the bytes 0 ..< 4 of \"x\" are not in the file, which has 3 behind the header"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, data: 4,
      ": byte 61: the bytes 4 ..< 0 of \"x\" are not in the file, which has 4 behind the header"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, data: 4,
      ": byte 61: \"x\" has 4 bytes, not those of float32 [2]"),
    MalformedFile(
      safetensors:
        #"{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
      ": byte 81: \"x\" has 0 bytes, not those of float32 [4294967296, 4294967296]"),
    MalformedFile(
      safetensors:
        #"{"x":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}"#,
      ": byte 79: \"x\" has 0 bytes, not those of float64 [2305843009213693952]"),
    MalformedFile(
      safetensors:
        #"{"x":{"dtype":"F8_E4M3","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
      ": byte 85: the shape [4294967296, 4294967296] of \"x\" has more elements than can be counted"
    ),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#, data: 1,
      ": x: has elements of type \"F8_E4M3\", which no tensor holds; convert it in Python"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":8,"shape":[1],"data_offsets":[0,1]}}"#, data: 1,
      ": byte 22: the dtype of \"x\" is a number; it must be a text"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":null,"data_offsets":[0,1]}}"#, data: 1,
      ": byte 35: the shape of \"x\" is null; it must be a list"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}"#, data: 1,
      ": byte 36: number 1 in the shape of \"x\" is a text; it must be a number"),
    MalformedFile(
      safetensors: #"{"x":["U8",[1],[0,1]]}"#, data: 1,
      ": byte 13: \"x\" is a list; it must be an object"),
    MalformedFile(
      safetensors: "\u{FEFF}{}",
      ": byte 8: the header starts with a byte order mark (U+FEFF), not with {"),
    MalformedFile(
      .safetensors, "{\"x\":1}".utf8.flatMap { [$0, 0] },
      ": is a text in UTF-16, not a safetensors file; save it as UTF-8, and read a table with "
        + "CSV.table"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, data: 1,
      ": byte 36: a whole number that can be counted expected"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}"#, data: 1,
      ": byte 36: a whole number that can be counted expected"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,99999999999999999999]}}"#,
      data: 1, ": byte 57: a whole number that can be counted expected"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}"#, data: 1,
      ": byte 59: data_offsets of \"x\" has more than 2 numbers"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[1]}}"#,
      ": byte 39: \"x\" lacks its dtype, shape or two data_offsets"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}}"#, data: 1,
      ": byte 67: \"x\" has the unknown key \"more\""),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1,
      ": byte 34: the key \"dtype\" stands there twice"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"x":{}}"#,
      ": byte 64: the key \"x\" stands there twice"),
    MalformedFile(
      safetensors: #"{"__metadata__":{"a":"1","a":"2"}}"#,
      ": byte 36: the key \"a\" stands there twice"),
    // Report b09c: safetensors#278.
    MalformedFile(
      safetensors: #"{"__metadata__":{"a":1}}"#,
      ": byte 29: the value of \"a\" in __metadata__ is a number; it must be a text"),
    MalformedFile(
      safetensors: #"{"__metadata__":{"a":null}}"#,
      ": byte 29: the value of \"a\" in __metadata__ is null; it must be a text"),
    MalformedFile(
      safetensors: #"{"__metadata__":[]}"#,
      ": byte 24: __metadata__ is a list; it must be an object"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
        + #""y":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#, data: 6,
      ": byte 115: the bytes of \"y\" overlap another tensor"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
        + #""y":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, data: 4,
      ": byte 113: the bytes of \"y\" overlap another tensor"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
        + #""y":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#, data: 3,
      ": byte 115: the bytes of \"y\" follow a gap"),
    MalformedFile(
      safetensors: #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, data: 2,
      ": byte 62: the bytes of \"x\" follow a gap"),
    MalformedFile(
      .safetensors,
      safetensorsBytes(#"{"x":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}"#) + [1, 2],
      ": x: element 1 is the byte 2, not a Bool"),
    MalformedFile(
      .safetensors, littleEndian(4, 8) + [0x7B, 0x22, 0xFF, 0x22],
      ": byte 12: a text that is not UTF-8"),
    MalformedFile(
      safetensors: "{\"x\":" + String(repeating: "[", count: 100_000),
      ": byte 13: \"x\" is a list; it must be an object"),
    MalformedFile(
      safetensors: "{\"x\":{\"dtype\":\"U8\",\"shape\":[" + String(repeating: "1,", count: 99)
        + "1],\"data_offsets\":[0,1]}}", data: 1,
      ": byte 164: the shape of \"x\" has more than 64 numbers"),
  ]
}
