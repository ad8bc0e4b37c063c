// SPDX-License-Identifier: Apache-2.0

extension SafetensorsHeader {
  /// The header of tensors that are written one after the other, padded to a multiple of 8.
  ///
  /// Throws if a name stands for something else, a key has two values, a shape has too many axes,
  /// or it is too long.
  static func bytes(
    for tensors: [(name: String, tensor: StoredTensor)],
    _ metadata: some Collection<(key: String, value: String)>, in path: String
  ) throws(FileError) -> Bytes {
    var text = Text()
    if !metadata.isEmpty {
      text.add(metadataName, .object(try members(of: metadata, in: path)))
    }
    var position = 0
    for (name, tensor) in tensors {
      guard name != metadataName else {
        throw FileError(.unwritable, in: path, "no tensor can be named \"\(metadataName)\"")
      }
      guard tensor.shape.rank <= longestShape else {
        throw FileError(
          .unwritable, in: path, at: .part(name),
          "has \(tensor.shape.rank) axes; files hold at most \(longestShape)")
      }
      let end = position + tensor.byteCount
      text.add(
        name,
        [
          "dtype": .string(code(of: tensor.type)),
          "shape": .array(tensor.shape.map(JSON.integer)),
          "data_offsets": [.integer(position), .integer(end)],
        ])
      position = end
    }
    let json = text.finished()
    let length = (json.count + 7) / 8 * 8
    guard length <= longest else {
      throw FileError(.unwritable, in: path, "names and metadata are too long for the format")
    }
    var bytes: Bytes = []
    bytes.append(littleEndian: UInt64(length), count: 8)
    return bytes + json + Bytes(repeating: 0x20, count: length - json.count)
  }

  /// Sorted, so that the same texts are the same bytes.
  private static func members(
    of metadata: some Collection<(key: String, value: String)>, in path: String
  ) throws(FileError) -> [JSON.Member] {
    let members = metadata.sorted { Name($0.key) < Name($1.key) }
    for (member, next) in zip(members, members.dropFirst())
    where Name(member.key) == Name(next.key) {
      throw FileError(.unwritable, in: path, "two texts have the key \(member.key.quoted)")
    }
    return members.map { .init($0.key, .string($0.value)) }
  }

  /// A JSON object that is written member by member.
  private struct Text {
    private var bytes: Bytes = [UInt8(ascii: "{")]

    mutating func add(_ name: String, _ value: JSON) {
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      bytes += "\(JSON.string(name)):\(value)".utf8
    }

    func finished() -> Bytes { bytes + [UInt8(ascii: "}")] }
  }
}
