// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackFormats
import PullbackTestSupport
import Testing

/// Names are bytes: pairs of them that Swift's `String` calls equal, or of which it sees the ends
/// elsewhere than files do.
struct NameTests {
  /// Report b08e: amule#312, bitchat#1514.
  static let composed = "caf\u{E9}", decomposed = "cafe\u{301}"
  static let pairs: [(String, String)] = [
    (composed, decomposed), ("\u{212A}", "K"), ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
    ("\u{212B}", "\u{C5}"), ("a\u{323}\u{307}", "a\u{307}\u{323}"),
  ]

  private func stored(_ number: Float) -> StoredTensor { Tensor<Float>([number]).stored }

  @Test(arguments: pairs) func namesAreComparedByTheirBytes(first: String, second: String) {
    #expect(Name(first) != Name(second))
    #expect(Name(first) == Name(String(decoding: Array(first.utf8), as: UTF8.self)))
    #expect(Set([Name(first), Name(second), Name(first)]).count == 2)
    let isLess = first.utf8.lexicographicallyPrecedes(second.utf8)
    #expect((Name(first) < Name(second)) == isLess)
  }

  @Test(arguments: pairs) func tensorsOfTheSameLetters(first: String, second: String) throws {
    var tensors = NamedTensors()
    tensors.add(first, stored(1))
    tensors.add(second, stored(2))
    #expect(try tensors[first]?.scalars() == [Float(1)])
    #expect(try tensors[second]?.scalars() == [Float(2)])
    let folder = TemporaryFolder()

    try NumPy.save(tensors, to: folder.file("x.npz"))
    let archive = try NumPy.archive(at: folder.file("x.npz"))
    let bytes = [Array(first.utf8), Array(second.utf8)]
    #expect(archive.names.map { Array($0.utf8) } == bytes)
    #expect(try archive.load(first, as: Float.self).scalars == [1])
    #expect(try archive.load(second, as: Float.self).scalars == [2])

    // Keys and values of the metadata alike.
    let metadata: KeyValuePairs = [first: second, second: first]
    try Safetensors.write(tensors, metadata: metadata, to: folder.file("x.safetensors"))
    let file = try Safetensors.read(at: folder.file("x.safetensors"))
    #expect(file.names.map { Array($0.utf8) } == bytes)
    #expect(try file.load(first, as: Float.self).scalars == [1])
    #expect(try file.load(second, as: Float.self).scalars == [2])
    #expect(file.metadata[first].map { Array($0.utf8) } == Array(second.utf8))
    #expect(file.metadata[second].map { Array($0.utf8) } == Array(first.utf8))
    #expect(file.metadata.count == 2)
  }

  /// Files that NumPy and safetensors wrote: see Scripts/fixtures/formats.py.
  @Test func filesOfPythonWithBothNames() throws {
    let expected: [(String, [Float])] = [
      (NameTests.composed, [0, 1]), (NameTests.decomposed, [2, 3]),
    ]
    for (name, numbers) in expected {
      for file in ["names.npz", "streamed.npz"] {
        let archive = try NumPy.archive(at: Fixture.path(file))
        #expect(try archive.load(name, as: Float.self).scalars == numbers)
        #expect(archive.names.count == 2)
      }
      let file = try Safetensors.read(at: Fixture.path("names.safetensors"))
      #expect(try file.load(name, as: Float.self).scalars == numbers)
    }
  }

  @Test(arguments: pairs) func membersOfJSON(first: String, second: String) throws {
    let json = try JSON(parsing: "{\"\(first)\":1,\"\(second)\":2}")
    #expect(json[first] == 1 && json[second] == 2)
    #expect(JSON.Member(first, 1) != JSON.Member(second, 1))
    #expect(Set([JSON.Member(first, 1), .init(second, 1)]).count == 2)
    // An escape is the same name.
    #expect(throws: FileError.self) { try JSON(parsing: "{\"caf\u{E9}\":1,\"caf\\u00e9\":2}") }
    #expect(try JSON(parsing: "{\"cafe\\u0301\":1,\"caf\\u00e9\":2}")[NameTests.composed] == 2)
  }

  @Test func aNameThatIsOneOfTheTwoIsNotTheOther() throws {
    let json = #"{"cafe\u0301":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#
    let file = try Safetensors.read(from: safetensorsBytes(json))
    #expect(file.shape(of: NameTests.decomposed) == [0])
    #expect(file.shape(of: NameTests.composed) == nil)
    #expect(throws: FileError.self) { try file.load(NameTests.composed) }
  }

  /// Of these, ".npy" is the end by bytes, while the first or last letter of it is one character
  /// with what stands before or behind it; "\r\n" is one character, too.
  @Test(arguments: ["\u{600}", "a\u{301}", "\r\n", "a\r", "\n", "x.npy", "🇩🇪", "\u{200D}"])
  func endingsAreBytes(name: String) throws {
    let folder = TemporaryFolder()
    try NumPy.save(["a": stored(0), name: stored(1), "z": stored(2)], to: folder.file("x.npz"))
    let archive = try NumPy.archive(at: folder.file("x.npz"))
    let bytes = [[0x61], Array(name.utf8), [0x7A]]
    #expect(archive.names.map { Array($0.utf8) } == bytes)
    #expect(try archive.load(name, as: Float.self).scalars == [1])
  }

  @Test func twoTextsOfOneKeyAreNotWritten() throws {
    let folder = TemporaryFolder()
    let metadata: KeyValuePairs = ["a": "1", "b": "2", "a": "3"]
    let error = #expect(throws: FileError.self) {
      try Safetensors.write(["x": stored(1)], metadata: metadata, to: folder.file("x"))
    }
    #expect(error?.problem == "two texts have the key \"a\"" && folder.names == [])
  }
}
