// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

/// Archives in all forms that NumPy 2.4 (Python 3.11's zipfile) reads, as tried with `numpy.load`.
struct ZipDirectoryTests {
  private static func array(_ number: UInt8) -> [UInt8] {
    npyBytes(shape: "(1,)", [number], type: "|u1")
  }

  private static let x = ZipParts.Member("x.npy", array(1))
  private static let y = ZipParts.Member("d/y z.npy", array(2))

  private func number(_ archive: NumPyArchive, _ name: String) throws -> UInt8 {
    try archive.load(name).scalars()[0]
  }

  private func changed(_ change: (inout ZipParts) -> Void) -> [UInt8] {
    var parts = ZipParts(ZipDirectoryTests.x, ZipDirectoryTests.y)
    change(&parts)
    return parts.bytes
  }

  /// Report b08 (xtensor-io#181, numpy#2942): streamed members have a data descriptor.
  @Test func formsOfAnArchive() throws {
    let end = littleEndian(0x0605_4B50, 4)
    let archives: [[UInt8]] = [
      changed { _ in },
      changed { $0.comment = Array("by hand".utf8) },
      changed { $0.comment = end + [UInt8](repeating: 7, count: 18) },
      changed { $0.members[0].hasDescriptor = true },
      changed { $0.members[0].isWide = true },
      changed { $0.hasWideEnd = true },
      changed { $0.members[1].comment = Array("PK".utf8) },
      changed {
        // A time stamp, of which the two headers hold different parts.
        $0.members[0].extra = [0x55, 0x54, 5, 0, 3, 1, 2, 3, 4]
        $0.members[0].localExtra = [0x55, 0x54, 9, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8]
      },
      changed { $0.members[0].flags = 0x0800 },
      // An archive behind another one, as behind a program that unpacks it.
      changed { $0.front = ZipParts(ZipDirectoryTests.y).bytes },
      changed { $0.front = Array("#!/bin/sh\n".utf8) },
      changed {
        $0.front = Array("#!/bin/sh\n".utf8)
        $0.members[1].isWide = true
        $0.hasWideEnd = true
      },
      changed { $0.behind = [UInt8](repeating: 0, count: 512) },
      changed { $0.behind = Array("\r\n".utf8) },
    ]
    for (index, bytes) in archives.enumerated() {
      let archive = try NumPy.archive(from: bytes, name: "\(index)")
      #expect(archive.names == ["x", "d/y z"])
      #expect(try number(archive, "x") == 1 && number(archive, "d/y z") == 2)
      #expect(try number(archive, "x.npy") == 1)
    }
  }

  @Test func foldersAreNoArrays() throws {
    let bytes = changed { $0.members.insert(ZipParts.Member("d/"), at: 0) }
    #expect(try NumPy.archive(from: bytes).names == ["x", "d/y z"])
    #expect(try NumPy.archive(from: ZipParts([]).bytes).names == [])
  }

  /// Report b05 (anvil#14) inside an archive: what is no array is nobody else's trouble.
  @Test func membersThatCannotBeReadAreErrorsOfTheirOwn() throws {
    var encrypted = ZipParts.Member("encrypted.npy", ZipDirectoryTests.array(3))
    encrypted.flags = 1
    var packed = ZipParts.Member("packed.npy", ZipDirectoryTests.array(3))
    packed.method = 14
    var stored = ZipParts.Member("damaged.npy", ZipDirectoryTests.array(3))
    stored.method = 8
    let others = [
      ZipParts.Member("README.md", Array("text".utf8)),
      .init("texts.npy", npyBytes(shape: "(1,)", [65, 0, 0, 0], type: "<U1")),
      .init("objects.npy", npyBytes(shape: "(1,)", [], type: "|O")),
      .init("empty.npy"), encrypted, packed, stored,
      .init("twice.npy", ZipDirectoryTests.array(4)),
      .init("twice.npy", ZipDirectoryTests.array(5)),
    ]
    let bytes = ZipParts(
      others + [ZipDirectoryTests.x, .init("plain", ZipDirectoryTests.array(6))]
    )
    .bytes
    let archive = try NumPy.archive(from: bytes, name: "f")
    let names = [
      "README.md", "texts", "objects", "empty", "encrypted", "packed", "damaged", "twice", "x",
      "plain",
    ]
    #expect(archive.names == names)
    #expect(try number(archive, "x") == 1 && number(archive, "plain") == 6)
    for name in names where !["x", "plain"].contains(name) {
      let error = #expect(throws: FileError.self, "\(name)") { try archive.load(name) }
      #expect(error?.description.contains(name) == true || name == "damaged", "\(error as Any)")
    }
  }

