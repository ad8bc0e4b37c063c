// SPDX-License-Identifier: Apache-2.0

/// The members of a zip archive, as its central directory lists them.
///
/// Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 6.3.10, with the Zip64
/// extension; no encryption, no parts, methods stored and deflated.
struct ZipDirectory: Sendable {
  struct Member: Sendable {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    /// Where the member's local header starts.
    let header: Int
    let compressedCount: Int
    let byteCount: Int
  }

  let members: [Member]

  init(_ source: ByteSource) throws(FileError) {
    let end = try ZipDirectory.end(of: source)
    // An entry has at least 46 bytes: a directory that fits the file bounds their number.
    guard end.start >= 0, end.byteCount >= 0, end.start <= source.byteCount - end.byteCount,
      end.count <= end.byteCount / 46
    else { throw source.malformed("the directory of the archive does not fit the file") }
    let directory = try source.bytes(at: end.start, count: end.byteCount)
    var members: [Member] = []
    var names: Set<String> = []
    var index = 0
    while members.count < end.count {
      let member = try ZipDirectory.member(directory, &index, start: end.start, source)
      guard names.insert(member.name).inserted else {
        throw source.malformed("two members are named \(member.name.quoted)")
      }
      members.append(member)
    }
    guard index == directory.count else {
      throw source.malformed(
        at: end.start + index, "the directory lists more members than it counts")
    }
    try ZipDirectory.checkOverlaps(members, before: end.start, source)
    self.members = members
  }

  private typealias End = (start: Int, byteCount: Int, count: Int)

  /// The record at the end of the archive, found from behind: a comment may follow it.
  private static func end(of source: ByteSource) throws(FileError) -> End {
    let length = min(source.byteCount, 22 + 65535)
    let start = source.byteCount - length
    let tail = try source.bytes(at: start, count: length)
    var position = length - 22
    while position >= 0 {
      if tail.littleEndian(at: position, count: 4) == 0x0605_4B50,
        Int(tail.littleEndian(at: position + 20, count: 2)) == length - position - 22
      {
        break
      }
      position -= 1
    }
    guard position >= 0 else {
      let problem = "not a zip archive, or one that was cut: its end is missing"
      // What begins like one says enough about itself.
      if try source.start().starts(with: [0x50, 0x4B]) { throw source.malformed(problem) }
      throw try source.notOf("a .npz archive", problem)
    }
    func number(_ offset: Int, _ count: Int) -> Int {
      Int(tail.littleEndian(at: position + offset, count: count))
    }
    if let wide = try wideEnd(before: start + position, source) { return wide }
    guard number(4, 2) == 0, number(6, 2) == 0, number(8, 2) == number(10, 2) else {
      throw source.malformed("the archive has several parts")
    }
    return (number(16, 4), number(12, 4), number(10, 2))
  }

  /// The same record of an archive beyond 4 GiB, if there is one.
  private static func wideEnd(
    before position: Int, _ source: ByteSource
  ) throws(FileError) -> End? {
    guard position >= 20 else { return nil }
    let locator = try source.bytes(at: position - 20, count: 20)
    guard locator.littleEndian(at: 0, count: 4) == 0x0706_4B50 else { return nil }
    let start = try count(locator, 8, source)
    let record = try source.bytes(at: start, count: 56)
    guard record.littleEndian(at: 0, count: 4) == 0x0606_4B50 else {
      throw source.malformed(at: start, "the end of the archive is damaged")
    }
    return (
      try count(record, 48, source), try count(record, 40, source), try count(record, 32, source)
    )
  }

  /// A number of 64 bits that counts bytes or members.
  private static func count(
    _ bytes: Bytes, _ offset: Int, _ source: ByteSource
  ) throws(FileError) -> Int {
    guard let number = Int(exactly: bytes.littleEndian(at: offset, count: 8)) else {
      throw source.malformed("a number in the archive is too large to count")
    }
    return number
  }

