// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct NumPyTests {
  @Test(arguments: Fixture.tensors(in: ".npy"))
  func arraysOfNumPyLoad(_ fixture: Fixture.Tensor) throws {
    try NumPy.load(at: Fixture.path(fixture.file)).expect(fixture)
    try NumPy.load(from: Fixture.bytes(fixture.file)).expect(fixture)
  }

  @Test(arguments: Fixture.tensors(in: ".npz"))
  func archivesOfNumPyLoad(_ fixture: Fixture.Tensor) throws {
    let archive = try NumPy.archive(at: Fixture.path(fixture.file))
    #expect(archive.names == ["x", "y", "größe"])
    try archive.load(fixture.name).expect(fixture)
    try NumPy.archive(from: Fixture.bytes(fixture.file)).load(fixture.name).expect(fixture)
  }

  @Test(arguments: Fixture.tensors(in: "little.npy", "scalar.npy", "empty.npy", "empty-rows.npy"))
  func whatIsSavedComesBack(_ fixture: Fixture.Tensor) throws {
    let folder = TemporaryFolder(), path = folder.file("saved.npy")
    try NumPy.save(try NumPy.load(at: Fixture.path(fixture.file)), to: path)
    let saved = try Data(contentsOf: URL(filePath: path))
    // The elements start at a multiple of 64, as in NumPy's own.
    #expect(saved.count % 64 == Fixture.bytes(fixture.file).count % 64)
    try NumPy.load(at: path).expect(fixture)
  }

  @Test(arguments: [false, true]) func archivesComeBack(compressed: Bool) throws {
    var random = SplitMix(seed: 3)
    let folder = TemporaryFolder(), path = folder.file("saved.npz")
    let large = (0..<100_000).map { _ in Float.random(in: -1...1, using: &random) }
    let x = Tensor<Float>(shape: [1000, 100], scalars: large)
    let labels = StoredTensor(shape: [3], scalars: [Int64.min, 0, .max])
    let truths: Tensor<Bool> = Tensor([true, false])
    try NumPy.save(
      ["x": x, "labels": labels, "ja/größe": truths, "e": Tensor<Double>(shape: [0], scalars: [])],
      to: path, compressed: compressed)
    let archive = try NumPy.archive(at: path)
    #expect(archive.names == ["x", "labels", "ja/größe", "e"])
    #expect(try archive.load("x", as: Float.self).scalars == large)
    #expect(try archive.load("x").shape == [1000, 100])
    #expect(try archive.load("labels").scalars() == [Int64.min, 0, .max])
    #expect(try archive.load("ja/größe", as: Bool.self).scalars == [true, false])
    #expect(try archive.load("e", as: Double.self).shape == [0])
    #expect(folder.names == ["saved.npz"])
  }

  @Test func bfloatIsRefused() throws {
    let folder = TemporaryFolder(), path = folder.file("x.npy")
    let error = #expect(throws: FileError.self) {
      try NumPy.save(StoredTensor(Tensor<Float>([1]), as: .bfloat16), to: path)
    }
    #expect(
      error?.description == "\(path): NumPy has no bfloat16; convert it to float32")
    #expect(folder.names == [])
  }

  @Test func aMissingArrayIsNamed() throws {
    let path = Fixture.path("stored.npz")
    let error = #expect(throws: FileError.self) { try NumPy.archive(at: path).load("z") }
    #expect(
      error?.description
        == #"\#(path): there is no array "z"; the arrays are "x", "y", "größe""#)
  }
}
