// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// A loader that is given another format says which, and what to do: see
/// Scripts/fixtures/others.py for the files that other libraries wrote.
struct FileKindTests {
  struct Other: Sendable, CustomStringConvertible {
    let description: String
    let bytes: [UInt8]
    /// Between "is " and ", not a ...".
    let name: String
    /// What the advice must contain.
    let fix: String
    /// The loader that does read it.
    var own: MalformedFile.Format?

    init(
      _ description: String, _ bytes: [UInt8], _ name: String, _ fix: String,
      own: MalformedFile.Format? = nil
    ) {
      (self.description, self.bytes, self.own) = (description, bytes, own)
      (self.name, self.fix) = (name, fix)
    }

    init(
      fixture: String, _ name: String, _ fix: String, own: MalformedFile.Format? = nil
    ) {
      self.init(fixture, Fixture.bytes(fixture), name, fix, own: own)
    }

    init(text: String, _ name: String, _ fix: String) {
      self.init(text, Array(text.utf8), name, fix)
    }
  }

  private static let pickle = "safetensors.torch.save_file(model.state_dict(), path)"
  private static let export = "safetensors.numpy.save_file"

  static let others: [Other] = [
    Other(
      fixture: "others/weights.pt", "what torch.save writes, a zip archive with a Python pickle",
      pickle),
    Other(
      fixture: "others/old.pt", "a Python pickle, as pickle.dump and older torch.save write", pickle
    ),
    Other(fixture: "others/protocol-0.pickle", "a Python pickle", pickle),
    Other(
      fixture: "others/protocol-2.pickle",
      "a Python pickle, as pickle.dump and older torch.save write", pickle),
    Other(
      fixture: "others/protocol-4.pickle",
      "a Python pickle, as pickle.dump and older torch.save write", pickle),
    Other(
      fixture: "others/protocol-5.pickle",
      "a Python pickle, as pickle.dump and older torch.save write", pickle),
    Other(fixture: "others/relu.onnx", "an ONNX model", export),
    Other(fixture: "others/named.onnx", "an ONNX model", export),
    Other(fixture: "others/arrays.mat", "a MATLAB file", "scipy.io.loadmat"),
    Other(fixture: "others/table.csv.bz2", "compressed with bzip2", "bunzip2"),
    Other(fixture: "others/table.csv.xz", "compressed with xz", "unxz"),
    Other(fixture: "others/table.tar", "a tar archive", "tar xf"),
    Other(
      fixture: "others/table.zip", "a zip archive that begins with \"table.csv\"", "unpack"),
    Other(fixture: "others/table.sqlite", "an SQLite database", "CSV"),
    Other(fixture: "scalar.npy", "a .npy file", "NumPy.load", own: .npy),
    Other(fixture: "stored.npz", "a .npz archive", "NumPy.archive", own: .npz),
    Other(fixture: "deflated.npz", "a .npz archive", "NumPy.archive", own: .npz),
    Other(
      fixture: "torch.safetensors", "a safetensors file", "Safetensors.read", own: .safetensors),
    Other(fixture: "int16.idx", "an IDX file", "IDX.load", own: .idx),
    Other(fixture: "images.idx.gz", "compressed with gzip", "gunzip", own: .idx),
    Other(
      "HDF5", [0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A, 0, 0],
      "an HDF5 file, as Keras writes", export),
    Other("GGUF", Array("GGUF".utf8) + [3, 0, 0, 0, 0, 0, 0, 0], "a GGUF file", export),
    Other("Parquet", Array("PAR1".utf8) + [0x15, 4, 0x15, 0, 0xFF], "a Parquet file", "pandas"),
    Other("PNG", [0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A], "a PNG picture", "numpy.save"),
    Other("JPEG", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16], "a JPEG picture", "numpy.save"),
    Other(
      text: #"{"weight": [1, 2]}"#, "a JSON document", "CSV"),
    Other(text: "[\n  [1, 2],\n  [3, 4]\n]", "a JSON document", "CSV"),
    Other(text: #" [{"a": 1}]"#, "a JSON document", "CSV"),
    Other(text: "<!DOCTYPE html>\n<html>", "a page of HTML", "download"),
    Other(
      text: "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
      "a pointer of Git LFS", "git lfs pull"),
    // Short ones have hardly a byte that is no text.
    Other("7-Zip", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "compressed with 7-Zip", "7z x"),
    Other("Zstandard", [0x28, 0xB5, 0x2F, 0xFD], "compressed with Zstandard", "unzstd"),
  ]

  private static let formats: [MalformedFile.Format: String] = [
    .csv: "a table", .idx: "an IDX file", .npy: "a .npy file", .npz: "a .npz archive",
    .safetensors: "a safetensors file",
  ]

  @Test("A known format is named", arguments: others, MalformedFile.Format.allCases)
  func otherFormats(other: Other, format: MalformedFile.Format) throws {
    if other.own == format {
      try MalformedFile.read(format, from: other.bytes, name: "f")
      return
    }
    let error = #expect(throws: FileError.self) {
      try MalformedFile.read(format, from: other.bytes, name: "f")
    }
    // An archive is one, also if it is not NumPy's.
    if other.description.hasSuffix(".zip"), format == .npz { return }
    let text = try #require(error).description
    let expected = try #require(FileKindTests.formats[format])
    #expect(text.hasPrefix("f: is \(other.name), not \(expected); "), "\(text)")
    #expect(text.contains(other.fix), "\(text)")
  }

