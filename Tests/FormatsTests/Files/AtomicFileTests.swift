// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackFormats
import PullbackTestSupport
import Testing

struct AtomicFileTests {
  private let folder = TemporaryFolder()
  private let x = Tensor<Float>([1, 2, 3])

  @Test func anOldFileIsReplacedAndKeepsItsPermissions() throws {
    let path = folder.file("x.npy")
    try NumPy.save(Tensor<Float>([9]), to: path)
    chmod(path, 0o640)
    try NumPy.save(x, to: path)
    #expect(try NumPy.load(at: path, as: Float.self).scalars == [1, 2, 3])
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    #expect(folder.names == ["x.npy"])
  }

  @Test func aLinkStaysALink() throws {
    let path = folder.file("x.npy"), link = folder.file("link.npy")
    try NumPy.save(Tensor<Float>([9]), to: path)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    try NumPy.save(x, to: link)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
    #expect(try NumPy.load(at: path, as: Float.self).scalars == [1, 2, 3])
  }

  private func link(_ name: String, to target: String) throws -> String {
    try FileManager.default.createSymbolicLink(
      atPath: folder.file(name), withDestinationPath: target)
    return folder.file(name)
  }

  private func problem(_ path: String) -> String? {
    #expect(throws: FileError.self) { try NumPy.save(x, to: path) }?.problem
  }

