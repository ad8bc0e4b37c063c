// SPDX-License-Identifier: Apache-2.0

/// The members of a zip archive, as its central directory lists them.
///
/// Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 6.3.10, with the Zip64
/// extension; no encryption, no parts, methods stored and deflated.
struct ZipDirectory: Sendable {
  struct Member: Sendable {
    let name: String
    /// 0 for stored, 8 for deflated bytes.
    let method: UInt16
    let isEncrypted: Bool
    let checksum: UInt32
    /// Where the member's local header starts.
    let header: Int
    let compressedCount: Int
    let byteCount: Int
  }

  /// The members in the order of the directory, without folders and what repeats a name.
  let members: [Member]
  private let positions: [Name: Int]
  private let repeated: Set<Name>

  init(_ source: ByteSource) throws(FileError) {
    let end = try ZipDirectory.end(of: source)
    // What stands before the archive, as in one that unpacks itself, moves all positions.
    let (start, moved) = end.before.subtractingReportingOverflow(end.byteCount)
    let shift = start &- end.start
    guard !moved, start >= 0, end.start >= 0, shift >= 0 else {
      throw source.malformed("the directory of the archive does not fit the file")
    }
    // Lists that grow and a table of names, beside the bytes.
    try requireMemory(6 * end.byteCount, for: source.name)
    let directory = try source.bytes(at: start, count: end.byteCount)
    var members: [Member] = []
    var positions: [Name: Int] = [:]
    var repeated: Set<Name> = []
    var index = 0, count = 0
    while index < directory.count {
      let member = try ZipDirectory.member(directory, &index, start: start, shift: shift, source)
      count += 1
      let name = Name(member.name)
      if name.hasSuffix("/") && member.byteCount == 0 { continue }
      if positions[name] == nil {
        positions[name] = members.count
        members.append(member)
      } else {
        repeated.insert(name)
      }
    }
    // Without the Zip64 extension writers have no more than 16 bits for the number.
    guard count == end.count || !end.isWide && count & 0xFFFF == end.count else {
      throw source.malformed("the directory lists \(count) members, but counts \(end.count)")
    }
    try ZipDirectory.checkOverlaps(members, before: start, source)
    (self.members, self.positions, self.repeated) = (members, positions, repeated)
  }

  /// Throws if several have the name; nil if none has.
  func member(_ name: String, in source: ByteSource) throws(FileError) -> Member? {
    if repeated.contains(Name(name)) {
      throw source.malformed("two members are named \(name.quoted)")
    }
    return positions[Name(name)].map { members[$0] }
  }

  func contains(_ name: String) -> Bool { positions[Name(name)] != nil }

  /// What the end of the archive says of the directory.
  private struct End {
    let start, byteCount, count: Int
    /// Where the records of the end begin: the directory stands before them.
    let before: Int
    let isWide: Bool
  }

  /// The record at the end of the archive, found from behind: a comment may follow it, and bytes
  /// that belong to nothing.
  private static func end(of source: ByteSource) throws(FileError) -> End {
    let length = min(source.byteCount, 22 + 65535)
    let start = source.byteCount - length
    let tail = try source.bytes(at: start, count: length)
    var padded: Int?
    var position = length - 22
    while position >= 0 {
      if tail.littleEndian(at: position, count: 4) == 0x0605_4B50 {
        let rest = length - position - 22
        let comment = Int(tail.littleEndian(at: position + 20, count: 2))
        if comment == rest { break }
        if comment < rest && padded == nil { padded = position }
      }
      position -= 1
    }
    if position < 0, let padded { position = padded }
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
    return End(
      start: number(16, 4), byteCount: number(12, 4), count: number(10, 2),
      before: start + position, isWide: false)
  }

