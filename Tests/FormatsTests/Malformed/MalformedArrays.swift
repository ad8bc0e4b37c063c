// SPDX-License-Identifier: Apache-2.0

import PullbackTestSupport

extension MalformedFile {
  static let npy: [MalformedFile] = [
    MalformedFile(.npy, [], ": is empty"),
    MalformedFile(
      .npy, [0x92] + Array("NUMPY".utf8),
      ": not a .npy file: it does not start with \\x93NUMPY"),
    MalformedFile(
      .npy, Array("not NumPy".utf8),
      ": is a text that begins with \"not NumPy\", not a .npy file; read a table with CSV.table"),
    MalformedFile(
      .npy, npyBytes(shape: "(0,)").replacing(at: 6, with: [4]),
      ": version 4.0 of the format is not known"),
    MalformedFile(
      .npy, npyBytes(shape: "(0,)").replacing(at: 7, with: [1]),
      ": version 1.1 of the format is not known"),
    MalformedFile(
      .npy, npyBytes(shape: "(0,)").replacing(at: 8, with: [0xFF, 0xFF]),
      ": byte 10: 65535 bytes expected, the file ends at byte 68"),
    MalformedFile(
      .npy, npyBytes("{}", version: 2).replacing(at: 8, with: [0xFF, 0xFF, 0xFF, 0xFF]),
      ": a header of 4294967295 bytes is longer than any array's"),
    MalformedFile(
      .npy, npyBytes(shape: "(2,)", [1, 2, 3]),
      ": the header declares 8 bytes of float32 [2], 3 follow it"),
    MalformedFile(
      .npy, npyBytes(shape: "()", [1, 2, 3, 4, 5]),
      ": the header declares 4 bytes of float32 [], 5 follow it"),
    MalformedFile(
      .npy, npyBytes(shape: "(1099511627776,)", type: "<f8"),
      ": the header declares 8796093022208 bytes of float64 [1099511627776], 0 follow it"),
    MalformedFile(
      .npy, npyBytes(shape: "(4294967296, 4294967296)"),
      ": the shape [4294967296, 4294967296] has more elements than can be counted"),
    MalformedFile(
      .npy, npyBytes(shape: "(0, 9223372036854775807, 4)"),
      ": the shape [0, 9223372036854775807, 4] has more elements than can be counted"),
    MalformedFile(
      .npy, npyBytes(shape: "(99999999999999999999,)"),
      ": the header, at its character 51: an extent that can be counted expected in the shape"),
    MalformedFile(
      .npy, npyBytes(shape: "(-1,)"),
      ": the header, at its character 51: an extent that can be counted expected in the shape"),
    MalformedFile(
      .npy, npyBytes(shape: "(1)", [0, 0, 0, 0]),
      ": the header, at its character 53: the shape is no tuple"),
    MalformedFile(
      .npy, npyBytes(shape: "(1 2)"),
      ": the header, at its character 53: a comma expected in the shape"),
    MalformedFile(
      .npy, npyBytes(shape: "(" + String(repeating: "1,", count: 65) + ")"),
      ": the header, at its character 180: too many axes"),
    MalformedFile(
      .npy, npyBytes(shape: "(1,)", type: "|O"),
      ": \"|O\" means Python objects: loading them would run code; save numbers"),
    MalformedFile(
      .npy, npyBytes(shape: "(1,)", type: "<c8"),
      ": \"<c8\" means complex numbers, which no tensor holds"),
    MalformedFile(
      .npy, npyBytes(shape: "(1,)", type: "<U3"), ": \"<U3\" means texts, which no tensor holds"),
    MalformedFile(
      .npy, npyBytes(shape: "(1,)", type: "<M8[ns]"),
      ": \"<M8[ns]\" means dates, which no tensor holds; save numbers"),
    MalformedFile(
      .npy, npyBytes(shape: "(1,)", type: "<f16"),
      ": \"<f16\" means numbers wider than a Double; save float64"),
    MalformedFile(
      .npy, npyBytes(shape: "(1,)", type: "|V2"),
      ": \"|V2\" means elements of a type that no tensor holds"),
    MalformedFile(
      .npy, npyBytes(shape: "(2,)", [1, 3], type: "|b1"), ": element 1 is the byte 3, not a Bool"),
    MalformedFile(
      .npy, npyBytes("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}"),
      ": the elements are structures; save each field as an array of its own"),
    MalformedFile(
      .npy, npyBytes("{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (1,)}"),
      ": the elements are structures; save each field as an array of its own"),
    MalformedFile(
      .npy, npyBytes(shape: "(1,)", type: "bfloat16"),
      ": \"bfloat16\" means elements of a type that no tensor holds"),
    // NumPy refuses a header padded with NUL, too. Report b03d.
    MalformedFile(
      .npy, npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}\0\0"),
      ": the header, at its character 55: text follows the dictionary"),
    MalformedFile(
      .npy, npyBytes("{'descr': '<f4', 'shape': (1,)}"),
      ": the header, at its character 32: descr, fortran_order or shape is missing"),
    MalformedFile(
      .npy, npyBytes("{'descr': '<f4', 'descr': '<f4'}"),
      ": the header, at its character 25: descr stands in it twice"),
    MalformedFile(
      .npy, npyBytes("{'other': 1}"),
      ": the header, at its character 9: the key \"other\" is not known"),
    MalformedFile(
      .npy, npyBytes("{'descr': '<f4', 'fortran_order': 1, 'shape': (1,)}"),
      ": the header, at its character 34: True or False expected"),
    MalformedFile(
      .npy, npyBytes("{'descr': '<f4"), ": the header, at its character 10: a text is left open"),
    MalformedFile(.npy, npyBytes(""), ": the header, at its character 1: \"{\" expected"),
    MalformedFile(
      .npy, npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (0,)} x"),
      ": the header, at its character 56: text follows the dictionary"),
    MalformedFile(
      .npy, npyBytes("__import__('os').system('true')"),
      ": the header, at its character 0: \"{\" expected"),
    MalformedFile(
      .npy, Fixture.bytes("objects.npy"),
      ": \"|O\" means Python objects: loading them would run code; save numbers"),
    MalformedFile(
      .npy, Fixture.bytes("structures.npy"),
      ": the elements are structures; save each field as an array of its own"),
    MalformedFile(
      .npy, Fixture.bytes("texts.npy"), ": \"<U1\" means texts, which no tensor holds"),
    MalformedFile(
      .npy, Fixture.bytes("complex.npy"),
      ": \"<c8\" means complex numbers, which no tensor holds"),
  ]

  static let npz: [MalformedFile] = {
    let array = npyBytes(shape: "(2,)", [1, 2, 3, 4, 5, 6, 7, 8])
    func zip(_ message: String, _ change: (inout Zip) -> Void) -> MalformedFile {
      var zip = Zip(array)
      change(&zip)
      return MalformedFile(.npz, zip.bytes, message)
    }
    let deflated = Fixture.bytes("deflated.npz")
    return [
      MalformedFile(.npz, [], ": is empty"),
      MalformedFile(
        .npz, Array("PK".utf8) + array,
        ": not a zip archive, or one that was cut: its end is missing"),
      MalformedFile(
        .npz, array, ": is a .npy file, not a .npz archive; read it with NumPy.load"),
      zip(": x: the bytes do not match their checksum") { $0.wrongChecksum = true },
      zip(": \"x.npy\" is encrypted") { $0.flags = 1 },
      zip(": \"x.npy\" is compressed by method 14; only deflate (8) is known") { $0.method = 14 },
      zip(": \"x.npy\" is stored, yet in another length than its own") { $0.byteCount = 1 << 31 },
      zip(": \"x.npy\" does not fit the file") {
        $0.byteCount = 1 << 31
        $0.compressedCount = 1 << 31
      },
      zip(": \"x.npy\" does not fit the file") { $0.header = 1 << 30 },
      zip(": byte 1: the member \"x.npy\" is not where the directory says") { $0.header = 1 },
      zip(": byte 0: the member \"x.npy\" is not where the directory says") {
        $0.localName = Array("y.npy".utf8)
      },
      zip(": two members are named \"x.npy\"") { $0.entries = 2 },
      zip(": the directory lists 1 members, but counts 2") { $0.claimedEntries = 2 },
      zip(": the directory lists 1 members, but counts 0") { $0.claimedEntries = 0 },
      zip(": the directory lists 1 members, but counts 60000") { $0.claimedEntries = 60000 },
      zip(": the directory of the archive does not fit the file") { $0.directoryStart = 1 << 31 },
      zip(": the directory of the archive does not fit the file") { $0.directoryCount = 1 << 31 },
      zip(": \"x.npy\" does not fit the file") { $0.directoryStart = 0 },
      MalformedFile(
        .npz, Zip(array).bytes.replacing(at: 111, with: [0]),
        ": byte 111: an entry of the directory is damaged"),
      zip(": byte 108: the name of a member is not UTF-8") {
        $0.name = [0xFF, 0xFE]
        $0.flags = 0x0800
      },
      zip(": the archive has several parts") { $0.part = 1 },
      zip(": byte 111: a length of the member is missing") {
        $0.byteCount = 0xFFFF_FFFF
        $0.extra = [1, 0, 4, 0, 1, 2, 3, 4]
      },
      zip(": a number in the archive is too large to count") {
        $0.byteCount = 0xFFFF_FFFF
        $0.extra = [1, 0, 8, 0] + [UInt8](repeating: 0xFF, count: 8)
      },
      zip(": x.txt: not a .npy file: it does not start with \\x93NUMPY") {
        $0.name = Array("x.txt".utf8)
        $0.content = Array("some text".utf8)
      },
      zip(": x: the header is cut: 8 bytes expected, 4 are left") { $0.content = [1, 2, 3, 4] },
      zip(": x: the header declares 4000000000000 bytes of float32 [1000000000000], 0 follow it") {
        $0.content = npyBytes(shape: "(1000000000000,)")
      },
      MalformedFile(
        .npz, Zip(npyBytes(shape: "(1,)", type: "|O")).bytes,
        ": x: \"|O\" means Python objects: loading them would run code; save numbers"),
      MalformedFile(
        .npz, deflated.replacing(at: 70, with: [0xFF, 0xFF, 0xFF, 0xFF]),
        ": byte 78: the compressed data is damaged"),
      zip(": byte 43: the compressed data ends 2 bytes before it should") { $0.method = 8 },
      // A bomb is refused for what it claims, before anything is inflated.
      zip(
        ": \"x.npy\" is said to have 4000000000 bytes, more than 76 compressed ones can hold"
      ) {
        $0.method = 8
        $0.byteCount = 4_000_000_000
      },
    ]
  }()
}
