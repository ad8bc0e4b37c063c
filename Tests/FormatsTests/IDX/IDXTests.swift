// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct IDXTests {
  @Test(arguments: Fixture.tensors(in: ".idx", ".idx.gz"))
  func filesLoad(_ fixture: Fixture.Tensor) throws {
    try IDX.load(at: Fixture.path(fixture.file)).expect(fixture)
    try IDX.load(from: Fixture.bytes(fixture.file)).expect(fixture)
  }

  @Test func aScalarLoads() throws {
    let scalar = try IDX.load(from: [0, 0, 8, 0, 42])
    #expect(scalar.shape == [])
    #expect(try scalar.scalars(as: UInt8.self) == [42])
  }

  /// Whether a file is compressed, and with or without a limit: nothing is inflated before.
  @Test func whatIsTooLargeIsRefused() throws {
    let message = "IDX: the elements take 8 bytes, more than the 7 that are allowed"
    let plain: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]
    #expect(try IDX.load(from: plain, upTo: 8).shape == [8])
    let error = #expect(throws: FileError.self) { try IDX.load(from: plain, upTo: 7) }
    #expect(error?.description == message)

    let compressed = Fixture.bytes("images.idx.gz")
    let size = try IDX.load(from: compressed).shape.reduce(1, *)
    #expect(try IDX.load(from: compressed, upTo: size).shape.reduce(1, *) == size)
    #expect(throws: FileError.self) { try IDX.load(from: compressed, upTo: size - 1) }
  }
}