  private static func member(
    _ directory: Bytes, _ index: inout Int, start: Int, _ source: ByteSource
  ) throws(FileError) -> Member {
    let place = start + index
    func number(_ offset: Int, _ count: Int) -> Int {
      Int(directory.littleEndian(at: index + offset, count: count))
    }
    guard directory.count - index >= 46, number(0, 4) == 0x0201_4B50 else {
      throw source.malformed(at: place, "an entry of the directory is damaged")
    }
    let nameCount = number(28, 2), extraCount = number(30, 2)
    let length = 46 + nameCount + extraCount + number(32, 2)
    guard directory.count - index >= length else {
      throw source.malformed(at: place, "an entry of the directory is cut")
    }
    let nameBytes = directory[(index + 46)..<(index + 46 + nameCount)]
    guard let name = String(validating: nameBytes, as: UTF8.self) else {
      throw source.malformed(at: place, "the name of a member is not UTF-8")
    }
    guard number(8, 2) & 1 == 0 else {
      throw source.malformed("\(name.quoted) is encrypted")
    }
    guard [0, 8].contains(number(10, 2)) else {
      throw source.malformed(
        "\(name.quoted) is compressed by method \(number(10, 2)); only deflate (8) is known")
    }
    var sizes = [number(24, 4), number(20, 4), number(42, 4)]
    let extra = Bytes(directory[(index + 46 + nameCount)..<(index + 46 + nameCount + extraCount)])
    try widen(&sizes, extra, at: place, source)
    let member = Member(
      name: name, isDeflated: number(10, 2) == 8, checksum: UInt32(number(16, 4)),
      header: sizes[2], compressedCount: sizes[1], byteCount: sizes[0])
    guard member.isDeflated || member.compressedCount == member.byteCount else {
      throw source.malformed("\(name.quoted) is stored, yet in another length than its own")
    }
    index += length
    return member
  }

  /// Numbers that do not fit 32 bits stand, in order, in the extra field 1.
  private static func widen(
    _ sizes: inout [Int], _ extra: Bytes, at place: Int, _ source: ByteSource
  ) throws(FileError) {
    var position = 0
    while extra.count - position >= 4 {
      let length = Int(extra.littleEndian(at: position + 2, count: 2))
      guard extra.count - position - 4 >= length else { break }
      if extra.littleEndian(at: position, count: 2) == 1 {
        var field = position + 4
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
          guard field + 8 <= position + 4 + length else {
            throw source.malformed(at: place, "a length of the member is missing")
          }
          sizes[index] = try count(extra, field, source)
          field += 8
        }
      }
      position += 4 + length
    }
  }

  /// Members that share bytes would let a small file hold ever more.
  private static func checkOverlaps(
    _ members: [Member], before end: Int, _ source: ByteSource
  ) throws(FileError) {
    var position = 0
    for member in members.sorted(by: { $0.header < $1.header }) {
      guard member.header >= position else {
        throw source.malformed("\(member.name.quoted) overlaps another member")
      }
      guard member.compressedCount <= end - 30, member.header <= end - 30 - member.compressedCount
      else { throw source.malformed("\(member.name.quoted) does not fit the file") }
      position = member.header + 30 + member.compressedCount
    }
  }

  /// Where a member's bytes are. Its local header repeats the name and may have another extra field.
  static func content(of member: Member, in source: ByteSource) throws(FileError) -> Range<Int> {
    let header = try source.bytes(at: member.header, count: 30)
    let nameCount = Int(header.littleEndian(at: 26, count: 2))
    let start = member.header + 30 + nameCount + Int(header.littleEndian(at: 28, count: 2))
    guard header.littleEndian(at: 0, count: 4) == 0x0403_4B50,
      try source.bytes(at: member.header + 30, count: nameCount) == Bytes(member.name.utf8)
    else {
      throw source.malformed(
        at: member.header, "the member \(member.name.quoted) is not where the directory says")
    }
    guard start <= source.byteCount - member.compressedCount else {
      throw source.malformed("\(member.name.quoted) does not fit the file")
    }
    return start..<(start + member.compressedCount)
  }
}
