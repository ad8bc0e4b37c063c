// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackFormats
import Testing

struct InflatingReaderTests {
  private let content: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]

  private func scalars(_ bytes: [UInt8]) throws -> [UInt8] { try IDX.load(from: bytes).scalars() }

  /// Report b14i: indexed_gzip#69, dfvfs#570, unblob#314. gzip and Python read them too.
  @Test(arguments: [1, 2, 511, 65536, 200_000]) func zerosBehindAStream(count: Int) throws {
    let zeros = [UInt8](repeating: 0, count: count)
    #expect(try scalars(gzipBytes(content) + zeros) == [7, 8, 9])
    // Python reads on behind zeros.
    let parts = gzipBytes(Array(content.prefix(9))) + zeros + gzipBytes(Array(content.dropFirst(9)))
    #expect(try scalars(parts) == [7, 8, 9])
    #expect(try scalars(parts + zeros) == [7, 8, 9])
  }

  /// Report b14: several streams are one file, also with an empty one among them.
  @Test func severalStreams() throws {
    let parts = content.map { gzipBytes([$0]) }
    #expect(try scalars(Array(parts.joined())) == [7, 8, 9])
    #expect(try scalars(Array(parts.joined(separator: gzipBytes([])))) == [7, 8, 9])
    #expect(try scalars(gzipBytes([]) + gzipBytes(content) + gzipBytes([])) == [7, 8, 9])
  }

  @Test func zerosInFrontAreNoStream() {
    #expect(throws: FileError.self) { try scalars([0] + gzipBytes(content)) }
  }
}
