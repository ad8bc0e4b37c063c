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

  /// The byte of an error is where the data is damaged, not where reading has got to.
  @Test func damageIsFoundWhereItIs() {
    let stream = gzipBytes(content)
    let cut = Array(stream.dropLast()), zeros = [UInt8](repeating: 0, count: 1000)
    func place(_ bytes: [UInt8]) -> FileError.Place? {
      #expect(throws: FileError.self) { try IDX.load(from: bytes) }?.place
    }
    #expect(place(cut) == .byte(cut.count))
    #expect(place(stream + zeros + [7] + zeros) == .byte(stream.count + 1000))
    // Neither method nor flags of the second member are known.
    guard case .byte(let byte)? = place(stream + [0x1F, 0x8B, 7, 0xFF] + zeros) else { return }
    #expect((stream.count...(stream.count + 4)).contains(byte))
  }

  @Test func zerosInFrontAreNoStream() {
    #expect(throws: FileError.self) { try scalars([0] + gzipBytes(content)) }
  }
}