  /// An array's name is what was saved; what has no ending is listed if no array has its name.
  @Test func aNameWithAndWithoutItsEnding() throws {
    let bytes = ZipParts(
      .init("x", Array("text".utf8)), .init("x.npy", ZipDirectoryTests.array(1)),
      .init("x.npy.npy", ZipDirectoryTests.array(2)), .init("X.NPY", ZipDirectoryTests.array(3))
    ).bytes
    let archive = try NumPy.archive(from: bytes)
    #expect(archive.names == ["x", "x.npy", "X.NPY"])
    #expect(try number(archive, "x") == 1 && number(archive, "x.npy") == 2)
    #expect(try number(archive, "X.NPY") == 3)
  }

  /// Names without the flag for UTF-8: zip's first characters, unless they are UTF-8 all the same.
  @Test func namesOfOldPrograms() throws {
    var old = ZipParts.Member("caf?.npy", ZipDirectoryTests.array(1))
    old.name[3] = 0x82
    let new = ZipParts.Member("größe.npy", ZipDirectoryTests.array(2))
    let archive = try NumPy.archive(from: ZipParts(old, new).bytes)
    #expect(archive.names == ["café", "größe"])
    #expect(try number(archive, "café") == 1 && number(archive, "größe") == 2)
  }

  /// Nothing is written to where a name points; its array is read like any other.
  @Test func namesThatPointElsewhereAreReadAndNotFollowed() throws {
    let names = ["../../x", "/abs", "a//b", "a\\b", ".", "..", "", "x\0y", "C:/x"]
    let members = names.enumerated().map {
      ZipParts.Member("\($1).npy", ZipDirectoryTests.array(UInt8($0)))
    }
    let folder = TemporaryFolder()
    let archive = try NumPy.archive(at: folder.write(ZipParts(members).bytes, to: "x.npz"))
    #expect(archive.names == names)
    for (index, name) in names.enumerated() {
      #expect(try number(archive, name) == UInt8(index))
    }
    #expect(folder.names == ["x.npz"])
  }

  @Test(arguments: [
    ("", "it is empty"), ("a\0b", "it has a NUL character"), ("a\\b", "it has a backslash"),
    ("/abs", "a part of its path is empty"), ("a//b", "a part of its path is empty"),
    ("a/", "a part of its path is empty"), (".", "a part of its path is . or .."),
    ("../../x", "a part of its path is . or .."), ("a/./b", "a part of its path is . or .."),
    ("a/..", "a part of its path is . or .."), (".. /x", "a part of its path is . or .."),
    ("a/.../b", "a part of its path is . or .."), ("C:/x", "it begins with a drive of Windows"),
    ("c:x", "it begins with a drive of Windows"),
  ])
  func suchNamesAreNotWritten(name: String, problem: String) throws {
    let folder = TemporaryFolder(), path = folder.file("x.npz")
    var tensors = NamedTensors()
    tensors.add(name, Tensor<Float>([1]))
    let error = #expect(throws: FileError.self) { try NumPy.save(tensors, to: path) }
    #expect(error?.kind == .unwritable && error?.problem.hasSuffix(problem) == true)
    #expect(folder.names == [])
  }

  @Test(arguments: ["..x", ".x", "a.", " ", "dense/kernel:0", "ü:0", "1:0"])
  func suchNamesAreWritten(name: String) throws {
    let folder = TemporaryFolder(), path = folder.file("x.npz")
    var tensors = NamedTensors()
    tensors.add(name, Tensor<Float>([1]))
    try NumPy.save(tensors, to: path)
    #expect(try NumPy.archive(at: path).names == [name])
  }

  /// Opening and loading each member by name takes time in proportion to the members: with a search
  /// for each, this test would take minutes. More than 65,535 members use the 64-bit end, or, as
  /// old writers have it, a number that starts over.
  @Test(.timeLimit(.minutes(2))) func manyMembers() throws {
    let count = 70_000
    let content = npyBytes(shape: "()", [9], type: "|u1")
    var parts = ZipParts((0..<count).map { .init("\($0).npy", content) })
    parts.hasWideEnd = true
    let archive = try NumPy.archive(from: parts.bytes)
    #expect(archive.names.count == count)
    for name in archive.names {
      guard try archive.load(name).elementCount == 1 else { fatalError(name) }
    }
    parts.hasWideEnd = false
    #expect(try NumPy.archive(from: parts.bytes).names.last == "\(count - 1)")
  }

  /// What may be inflated is the caller's to say; what a header claims is compared first.
  @Test func arraysAboveTheLimitAreNotInflated() throws {
    let folder = TemporaryFolder(), path = folder.file("x.npz")
    try NumPy.save(
      ["large": Tensor<Float>.zeros([1000, 1000]), "small": Tensor<Float>([1])], to: path,
      compressed: true)
    let archive = try NumPy.archive(at: path, arraysUpTo: 1 << 20)
    #expect(try archive.load("small", as: Float.self).scalars == [1])
    let error = #expect(throws: FileError.self) { try archive.load("large") }
    #expect(
      error?.description
        == "\(path): large: takes 4000000 bytes, more than the 1048576 that are allowed")
    #expect(try NumPy.archive(at: path).load("large").elementCount == 1_000_000)
  }
}
