// SPDX-License-Identifier: Apache-2.0

import CPullbackZlib

#if canImport(Darwin)
  @preconcurrency import Darwin
#elseif canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Musl)
  @preconcurrency import Musl
#endif

/// The zlib that the program was linked with, else the system's, loaded when a compressed file is
/// first met: nothing is needed to build.
///
/// Source: zlib.h of zlib 1.2, whose interface has not changed since; RFC 1951 (deflate), RFC 1952
/// (gzip).
struct Zlib: Sendable {
  /// z_stream of zlib.h, field by field; `init?` checks its size on this platform.
  struct Stream {
    var nextIn: UnsafePointer<UInt8>?
    var availableIn: UInt32 = 0
    var totalIn: UInt = 0
    var nextOut: UnsafeMutablePointer<UInt8>?
    var availableOut: UInt32 = 0
    var totalOut: UInt = 0
    var message: UnsafePointer<CChar>?
    var state: OpaquePointer?
    var allocate: OpaquePointer?
    var free: OpaquePointer?
    var opaque: OpaquePointer?
    var dataType: Int32 = 0
    var adler: UInt = 0
    var reserved: UInt = 0
  }

  /// Return codes of zlib.h.
  static let ok: Int32 = 0, streamEnd: Int32 = 1, bufferError: Int32 = -5

  typealias StreamPointer = UnsafeMutableRawPointer
  let version: @convention(c) () -> UnsafePointer<CChar>?
  let inflateInit: @convention(c) (StreamPointer, Int32, UnsafePointer<CChar>?, Int32) -> Int32
  let inflate: @convention(c) (StreamPointer, Int32) -> Int32
  let inflateReset: @convention(c) (StreamPointer) -> Int32
  let inflateEnd: @convention(c) (StreamPointer) -> Int32
  let deflateInit:
    @convention(c) (
      StreamPointer, Int32, Int32, Int32, Int32, Int32, UnsafePointer<CChar>?, Int32
    ) -> Int32
  let deflate: @convention(c) (StreamPointer, Int32) -> Int32
  let deflateEnd: @convention(c) (StreamPointer) -> Int32

  #if canImport(Darwin)
    static let libraryName = "libz.dylib"
  #else
    static let libraryName = "libz.so.1"
  #endif

  private static let shared = Zlib(libraryName)

  /// The library, to read a file that is compressed; or an error that says what is missing.
  static func toInflate(_ file: String) throws(FileError) -> Zlib {
    if let shared { return shared }
    throw FileError(
      .unreadable, in: file,
      "is compressed, and the system has no zlib (\(libraryName)) to inflate it; install zlib or "
        + "decompress the file first")
  }

  /// The library, to compress what is written to a file; or an error that says what is missing.
  static func toDeflate(_ file: String) throws(FileError) -> Zlib {
    if let shared { return shared }
    throw FileError(
      .unwritable, in: file,
      "the system has no zlib (\(libraryName)) to compress it; install zlib or save it without "
        + "compression")
  }

  init?(_ library: String) {
    let isLinked = pb_linked_zlib("inflate") != nil
    let handle =
      isLinked || !pb_can_load_libraries() ? nil : dlopen(library, RTLD_NOW | RTLD_LOCAL)
    guard isLinked || handle != nil else { return nil }
    // The types of the functions are those that zlib.h declares.
    func function<Function>(_ name: String, _: Function.Type = Function.self) -> Function? {
      (isLinked ? pb_linked_zlib(name) : dlsym(handle, name)).map {
        unsafeBitCast($0, to: Function.self)
      }
    }
    guard MemoryLayout<Stream>.size == (MemoryLayout<Int>.size == 8 ? 112 : 56),
      let version: @convention(c) () -> UnsafePointer<CChar>? = function("zlibVersion"),
      let inflateInit: @convention(c) (StreamPointer, Int32, UnsafePointer<CChar>?, Int32) -> Int32
      =
        function("inflateInit2_"),
      let inflate: @convention(c) (StreamPointer, Int32) -> Int32 = function("inflate"),
      let inflateReset: @convention(c) (StreamPointer) -> Int32 = function("inflateReset"),
      let inflateEnd: @convention(c) (StreamPointer) -> Int32 = function("inflateEnd"),
      let deflateInit:
        @convention(c) (
          StreamPointer, Int32, Int32, Int32, Int32, Int32, UnsafePointer<CChar>?, Int32
        ) -> Int32 = function("deflateInit2_"),
      let deflate: @convention(c) (StreamPointer, Int32) -> Int32 = function("deflate"),
      let deflateEnd: @convention(c) (StreamPointer) -> Int32 = function("deflateEnd")
    else { return nil }
    (self.version, self.inflateInit, self.inflate) = (version, inflateInit, inflate)
    (self.inflateReset, self.inflateEnd) = (inflateReset, inflateEnd)
    (self.deflateInit, self.deflate, self.deflateEnd) = (deflateInit, deflate, deflateEnd)
  }
}
