// SPDX-License-Identifier: Apache-2.0

/// Writes the members of a zip archive one after the other, then the directory. Lengths and
/// positions that do not fit 32 bits use the Zip64 extension, as NumPy's do.
struct ZipWriter {
  private let file: AtomicFile
  private let path: String
  private var directory: Bytes = []
  private var count = 0
  private var position = 0

  init(_ file: AtomicFile, _ path: String) { (self.file, self.path) = (file, path) }

  /// Adds a member that consists of a header and the bytes of a tensor.
  mutating func add(
    _ name: String, _ ending: String, _ header: Bytes, _ tensor: StoredTensor, compressed: Bool
  ) throws(FileError) {
    if let problem = ZipWriter.problem(ofName: name) {
      throw FileError(
        .unwritable, in: path, "\(name.quoted) cannot name an array in an archive: \(problem)")
    }
    let name = Bytes((name + ending).utf8)
    guard let nameCount = UInt16(exactly: name.count) else {
      throw FileError(.unwritable, in: path, "a name of \(name.count) bytes is too long")
    }
    var checksum = CRC32()
    checksum.update(header.span)
    tensor.withBytes { checksum.update($0) }
    let byteCount = header.count + tensor.byteCount
    let packed = compressed ? try deflated(header, tensor) : nil
    let entry = Entry(
      name: name, nameCount: nameCount, isDeflated: packed != nil,
      checksum: checksum.value, position: position, compressedCount: packed?.count ?? byteCount,
      byteCount: byteCount)
    let start = entry.localHeader
    try file.write(start)
    if let packed {
      try file.write(packed.span)
    } else {
      try file.write(header)
      try tensor.withBytes { (bytes) throws(FileError) in try file.write(bytes) }
    }
    directory += entry.directoryEntry
    position += start.count + entry.compressedCount
    count += 1
  }

  /// What others may unpack to a file must name one below their folder, on any system.
  private static func problem(ofName name: String) -> String? {
    if name.isEmpty { return "it is empty" }
    if name.utf8.contains(0) { return "it has a NUL character" }
    if name.utf8.contains(UInt8(ascii: "\\")) { return "it has a backslash" }
    let start = Bytes(name.utf8.prefix(2))
    if start.count == 2, (start[0] | 0x20) &- UInt8(ascii: "a") < 26, start[1] == UInt8(ascii: ":")
    {
      return "it begins with a drive of Windows"
    }
    for part in name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if part.isEmpty { return "a part of its path is empty" }
      // Windows leaves out dots and blanks at the end of a part.
      if part.first == UInt8(ascii: "."), part.allSatisfy({ ". ".utf8.contains($0) }) {
        return "a part of its path is . or .."
      }
    }
    return nil
  }

  private func deflated(
    _ header: Bytes, _ tensor: StoredTensor
  ) throws(FileError) -> Bytes {
    let deflater = try Deflater(for: path)
    try deflater.write(header.span)
    try tensor.withBytes { (bytes) throws(FileError) in try deflater.write(bytes) }
    return try deflater.finish()
  }

  /// Writes the directory and the end of the archive.
  func finish() throws(FileError) {
    try file.write(directory)
    var end: Bytes = []
    let isWide = position + directory.count >= 0xFFFF_FFFF || count >= 0xFFFF
    if isWide {
      end.append(littleEndian: 0x0606_4B50, count: 4)
      end.append(littleEndian: 44, count: 8)
      end.append(littleEndian: 0x2D_002D, count: 4)
      end.append(littleEndian: 0, count: 8)
      for number in [count, count, directory.count, position] {
        end.append(littleEndian: UInt64(number), count: 8)
      }
      end.append(littleEndian: 0x0706_4B50, count: 4)
      end.append(littleEndian: 0, count: 4)
      end.append(littleEndian: UInt64(position + directory.count), count: 8)
      end.append(littleEndian: 1, count: 4)
    }
    end.append(littleEndian: 0x0605_4B50, count: 4)
    end.append(littleEndian: 0, count: 4)
    for _ in 0..<2 { end.append(littleEndian: UInt64(min(count, 0xFFFF)), count: 2) }
    end.append(littleEndian: UInt64(min(directory.count, 0xFFFF_FFFF)), count: 4)
    end.append(littleEndian: UInt64(min(position, 0xFFFF_FFFF)), count: 4)
    end.append(littleEndian: 0, count: 2)
    try file.write(end)
  }
}

private struct Entry {
  let name: Bytes
  let nameCount: UInt16
  let isDeflated: Bool
  let checksum: UInt32
  let position, compressedCount, byteCount: Int

  private var isWide: Bool {
    max(position, max(compressedCount, byteCount)) >= 0xFFFF_FFFF
  }

  /// What the local header and the directory have in common: version to extract, flags (names in
  /// UTF-8), method, date (1 January 1980, so that the same arrays are the same bytes), checksum,
  /// lengths, length of the name, length of the extra field.
  private var middle: Bytes {
    var bytes: Bytes = []
    bytes.append(littleEndian: isWide ? 45 : 20, count: 2)
    bytes.append(littleEndian: 0x0800, count: 2)
    bytes.append(littleEndian: isDeflated ? 8 : 0, count: 2)
    bytes.append(littleEndian: 0x0021_0000, count: 4)
    bytes.append(littleEndian: UInt64(checksum), count: 4)
    for number in [compressedCount, byteCount] {
      bytes.append(littleEndian: isWide ? 0xFFFF_FFFF : UInt64(number), count: 4)
    }
    bytes.append(littleEndian: UInt64(nameCount), count: 2)
    bytes.append(littleEndian: UInt64(extra.count), count: 2)
    return bytes
  }

  private var extra: Bytes {
    guard isWide else { return [] }
    var bytes: Bytes = []
    bytes.append(littleEndian: 1, count: 2)
    bytes.append(littleEndian: 24, count: 2)
    for number in [byteCount, compressedCount, position] {
      bytes.append(littleEndian: UInt64(number), count: 8)
    }
    return bytes
  }

  var localHeader: Bytes {
    var bytes: Bytes = []
    bytes.append(littleEndian: 0x0403_4B50, count: 4)
    return bytes + middle + name + extra
  }

  var directoryEntry: Bytes {
    var bytes: Bytes = []
    bytes.append(littleEndian: 0x0201_4B50, count: 4)
    bytes.append(littleEndian: isWide ? 45 : 20, count: 2)
    bytes += middle
    // No comment, first part, no attributes.
    bytes.append(littleEndian: 0, count: 10)
    bytes.append(littleEndian: isWide ? 0xFFFF_FFFF : UInt64(position), count: 4)
    return bytes + name + extra
  }
}
