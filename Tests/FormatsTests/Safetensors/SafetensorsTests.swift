// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackFormats
import PullbackTestSupport
import Testing

struct SafetensorsTests {
  @Test(arguments: Fixture.tensors(in: ".safetensors"))
  func filesOfPythonLoad(_ fixture: Fixture.Tensor) throws {
    let file = try Safetensors.read(at: Fixture.path(fixture.file))
    #expect(file.shape(of: fixture.name) == fixture.shape)
    try file.load(fixture.name).expect(fixture)
    try Safetensors.read(from: Fixture.bytes(fixture.file)).load(fixture.name).expect(fixture)
  }

  @Test func metadataLoads() throws {
    let file = try Safetensors.read(at: Fixture.path("numpy.safetensors"))
    #expect(file.metadata["key"] == "välue \"1\"" && file.metadata["k"] == nil)
    #expect(file.metadata.description == #"["key": "välue \"1\""]"#)
    #expect(file.names.count == 14)
  }

  /// Reports b12 (candle#2875, ComfyUI-GGUF#21): a tensor of a type that is not known here is an
  /// error when it is loaded; its bytes count all the same.
  @Test(arguments: ["F8_E4M3", "F8_E5M2", "F4", "C64", "X\u{301} \\\"y"])
  func tensorsBesideOneOfAnotherType(code: String) throws {
    let json =
      #"{"q":{"dtype":"\#(code)","shape":[4],"data_offsets":[8,12]},"#
      + #""w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let bytes = safetensorsBytes(json) + [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 1, 2, 3, 4]
    let file = try Safetensors.read(from: bytes, name: "f")
    #expect(try file.load("w", as: Float.self).scalars == [1, 2])
    #expect(file.names == ["q", "w"] && file.shape(of: "q") == [4])
    let written = try JSON(parsing: "\"\(code)\"")
    #expect(
      file.typeName(of: "q").map(JSON.string) == written && file.typeName(of: "w") == "float32")
    let name = try #require(file.typeName(of: "q"))
    #expect(file.description == "f: 2 tensors:\n  q \(name) [4]\n  w float32 [2]")
    let error = #expect(throws: FileError.self) { try file.load("q") }
    #expect(
      error?.description
        == "f: q: has elements of type \"\(name)\", which no tensor holds; convert it in Python")
    // Without its bytes the file is cut.
    #expect(throws: FileError.self) { try Safetensors.read(from: Array(bytes.dropLast())) }
  }

  /// Report b09 (fastsafetensors#89), and null, which safetensors reads as no metadata.
  @Test(arguments: ["{}", "null"]) func metadataOfNothing(text: String) throws {
    let json = #"{"__metadata__":\#(text),"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    let file = try Safetensors.read(from: safetensorsBytes(json, data: 1))
    #expect(file.metadata.isEmpty && file.names == ["w"] && "\(file.metadata)" == "[:]")
    #expect(file.shape(of: "__metadata__") == nil)
    #expect(throws: FileError.self) { try file.load("__metadata__") }
  }

  /// Report b11 (modelaudit#1607): empty tensors stand anywhere, elements on any byte.
  @Test func emptyAndUnalignedTensors() throws {
    let json =
      #"{"e":{"dtype":"F32","shape":[0],"data_offsets":[5,5]},"#
      + #""b":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"#
      + #""w":{"dtype":"F32","shape":[1],"data_offsets":[1,5]},"#
      + #""z":{"dtype":"I64","shape":[3,0],"data_offsets":[0,0]}}"#
    let file = try Safetensors.read(from: safetensorsBytes(json) + [7, 0, 0, 0x80, 0x3F])
    #expect(file.names == ["e", "b", "w", "z"] && file.shape(of: "z") == [3, 0])
    #expect(try file.load("b").scalars() == [UInt8(7)])
    #expect(try file.load("w").scalars() == [Float(1)])
    #expect(try file.load("e").elementCount == 0 && file.load("z").elementCount == 0)
  }

  /// As many keys as use the table of positions, in all stages of its growth, with and without
  /// escapes.
  @Test func manyTensorsAndTexts() throws {
    let count = 5000
    func name(_ index: Int) -> String { index % 3 == 0 ? "\"\(index)\n" : "n\(index)" }
    let tensors = (0..<count).map {
      "\(JSON.string(name($0))):{\"dtype\":\"F32\",\"shape\":[0,\($0)],\"data_offsets\":[0,0]}"
    }
    let texts = (0..<count).map { "\(JSON.string(name($0))):\"\($0)\"" }
    func json(_ tensors: [String], _ texts: [String]) -> [UInt8] {
      safetensorsBytes(
        "{\"__metadata__\":{" + texts.joined(separator: ",") + "},"
          + tensors.joined(separator: ",") + "}")
    }
    let file = try Safetensors.read(from: json(tensors, texts))
    #expect(file.names == (0..<count).map(name) && file.metadata.count == count)
    #expect(file.metadata.map(\.key) == (0..<count).map(name))
    for index in 0..<count {
      #expect(file.shape(of: name(index)) == [0, index])
      #expect(file.metadata[name(index)] == "\(index)")
    }
    #expect(file.shape(of: "n0") == nil && file.metadata["n0"] == nil)
    // A key that stands there twice is found among any number.
    for repeated in [1, 2, 8, 9, 10, 100, count] {
      let key = JSON.string(name(repeated - 1))
      let error = #expect(throws: FileError.self) {
        try Safetensors.read(from: json(Array(tensors[..<repeated]) + [tensors[repeated - 1]], []))
      }
      #expect(error?.problem == "the key \(name(repeated - 1).quoted) stands there twice", "\(key)")
    }
  }

  @Test func everyTypeComesBack() throws {
    let folder = TemporaryFolder(), path = folder.file("saved.safetensors")
    let source = try Safetensors.read(at: Fixture.path("numpy.safetensors"))
    let halves = try Safetensors.read(at: Fixture.path("torch.safetensors"))
    var tensors = NamedTensors()
    for name in source.names { tensors.add(name, try source.load(name)) }
    for name in halves.names { tensors.add(name, try halves.load(name)) }
    let metadata = ["a": "1\n\u{1}\"\\", "ü": "😀"]
    try Safetensors.write(tensors, metadata: metadata, to: path)
    let saved = try Safetensors.read(at: path)
    #expect(saved.metadata.count == 2)
    for (key, value) in metadata { #expect(saved.metadata[key] == value) }
    #expect(Set(saved.names) == Set(tensors.names))
    for fixture in Fixture.tensors(in: ".safetensors") {
      try saved.load(fixture.name).expect(fixture)
    }
    #expect(folder.names == ["saved.safetensors"])
  }

  @Test func elementsAreAlignedInTheFile() throws {
    let folder = TemporaryFolder(), path = folder.file("saved.safetensors")
    try Safetensors.write(
      [
        "bytes": StoredTensor(shape: [3], scalars: [UInt8(1), 2, 3]),
        "doubles": Tensor<Double>([1, 2]), "floats": Tensor<Float>([3]),
      ], to: path)
    let bytes = try Array(Data(contentsOf: URL(filePath: path)))
    let length = Int(bytes[0]) + 256 * Int(bytes[1])
    #expect(length % 8 == 0 && bytes.count == 8 + length + 16 + 4 + 3)
    #expect(try Safetensors.read(at: path).names == ["doubles", "floats", "bytes"])
  }

  @Test func aTensorCannotBeNamedLikeTheMetadata() throws {
    let folder = TemporaryFolder(), path = folder.file("saved.safetensors")
    let error = #expect(throws: FileError.self) {
      try Safetensors.write(["__metadata__": Tensor<Float>([1])], to: path)
    }
    #expect(error?.kind == .unwritable && folder.names == [])
  }

  @Test func loadedTensorsCompute() throws {
    let folder = TemporaryFolder(), path = folder.file("w.safetensors")
    var random = SplitMix(seed: 9)
    let numbers = (0..<(37 * 13)).map { _ in Float.random(in: -1...1, using: &random) }
    let w = Tensor<Float>(shape: [37, 13], scalars: numbers)
    let x = Tensor<Float>(shape: [5, 37], scalars: Array(numbers[0..<185]))
    try Safetensors.write(["w": w], to: path)
    let loaded = try Safetensors.read(at: path).load("w", as: Float.self)
    #expect((x • loaded).scalars == (x • w).scalars)
  }
}