  /// The same record of an archive beyond 4 GiB or 65,535 members, if there is one: it stands
  /// before a locator of 20 bytes.
  private static func wideEnd(
    before position: Int, _ source: ByteSource
  ) throws(FileError) -> End? {
    guard position >= 76 else { return nil }
    let record = try source.bytes(at: position - 76, count: 76)
    guard record.littleEndian(at: 56, count: 4) == 0x0706_4B50 else { return nil }
    guard record.littleEndian(at: 0, count: 4) == 0x0606_4B50 else {
      throw source.malformed(at: position - 76, "the end of the archive is damaged")
    }
    return End(
      start: try count(record, 48, source), byteCount: try count(record, 40, source),
      count: try count(record, 32, source), before: position - 76, isWide: true)
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
    _ directory: Bytes, _ index: inout Int, start: Int, shift: Int, _ source: ByteSource
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
    let flags = number(8, 2)
    let bytes = directory[(index + 46)..<(index + 46 + nameCount)]
    guard let name = name(bytes, flags) else {
      throw source.malformed(at: place, "the name of a member is not UTF-8")
    }
    var sizes = [number(24, 4), number(20, 4), number(42, 4)]
    let extra = Bytes(directory[(index + 46 + nameCount)..<(index + 46 + nameCount + extraCount)])
    try widen(&sizes, extra, at: place, source)
    let (header, overflow) = sizes[2].addingReportingOverflow(shift)
    guard !overflow else { throw source.malformed("\(name.quoted) does not fit the file") }
    let member = Member(
      name: name, method: UInt16(number(10, 2)), isEncrypted: flags & 1 == 1,
      checksum: UInt32(number(16, 4)), header: header, compressedCount: sizes[1],
      byteCount: sizes[0])
    index += length
    return member
  }

  /// A name, of which a flag says that it is UTF-8; nil if it is not. Names without the flag often
  /// are, too; else they are in the characters of the first PCs.
  private static func name(_ bytes: Bytes.SubSequence, _ flags: Int) -> String? {
    if let name = String(validating: bytes, as: UTF8.self) { return name }
    guard flags & 0x0800 == 0 else { return nil }
    var name = ""
    for byte in bytes {
      name.unicodeScalars.append(byte < 0x80 ? Unicode.Scalar(byte) : page437[Int(byte) - 0x80])
    }
    return name
  }

  /// The upper half of code page 437.
  private static let page437 = Array(
    ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧"
      + "╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}").unicodeScalars)

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
    for index in members.indices.sorted(by: { members[$0].header < members[$1].header }) {
      let member = members[index]
      guard member.header >= position else {
        throw source.malformed("\(member.name.quoted) overlaps another member")
      }
      guard member.compressedCount <= end - 30, member.header <= end - 30 - member.compressedCount
      else { throw source.malformed("\(member.name.quoted) does not fit the file") }
      position = member.header + 30 + member.compressedCount
    }
  }

  /// Where a member's bytes are. Its local header repeats the name and may have
  /// another extra field.
  ///
  /// Throws if they cannot be read: others can still.
  static func content(of member: Member, in source: ByteSource) throws(FileError) -> Range<Int> {
    if member.isEncrypted { throw source.malformed("\(member.name.quoted) is encrypted") }
    guard [0, 8].contains(member.method) else {
      throw source.malformed(
        "\(member.name.quoted) is compressed by method \(member.method); only deflate (8) is known"
      )
    }
    guard member.method == 8 || member.compressedCount == member.byteCount else {
      throw source.malformed("\(member.name.quoted) is stored, yet in another length than its own")
    }
    guard member.byteCount <= InflatingReader.mostBytes(from: member.compressedCount) else {
      throw source.malformed(
        "\(member.name.quoted) is said to have \(member.byteCount) bytes, more than "
          + "\(member.compressedCount) compressed ones can hold")
    }
    let header = try source.bytes(at: member.header, count: 30)
    let nameCount = Int(header.littleEndian(at: 26, count: 2))
    let start = member.header + 30 + nameCount + Int(header.littleEndian(at: 28, count: 2))
    let nameBytes = try source.bytes(at: member.header + 30, count: nameCount)
    guard header.littleEndian(at: 0, count: 4) == 0x0403_4B50,
      let name = name(nameBytes[...], Int(header.littleEndian(at: 6, count: 2))),
      Name(name) == Name(member.name)
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
