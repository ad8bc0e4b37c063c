// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct MalformedTests {
  /// All files in a process that may take 256 MiB more than it has: what a header claims is
  /// compared with the file before anything is allocated.
  @Test func eachFileHasItsErrorWithoutMemoryForItsClaims() async {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      // What is loaded once, before the limit.
      _ = try IDX.load(at: Fixture.path("images.idx.gz"))
      let all = MalformedFile.all
      limitMemory(toAnother: 256 << 20)
      for (index, file) in all.enumerated() {
        let inMemory = #expect(throws: FileError.self, "\(index): \(file.message)") {
          try MalformedFile.read(file.format, from: file.bytes, name: "bytes")
        }
        #expect(inMemory?.description == "bytes" + file.message, "\(index): \(inMemory as Any)")
        #expect(inMemory?.kind == .malformed)
        let path = try folder.write(file.bytes, to: "\(index)")
        let onDisk = #expect(throws: FileError.self) {
          try MalformedFile.read(file.format, at: path)
        }
        #expect(onDisk?.description == path + file.message)
      }
    }
  }

  @Test func thereAreEnoughOfThem() {
    #expect(MalformedFile.all.count >= 60)
    #expect(Set(MalformedFile.all.map(\.format)).count == MalformedFile.Format.allCases.count)
  }

  /// No prefix of a good file is a good file, and none is anything but an error.
  @Test(arguments: [
    (MalformedFile.Format.npy, "float32-little.npy"), (.npy, "version-3.npy"), (.npy, "scalar.npy"),
    (.npz, "stored.npz"), (.npz, "deflated.npz"), (.safetensors, "numpy.safetensors"),
    (.safetensors, "torch.safetensors"), (.idx, "int16.idx"), (.idx, "images.idx.gz"),
    (.idx, "members.idx.gz"),
  ])
  func everyTruncationIsAnError(format: MalformedFile.Format, name: String) throws {
    let bytes = Fixture.bytes(name)
    try MalformedFile.read(format, from: bytes, name: name)
    for count in 0..<bytes.count {
      let error = #expect(throws: FileError.self, "\(name) cut to \(count) bytes") {
        try MalformedFile.read(format, from: Array(bytes[..<count]), name: name)
      }
      #expect(error?.kind == .malformed)
    }
  }

  /// A table may end anywhere: the rest is a table, or an error that names the line.
  @Test func everyTruncationOfATableIsATableOrAnError() {
    let bytes = Fixture.bytes("pandas.tsv")
    for count in 0..<bytes.count {
      do throws(FileError) {
        let table = try CSV.table(from: Array(bytes[..<count]))
        #expect(table.rowCount <= 5)
      } catch {
        #expect(error.kind == .malformed)
      }
    }
  }

  /// Each byte of a good file in turn becomes another one.
  @Test(arguments: [
    (MalformedFile.Format.npy, "float32-big.npy"), (.npz, "deflated.npz"), (.npz, "stored.npz"),
    (.safetensors, "torch.safetensors"), (.idx, "images.idx.gz"), (.csv, "pandas.csv"),
  ])
  func noChangedByteTraps(format: MalformedFile.Format, name: String) {
    let bytes = Fixture.bytes(name)
    for position in bytes.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = bytes
        changed[position] ^= change
        do throws(FileError) {
          try MalformedFile.read(format, from: changed, name: name)
        } catch {
          #expect(error.file == name)
        }
      }
    }
  }
}
