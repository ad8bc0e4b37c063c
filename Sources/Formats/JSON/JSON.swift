// SPDX-License-Identifier: Apache-2.0

/// A JSON value whose objects keep the order of their members: what metadata is written in.
///
/// ```swift
/// let summary: JSON = ["epochs": 20, "loss": 0.25, "classes": ["cat", "dog"]]
/// print(summary)   // {"epochs":20,"loss":0.25,"classes":["cat","dog"]}
/// ```
public enum JSON: Sendable, Hashable {
  /// Nothing, said explicitly.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number without a point or an exponent, as far as an `Int` reaches.
  case integer(Int)
  /// A finite number; JSON knows no other.
  case number(Double)
  /// Text, without the quotation marks and escapes of files.
  case string(String)
  /// Values in order.
  case array([JSON])
  /// Values under names, in order.
  case object([Member])

  /// One member of an object: objects keep the order of theirs.
  public struct Member: Sendable, Hashable {
    /// The name, of which an object has each once.
    public let name: String
    /// What stands behind the colon.
    public let value: JSON

    /// A member of an object that is made in Swift.
    public init(_ name: String, _ value: JSON) { (self.name, self.value) = (name, value) }

    /// Names are compared byte for byte, as in files.
    public static func == (left: Member, right: Member) -> Bool {
      Name(left.name) == Name(right.name) && left.value == right.value
    }

    public func hash(into hasher: inout Hasher) {
      hasher.combine(Name(name))
      hasher.combine(value)
    }
  }

  /// The value of a member of an object; nil if there is none. Names are compared byte for byte.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { Name($0.name) == Name(name) }?.value
  }

  /// Reads JSON: one value, no key twice.
  ///
  /// Throws a ``FileError`` with the byte where the text is wrong, and for whole numbers that
  /// neither `Int` nor `Double` holds and values that are nested more than 64 deep or would take
  /// more memory than the text and 48 MiB.
  ///
  /// - Parameter file: what errors call the text.
  public init(parsing text: consuming String, file: String = "JSON") throws(FileError) {
    // Beside the text its bytes, and a value that is one text.
    try requireMemory(3 * text.utf8.count, for: file)
    let bytes = Bytes((consume text).utf8)
    guard bytes.count <= JSONScanner.longest else {
      throw FileError(.malformed, in: file, "a JSON text of \(bytes.count) bytes is too long")
    }
    var scanner = JSONScanner(bytes, of: file) {
      FileError(.malformed, in: file, at: .byte($0), $1)
    }
    self = try scanner.value()
    try scanner.end()
  }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
  ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0, $1) })
  }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(stringLiteral text: String) { self = .string(text) }
  public init(integerLiteral number: Int) { self = .integer(number) }
  public init(floatLiteral number: Double) { self = .number(number) }
  public init(booleanLiteral truth: Bool) { self = .bool(truth) }
  public init(nilLiteral: ()) { self = .null }
}

extension JSON: CustomStringConvertible {
  /// The text on one line. A number that is not finite becomes null.
  public var description: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let truth): text += "\(truth)"
    case .integer(let number): text += "\(number)"
    case .number(let number): text += number.isFinite ? "\(number)" : "null"
    case .string(let string): text += string.quotedAsJSON
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        text += member.name.quotedAsJSON + ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }
}
