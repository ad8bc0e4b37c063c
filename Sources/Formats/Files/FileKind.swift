// SPDX-License-Identifier: Apache-2.0

/// A well-known format that a file has by its first bytes: what a loader says that was given
/// another one.
struct FileKind {
  /// "a .npy file of NumPy".
  let name: String
  /// How to read it here, or what to make of it first.
  let fix: String
  /// The format, if it is one that is read here.
  let format: FileFormat?

  private init(_ name: String, _ fix: String, _ format: FileFormat? = nil) {
    (self.name, self.fix, self.format) = (name, fix, format)
  }

  /// So many bytes tell all of them.
  static let bytesNeeded = 512

  /// What stands instead of what was asked for: the end of a message.
  func problem(insteadOf format: String) -> String { "is \(name), not \(format); \(fix)" }

  init?(_ start: Bytes) {
    guard
      let kind = FileKind.wideText(start) ?? FileKind.other(than: start) ?? FileKind.text(start)
    else { return nil }
    self = kind
  }

  /// The same for a reader of texts: nil for a text of which no other format is known.
  static func other(than start: Bytes) -> FileKind? {
    isText(start) ? markup(start) : binary(start)
  }

  /// A text in UTF-8 without control characters.
  private static func isText(_ start: Bytes) -> Bool {
    // A character of several bytes may be cut where reading stopped, not where the file ends.
    let mostCut = start.count < bytesNeeded ? 0 : 3
    return start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
      && (0...mostCut).contains { String(validating: start.dropLast($0), as: UTF8.self) != nil }
  }

  private static func text(_ start: Bytes) -> FileKind? {
    guard !start.isEmpty, isText(start) else { return nil }
    var text = start[...]
    // Byte order marks, of which careless tools leave two.
    while text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    let line = String(decoding: text.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    return FileKind("a text that begins with \(line.quoted)", "read a table with CSV.table")
  }

  /// A text in UTF-16: one with a mark, or in which every other byte is zero. (Readers of texts
  /// have an error of their own for it.)
  private static func wideText(_ start: Bytes) -> FileKind? {
    let units = start.prefix(64).count / 2
    func isLatin(_ upper: Int) -> Bool {
      units >= 2
        && (0..<units).allSatisfy { unit in
          let (zero, character) = (start[2 * unit + upper], start[2 * unit + 1 - upper])
          return zero == 0
            && ((0x20..<0x7F).contains(character) || (0x09...0x0D).contains(character))
        }
    }
    guard
      start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) || isLatin(0)
        || isLatin(1)
    else { return nil }
    return FileKind("a text in UTF-16", "save it as UTF-8, and read a table with CSV.table")
  }

  /// Formats that are texts, but no tables.
  private static func markup(_ start: Bytes) -> FileKind? {
    let text = String(decoding: start.prefix(128), as: UTF8.self).lowercased()
      .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if text.hasPrefix("version https://git-lfs") {
      return FileKind("a pointer of Git LFS", "fetch the file itself with git lfs pull")
    }
    if text.hasPrefix("<!doctype") || text.hasPrefix("<html") {
      return FileKind("a page of HTML", "download the file itself")
    }
    let tags = ["<!--", "<head", "<body", "<meta", "<table", "<div", "<script"]
    if tags.contains(where: text.hasPrefix) {
      return FileKind("a page of HTML", "download the file itself")
    }
    if text.hasPrefix("%pdf") { return FileKind("a PDF document", "save its numbers as CSV") }
    if text.hasPrefix("<?xml") { return FileKind("an XML document", "convert it") }
    // The oldest protocol of pickles, for a dictionary or a list.
    if text.hasPrefix("(dp0\n") || text.hasPrefix("(lp0\n") { return pickle("a Python pickle") }
    // By scalars: a mark on a letter is one character with it.
    let marks = text.unicodeScalars.filter { !$0.properties.isWhitespace }.prefix(2)
    if ["{\"", "{}", "[{", "[["].contains(String(String.UnicodeScalarView(marks))) {
      return FileKind("a JSON document", "write tables as CSV, arrays with numpy.save")
    }
    return nil
  }

  private static func binary(_ start: Bytes) -> FileKind? {
    func has(_ mark: [UInt8], at position: Int) -> Bool {
      start.dropFirst(position).starts(with: mark)
    }
    if has(Array("PK".utf8) + [3, 4], at: 0) {
      let length = start.count > 30 ? Int(start.littleEndian(at: 26, count: 2)) : 0
      let name = String(decoding: start.dropFirst(30).prefix(length), as: UTF8.self)
      return archive(beginningWith: name)
        ?? FileKind("a zip archive that begins with \(name.quoted)", "unpack it first")
    }
    if has([0x80], at: 0), start.count > 2, (2...5).contains(start[1]) {
      return pickle("a Python pickle, as pickle.dump and older torch.save write")
    }
    // The protocol buffers begin with a small version, then the producer's name or the graph.
    if has([0x08, 0x01, 0x12], at: 0) {
      return FileKind("a SavedModel of TensorFlow", export("its variables"))
    }
    if has([0x08], at: 0), start.count > 2, (3...20).contains(start[1]),
      [0x12, 0x1A, 0x3A, 0x42].contains(start[2])
    {
      return FileKind("an ONNX model", export("its initializers"))
    }
    // The header of a safetensors file has at most 100 MB.
    if has([UInt8(ascii: "{")], at: 8), start.littleEndian(at: 0, count: 8) <= 100_000_000 {
      return FileKind("a safetensors file", "read it with Safetensors.read", .safetensors)
    }
    if has([0, 0], at: 0), start.count > 3, (0x08...0x0E).contains(start[2]),
      (1...8).contains(start[3])
    {
      return FileKind("an IDX file", "read it with IDX.load", .idx)
    }
    return marks.first { has($0.mark, at: $0.position) }?.kind
  }

