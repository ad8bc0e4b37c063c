// SPDX-License-Identifier: Apache-2.0

/// A number of bytes, least significant first.
func littleEndian(_ number: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
}

func npyBytes(_ header: String, _ data: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
  let text = Array((header + "\n").utf8)
  return [0x93] + Array("NUMPY".utf8) + [version, 0]
    + littleEndian(UInt64(text.count), version == 1 ? 2 : 4) + text + data
}

func npyBytes(shape: String, _ data: [UInt8] = [], type: String = "<f4") -> [UInt8] {
  npyBytes("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }", data)
}

func safetensorsBytes(_ json: String, data count: Int = 0, length: UInt64? = nil) -> [UInt8] {
  littleEndian(length ?? UInt64(json.utf8.count), 8) + Array(json.utf8)
    + [UInt8](repeating: 0, count: count)
}

/// gzip with one stored block, which needs no compressor.
func gzipBytes(_ bytes: [UInt8]) -> [UInt8] {
  let count = UInt64(bytes.count)
  let parts: [[UInt8]] = [
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1], littleEndian(count, 2), littleEndian(~count, 2),
    bytes, littleEndian(UInt64(checksum(bytes)), 4), littleEndian(count, 4),
  ]
  return Array(parts.joined())
}

/// CRC-32, bit by bit.
func checksum(_ bytes: [UInt8]) -> UInt32 {
  var state = ~UInt32(0)
  for byte in bytes {
    state ^= UInt32(byte)
    for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
  }
  return ~state
}

/// A zip archive with one member, whose lengths and positions can be made wrong.
struct Zip {
  var name = Array("x.npy".utf8)
  var content: [UInt8]
  var flags: UInt64 = 0
  var method: UInt64 = 0
  var wrongChecksum = false
  var byteCount: UInt64?
  var compressedCount: UInt64?
  var header: UInt64 = 0
  var entries = 1
  var claimedEntries: UInt64?
  var directoryStart: UInt64?
  var directoryCount: UInt64?
  var localName: [UInt8]?
  var extra: [UInt8] = []
  var part: UInt64 = 0

  init(_ content: [UInt8]) { self.content = content }

  var bytes: [UInt8] {
    let sum = UInt64(checksum(content)) ^ (wrongChecksum ? 1 : 0)
    let count = UInt64(content.count)
    let middle = [
      littleEndian(20, 2), littleEndian(flags, 2), littleEndian(method, 2), littleEndian(0, 4),
      littleEndian(sum, 4), littleEndian(compressedCount ?? count, 4),
      littleEndian(byteCount ?? count, 4),
    ].joined()
    let local = localName ?? name
    let member = [
      littleEndian(0x0403_4B50, 4), Array(middle), littleEndian(UInt64(local.count), 2),
      littleEndian(0, 2), local, content,
    ].joined()
    let entry = [
      littleEndian(0x0201_4B50, 4), littleEndian(20, 2), Array(middle),
      littleEndian(UInt64(name.count), 2), littleEndian(UInt64(extra.count), 2),
      littleEndian(0, 10), littleEndian(header, 4), name, extra,
    ].joined()
    let directory = (0..<entries).flatMap { _ in entry }
    let claimed = littleEndian(claimedEntries ?? UInt64(entries), 2)
    let end = [
      littleEndian(0x0605_4B50, 4), littleEndian(part, 4), claimed, claimed,
      littleEndian(directoryCount ?? UInt64(directory.count), 4),
      littleEndian(directoryStart ?? UInt64(member.count), 4), littleEndian(0, 2),
    ].joined()
    return member + directory + end
  }
}

extension Array<UInt8> {
  /// With other bytes from a position on.
  func replacing(at position: Int, with bytes: [UInt8]) -> [UInt8] {
    Array(self[..<position]) + bytes + Array(self[(position + bytes.count)...])
  }
}
