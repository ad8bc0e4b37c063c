// SPDX-License-Identifier: Apache-2.0

/// The memory behind a tensor's numbers, opaque here: nodes and parameters hold it, and only the
/// runtime, which made it, reads it.
package final class Storage: @unchecked Sendable {
  package let address: OpaquePointer
  package let byteCount: Int
  private let release: @Sendable (OpaquePointer, Int) -> Void

  /// Takes over memory that nobody writes once the storage is shared.
  package init(
    address: OpaquePointer, byteCount: Int,
    release: @escaping @Sendable (OpaquePointer, Int) -> Void
  ) {
    self.address = address
    self.byteCount = byteCount
    self.release = release
  }

  deinit { release(address, byteCount) }
}