  @Test("A text is named with its first line", arguments: MalformedFile.Format.allCases)
  func texts(format: MalformedFile.Format) throws {
    for text in ["x,y\r\n1,2\n3,4\n", "1.5", "é;ü\n1;2\n", "PAR1,GGUF\n1,2\n"] {
      if format == .csv {
        #expect(try CSV.table(from: Array(text.utf8)).columns.count >= 1)
        continue
      }
      let error = #expect(throws: FileError.self) {
        try MalformedFile.read(format, from: Array(text.utf8), name: "f")
      }
      let line = try #require(text.split(whereSeparator: \.isNewline).first)
      let expected = try #require(FileKindTests.formats[format])
      #expect(
        error?.description
          == "f: is a text that begins with \"\(line)\", not \(expected); read a table with "
          + "CSV.table")
    }
  }

  /// Texts that editors save as UTF-16, with and without a mark, and with marks in front.
  @Test(arguments: MalformedFile.Format.allCases.filter { $0 != .csv })
  func otherEncodings(format: MalformedFile.Format) throws {
    let text = "x,y\r\n1,2\r\n{\"a\": 1}"
    let little: [UInt8] = text.utf8.flatMap { [$0, 0] }
    let big: [UInt8] = text.utf8.flatMap { [0, $0] }
    let expected = try #require(FileKindTests.formats[format])
    for bytes in [little, big, [0xFF, 0xFE] + little, [0xFE, 0xFF] + big] {
      let error = #expect(throws: FileError.self) {
        try MalformedFile.read(format, from: bytes, name: "f")
      }
      #expect(
        error?.description
          == "f: is a text in UTF-16, not \(expected); save it as UTF-8, and read a table with "
          + "CSV.table")
    }
    let error = #expect(throws: FileError.self) {
      try MalformedFile.read(format, from: Array("\u{FEFF}\u{FEFF}\(text)".utf8), name: "f")
    }
    #expect(error?.description.contains("begins with \"x,y\", not \(expected)") == true)
  }

  /// A file that was cut is no other format.
  @Test func aCutFileIsStillItself() {
    let bytes = Fixture.bytes("torch.safetensors")
    for count in 9..<bytes.count {
      let error = #expect(throws: FileError.self) {
        try Safetensors.read(from: Array(bytes[..<count]))
      }
      #expect(error?.problem.contains("not a safetensors") == false)
    }
  }
}