  private static let marks: [(position: Int, mark: [UInt8], kind: FileKind)] = [
    (0, [0x93] + Array("NUMPY".utf8), FileKind("a .npy file", "read it with NumPy.load", .npy)),
    (0, [0x1F, 0x8B], compressed("gzip", "gunzip")),
    (0, Array("BZh".utf8), compressed("bzip2", "bunzip2")),
    (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A], compressed("xz", "unxz")),
    (0, [0x28, 0xB5, 0x2F, 0xFD], compressed("Zstandard", "unzstd")),
    (0, [0x37, 0x7A, 0xBC, 0xAF], compressed("7-Zip", "7z x")),
    (257, Array("ustar".utf8), FileKind("a tar archive", "unpack it first: tar xf")),
    (
      0, [0x89] + Array("HDF".utf8), FileKind("an HDF5 file, as Keras writes", export("its arrays"))
    ),
    (0, Array("GGUF".utf8), FileKind("a GGUF file", export("its tensors"))),
    (4, Array("TFL3".utf8), FileKind("a TensorFlow Lite model", export("its tensors"))),
    (0, Array("PAR1".utf8), table("a Parquet file")),
    (0, Array("ARROW1".utf8), table("an Arrow file")),
    (0, Array("FEA1".utf8), table("a Feather file")),
    (0, Array("SQLite format 3".utf8), FileKind("an SQLite database", "save the table as CSV")),
    (0, [0xD0, 0xCF, 0x11, 0xE0], FileKind("a document of Office", workbook)),
    (0, Array("MATLAB".utf8), FileKind("a MATLAB file", export("what scipy.io.loadmat reads"))),
    (0, [0x89] + Array("PNG".utf8), picture("PNG")),
    (0, [0xFF, 0xD8, 0xFF], picture("JPEG")),
    (0, Array("GIF8".utf8), picture("GIF")),
    (0, Array("%PDF".utf8), FileKind("a PDF document", "save its numbers as CSV")),
    (0, [0x7F] + Array("ELF".utf8), program),
    (0, [0xCF, 0xFA, 0xED, 0xFE], program),
    (0, [0xCA, 0xFE, 0xBA, 0xBE], program),
    (0, [0] + Array("asm".utf8), program),
    (0, [0x4D, 0x5A, 0x90, 0x00], program),
  ]

  /// What a zip archive is for, by the name of its first member.
  static func archive(beginningWith name: String) -> FileKind? {
    if Name(name).hasSuffix(".npy") {
      return FileKind("a .npz archive", "read it with NumPy.archive", .npz)
    }
    if ["data.pkl", "/version", "/byteorder"].contains(where: Name(name).hasSuffix) {
      return pickle("what torch.save writes, a zip archive with a Python pickle")
    }
    if ["[Content_Types]", "docProps/", "xl/", "_rels/"].contains(where: Name(name).hasPrefix) {
      return FileKind("a workbook of Excel", workbook)
    }
    if name == "metadata.json" || name == "config.json" {
      return FileKind("a model of Keras", export("its weights"))
    }
    return nil
  }

  private static func pickle(_ name: String) -> FileKind {
    FileKind(
      name,
      "reading it would run code; in Python save weights with "
        + "safetensors.torch.save_file(model.state_dict(), path), arrays with numpy.save")
  }

  private static func compressed(_ name: String, _ command: String) -> FileKind {
    FileKind("compressed with \(name)", "decompress it first: \(command)")
  }

  private static func table(_ name: String) -> FileKind {
    FileKind(name, "in Python write it as CSV with pandas")
  }

  private static func picture(_ name: String) -> FileKind {
    FileKind("a \(name) picture", "in Python save its pixels with numpy.save")
  }

  private static let program = FileKind("a program", "give the file of its data")
  private static let workbook = "save the sheet as CSV"

  private static func export(_ what: String) -> String {
    "in Python save \(what) with safetensors.numpy.save_file"
  }
}

extension ByteSource {
  /// The first bytes, by which ``FileKind`` tells what the file is.
  func start() throws(FileError) -> Bytes {
    try bytes(at: 0, count: min(byteCount, FileKind.bytesNeeded))
  }

  /// The error for a file that is not of the format it was given as: says what it is, if that is
  /// well known, else what is wrong with it at a position.
  func notOf(
    _ format: String, at offset: Int? = nil, _ problem: String
  ) throws(FileError) -> FileError {
    if byteCount == 0 { return malformed("is empty") }
    let kind = FileKind(try start())
    if let kind { return malformed(kind.problem(insteadOf: format)) }
    return FileError(.malformed, in: name, at: offset.map(FileError.Place.byte), problem)
  }
}