  /// The target of a link is written, whether it exists or not; a relative one stands in the
  /// link's folder, also if that is reached by a link.
  @Test(arguments: [false, true]) func linksAreFollowedToTheEnd(exists: Bool) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: folder.file("data"), withIntermediateDirectories: true)
    let target = folder.file("data/x.npy")
    if exists { try NumPy.save(Tensor<Float>([9]), to: target) }
    let links = [
      try link("absolute", to: target), try link("relative", to: "data/x.npy"),
      try link("chain", to: "relative"), try link("data/up", to: "../chain"),
    ]
    _ = try link("folder", to: "data")
    for path in links + [folder.file("folder/up")] {
      try NumPy.save(x, to: path)
      #expect(try NumPy.load(at: target, as: Float.self).scalars == [1, 2, 3])
      #expect(
        try files.attributesOfItem(atPath: path)[.type] as? FileAttributeType
          == .typeSymbolicLink)
      try files.removeItem(atPath: target)
    }
    #expect(Set(folder.names) == ["absolute", "relative", "chain", "folder", "data"])
    #expect(try files.contentsOfDirectory(atPath: folder.file("data")) == ["up"])
  }

  @Test func linksThatLeadNowhereSayWhere() throws {
    let missing = folder.file("missing/x.npy")
    #expect(
      problem(try link("far", to: missing))
        == "is a link to \(missing), whose folder: No such file or directory")
    _ = try link("a", to: "b")
    #expect(problem(try link("b", to: "a")) == "Too many levels of symbolic links")
    #expect(problem(try link("self", to: "self")) == "Too many levels of symbolic links")
    #expect(problem(try link("here", to: ".")) == "is not a regular file")
    #expect(folder.names.count == 5)
  }

  @Test func aLongNameIsWritten() throws {
    let name = String(repeating: "ä", count: 125) + ".npy"
    try NumPy.save(x, to: folder.file(name))
    #expect(folder.names.map(\.count) == [name.count])
  }

  @Test func aFailureKeepsTheOldFile() throws {
    let path = folder.file("old")
    try Data("old".utf8).write(to: URL(filePath: path))
    struct Stop: Error {}
    #expect(throws: FileError.self) {
      try AtomicFile.write(to: path) { file throws(FileError) in
        try file.write(Bytes(repeating: 1, count: 1 << 20))
        throw FileError(.unwritable, in: path, "stopped")
      }
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    #expect(folder.names == ["old"])
  }

  @Test func errorsNameThePath() throws {
    func message(_ path: String) -> String? {
      #expect(throws: FileError.self) { try NumPy.save(x, to: path) }?.description
    }
    let missing = folder.file("no/x.npy")
    #expect(message(missing) == "\(missing): its folder: No such file or directory")
    #expect(message(folder.path) == "\(folder.path): is not a regular file")
    #expect(message(folder.path + "/")?.hasSuffix("is not a regular file") == true)
    #expect(message("")?.hasSuffix("names no file") == true)
    #expect(folder.names == [])
  }

  #if os(Linux)
    /// Links of the system lead to what has no name.
    @Test func whatIsOpenWithoutANameIsRefused() throws {
      func message(_ descriptor: Int32) -> String? {
        let path = "/proc/self/fd/\(descriptor)"
        return #expect(throws: FileError.self) { try NumPy.save(x, to: path) }?.problem
      }
      var ends: [Int32] = [0, 0]
      #expect(pipe(&ends) == 0)
      #expect(message(ends[1]) == "is not a regular file")
      let path = folder.file("x.npy")
      let opened = open(path, O_RDWR | O_CREAT, 0o600)
      try NumPy.save(x, to: "/proc/self/fd/\(opened)")
      #expect(try NumPy.load(at: path, as: Float.self).scalars == x.scalars)
      // The descriptor is that of the old file, which has gone.
      #expect(message(opened) == "is a link to a file that has no name any more")
      #expect(folder.names == ["x.npy"])
      for descriptor in ends + [opened] { close(descriptor) }
    }
  #endif

  @Test func unreadableFilesSayWhy() throws {
    func message(_ path: String) -> String? {
      #expect(throws: FileError.self) { try NumPy.load(at: path) }?.description
    }
    #expect(message("/no/file") == "/no/file: No such file or directory")
    #expect(message(folder.path) == "\(folder.path): is a folder, not a file")
    #expect(message("/dev/zero") == "/dev/zero: is not a regular file")
    let pipe = folder.file("pipe")
    mkfifo(pipe, 0o600)
    #expect(message(pipe) == "\(pipe): is not a regular file")
  }

  /// The system would open, or replace, the file whose name ends where the NUL stands.
  @Test func aPathWithNULIsRefused() throws {
    let path = folder.file("x.npy"), cut = path + "\0.csv"
    try NumPy.save(x, to: path)
    let old = try Data(contentsOf: URL(filePath: path))
    func refuses(_ kind: FileError.Kind, _ use: () throws -> Void) {
      let error = #expect(throws: FileError.self) { try use() }
      #expect(error?.kind == kind && error?.file == cut)
      #expect(error?.problem == "a NUL character in the path; no file has such a name")
    }
    refuses(.unreadable) { _ = try NumPy.load(at: cut) }
    refuses(.unreadable) { _ = try NumPy.archive(at: cut) }
    refuses(.unreadable) { _ = try CSV.table(at: cut) }
    refuses(.unreadable) { _ = try IDX.load(at: cut) }
    refuses(.unreadable) { _ = try Safetensors.read(at: cut) }
    refuses(.unreadable) { _ = try ModelFile.load(at: cut) }
    refuses(.unreadable) { _ = try Dataset(images: cut, labels: cut) }
    refuses(.unwritable) { try NumPy.save(x, to: cut) }
    refuses(.unwritable) { try NumPy.save(["x": x], to: cut) }
    refuses(.unwritable) { try Safetensors.write(["x": x], to: cut) }
    refuses(.unwritable) { try ModelFile(Parameters()).save(to: cut) }
    #expect(throws: FileError.self) { try Dataset.idx(inFolder: folder.path + "\0") }
    #expect(folder.names == ["x.npy"])
    #expect(try Data(contentsOf: URL(filePath: path)) == old)
  }

  /// A file that is cut between opening and reading: an error, where a mapping would
  /// end the program.
  @Test func aFileThatShrinksIsAnError() throws {
    let path = folder.file("x.safetensors")
    try Safetensors.write(["x": Tensor<Float>.zeros([100_000])], to: path)
    let file = try Safetensors.read(at: path)
    truncate(path, 5000)
    let error = #expect(throws: FileError.self) { try file.load("x") }
    #expect(error?.problem == "became shorter while it was read")
  }
}
