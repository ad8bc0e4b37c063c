// SPDX-License-Identifier: Apache-2.0

extension Safetensors {
  /// The texts of a safetensors file, `__metadata__` in it: a value for each key, in the order of
  /// the file. Keys are compared byte for byte.
  ///
  /// ```swift
  /// let file = try Safetensors.read(at: "w.safetensors")
  /// print(file.metadata["made by"] ?? "nobody")   // me
  /// for (key, value) in file.metadata { print(key, value) }   // made by me
  /// ```
  ///
  /// They stay in the header's text until they are asked for: each access reads one of them.
  public struct Metadata: Sendable, RandomAccessCollection {
    private let text: JSONScanner
    private let keys: JSONKeys

    init(_ keys: JSONKeys, in text: JSONScanner) { (self.keys, self.text) = (keys, text) }

    public var startIndex: Int { 0 }
    public var endIndex: Int { keys.positions.count }

    public subscript(position: Int) -> (key: String, value: String) {
      var scanner = text.at(Int(keys.positions[position]))
      return (scanner.knownString(), scanner.knownMember())
    }

    /// The value of a key; nil if there is none.
    public subscript(key: String) -> String? {
      guard let position = keys.knownPosition(of: key, in: text) else { return nil }
      var scanner = text.at(position)
      _ = scanner.knownString()
      return scanner.knownMember()
    }
  }
}

extension Safetensors.Metadata: CustomStringConvertible {
  /// As a dictionary prints.
  public var description: String {
    let members = map { "\($0.debugDescription): \($1.debugDescription)" }
    return members.isEmpty ? "[:]" : "[" + members.joined(separator: ", ") + "]"
  }
}

// What the header's check has read once is there, and reads the same again.
extension JSONScanner {
  func knownString(at position: UInt32) -> String {
    var scanner = at(Int(position))
    return scanner.knownString()
  }

  mutating func knownString() -> String { (try? string()) ?? "" }

  fileprivate mutating func knownMember() -> String {
    try? expect(":")
    return knownString()
  }
}

extension JSONKeys {
  func knownPosition(of key: String, in text: JSONScanner) -> Int? {
    (try? position(of: Bytes(key.utf8)[...], in: text)) ?? nil
  }
}
