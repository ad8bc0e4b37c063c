// SPDX-License-Identifier: Apache-2.0

/// A zip archive with several members and what else archives have: comments, extra fields, data
/// descriptors, folders, bytes around it.
struct ZipParts {
  struct Member {
    var name: [UInt8]
    var content: [UInt8] = []
    var flags: UInt64 = 0
    var method: UInt64 = 0
    var extra: [UInt8] = []
    var localExtra: [UInt8] = []
    var comment: [UInt8] = []
    /// Lengths and checksum stand behind the bytes, and not before.
    var hasDescriptor = false
    /// Lengths stand in the extra field for 64 bits.
    var isWide = false

    init(_ name: String, _ content: [UInt8] = []) {
      (self.name, self.content) = (Array(name.utf8), content)
    }
  }

  var members: [Member]
  var comment: [UInt8] = []
  var front: [UInt8] = []
  var behind: [UInt8] = []
  /// The end has records for 64 bits.
  var hasWideEnd = false
  /// The number of members, if it is not theirs.
  var count: UInt64?

  init(_ members: [Member]) { self.members = members }

  init(_ members: Member...) { self.init(members) }

  var bytes: [UInt8] {
    var bytes = front, directory: [UInt8] = []
    for member in members {
      let position = UInt64(bytes.count - front.count)
      let sum = UInt64(checksum(member.content)), size = UInt64(member.content.count)
      let flags = member.flags | (member.hasDescriptor ? 8 : 0)
      let start = [
        littleEndian(20, 2), littleEndian(flags, 2), littleEndian(member.method, 2),
        littleEndian(0, 4),
      ].joined()
      let name = littleEndian(UInt64(member.name.count), 2)
      let sizes: [UInt64] = member.hasDescriptor ? [0, 0, 0] : [sum, size, size]
      bytes += littleEndian(0x0403_4B50, 4) + start + sizes.flatMap { littleEndian($0, 4) } + name
      bytes += littleEndian(UInt64(member.localExtra.count), 2) + member.name + member.localExtra
      bytes += member.content
      if member.hasDescriptor {
        bytes += [0x0807_4B50, sum, size, size].flatMap { littleEndian($0, 4) }
      }
      let wide =
        littleEndian(1, 2) + littleEndian(24, 2)
        + [size, size, position].flatMap { littleEndian($0, 8) }
      let extra = member.extra + (member.isWide ? wide : [])
      let known = member.isWide ? [sum, 0xFFFF_FFFF, 0xFFFF_FFFF] : [sum, size, size]
      directory += littleEndian(0x0201_4B50, 4) + littleEndian(20, 2) + start
      directory += known.flatMap { littleEndian($0, 4) } + name
      directory += littleEndian(UInt64(extra.count), 2)
      directory += littleEndian(UInt64(member.comment.count), 2) + littleEndian(0, 8)
      directory += littleEndian(member.isWide ? 0xFFFF_FFFF : position, 4)
      directory += member.name + extra + member.comment
    }
    let start = UInt64(bytes.count - front.count), size = UInt64(directory.count)
    let count = count ?? UInt64(members.count)
    bytes += directory
    if hasWideEnd {
      let end = UInt64(bytes.count - front.count)
      bytes += littleEndian(0x0606_4B50, 4) + littleEndian(44, 8) + littleEndian(45, 2)
      bytes += littleEndian(45, 2) + littleEndian(0, 8)
      bytes += [count, count, size, start].flatMap { littleEndian($0, 8) }
      bytes += littleEndian(0x0706_4B50, 4) + littleEndian(0, 4) + littleEndian(end, 8)
      bytes += littleEndian(1, 4)
    }
    bytes += littleEndian(0x0605_4B50, 4) + littleEndian(0, 4)
    bytes += [count, count].flatMap { littleEndian(hasWideEnd ? 0xFFFF : $0 & 0xFFFF, 2) }
    bytes += littleEndian(size, 4) + littleEndian(hasWideEnd ? 0xFFFF_FFFF : start, 4)
    return bytes + littleEndian(UInt64(comment.count), 2) + comment + behind
  }
}
