// SPDX-License-Identifier: Apache-2.0

// Set once, before libFuzzer starts: a C function captures nothing.
nonisolated(unsafe) var chosen: @Sendable ([UInt8]) -> Void = { _ in }

/// What libFuzzer calls with bytes of its own.
typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

/// libFuzzer's main function, for programs that have one already (FuzzerInterface.h).
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: Callback
) -> CInt

/// Runs libFuzzer until it stops.
func run(_ arguments: [String], _ callback: Callback) -> CInt {
  // C's argv: texts ended by zero bytes, and a null pointer behind the last. Kept for good.
  let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    .allocate(capacity: arguments.count + 1)
  for (index, argument) in arguments.enumerated() {
    let text = argument.utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
    for (offset, byte) in text.enumerated() { copy[offset] = byte }
    pointers[index] = copy
  }
  pointers[arguments.count] = nil
  var count = CInt(arguments.count), start = pointers
  return runDriver(&count, &start, callback)
}
