// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs work on a thread of its own with a stack of 512 KiB, the size of a secondary thread's
/// stack on macOS: what recurses over a deep graph does not survive it.
func onSmallStack<Result>(_ work: () -> Result) -> Result {
  var result: Result?
  withoutActuallyEscaping(work) { work in
    withUnsafeMutablePointer(to: &result) { place in
      let start = Start { place.pointee = work() }
      runThread(Unmanaged.passRetained(start).toOpaque())
    }
  }
  return result!
}

/// What the thread runs. It ends before `onSmallStack` returns, so nothing escapes.
private final class Start {
  let work: () -> Void
  init(_ work: @escaping () -> Void) { self.work = work }

  static func run(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().work()
    return nil
  }
}

private func runThread(_ argument: UnsafeMutableRawPointer) {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, 512 << 10)
  #if canImport(Glibc)
    var thread = pthread_t()
    precondition(pthread_create(&thread, &attributes, { Start.run($0!) }, argument) == 0)
    pthread_join(thread, nil)
  #else
    var thread: pthread_t?
    precondition(pthread_create(&thread, &attributes, { Start.run($0) }, argument) == 0)
    pthread_join(thread!, nil)
  #endif
  pthread_attr_destroy(&attributes)
}
