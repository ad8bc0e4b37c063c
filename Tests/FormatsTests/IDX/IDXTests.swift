// SPDX-License-Identifier: Apache-2.0

import Pullback
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
}
