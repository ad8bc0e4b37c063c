// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
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
    #expect(file.metadata == ["key": "välue \"1\""])
    #expect(file.names.count == 14)
  }

  @Test func everyTypeComesBack() throws {
    let folder = try TemporaryFolder(), path = folder.file("saved.safetensors")
    let source = try Safetensors.read(at: Fixture.path("numpy.safetensors"))
    let halves = try Safetensors.read(at: Fixture.path("torch.safetensors"))
    var tensors = NamedTensors()
    for name in source.names { tensors.add(name, try source.load(name)) }
    for name in halves.names { tensors.add(name, try halves.load(name)) }
    let metadata = ["a": "1\n\u{1}\"\\", "ü": "😀"]
    try Safetensors.write(tensors, metadata: metadata, to: path)
    let saved = try Safetensors.read(at: path)
    #expect(saved.metadata == metadata)
    #expect(Set(saved.names) == Set(tensors.names))
    for fixture in Fixture.tensors(in: ".safetensors") {
      try saved.load(fixture.name).expect(fixture)
    }
    #expect(folder.names == ["saved.safetensors"])
  }

  @Test func elementsAreAlignedInTheFile() throws {
    let folder = try TemporaryFolder(), path = folder.file("saved.safetensors")
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
    let folder = try TemporaryFolder(), path = folder.file("saved.safetensors")
    let error = #expect(throws: FileError.self) {
      try Safetensors.write(["__metadata__": Tensor<Float>([1])], to: path)
    }
    #expect(error?.kind == .unwritable && folder.names == [])
  }

  @Test func loadedTensorsCompute() throws {
    let folder = try TemporaryFolder(), path = folder.file("w.safetensors")
    var random = SplitMix(seed: 9)
    let numbers = (0..<(37 * 13)).map { _ in Float.random(in: -1...1, using: &random) }
    let w = Tensor<Float>(shape: [37, 13], scalars: numbers)
    let x = Tensor<Float>(shape: [5, 37], scalars: Array(numbers[0..<185]))
    try Safetensors.write(["w": w], to: path)
    let loaded = try Safetensors.read(at: path).load("w", as: Float.self)
    #expect((x • loaded).scalars == (x • w).scalars)
  }
}
