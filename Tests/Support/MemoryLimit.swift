// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
  import Foundation

  /// Calls `body` while the process can have no more than `byteCount` bytes of addresses besides
  /// what it has now.
  package func limitingMemory<Result, Failure: Error>(
    to byteCount: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
    var before = rlimit()
    precondition(getrlimit(resource, &before) == 0)
    var limits = addressSpace(andAnother: byteCount)
    limits.rlim_max = before.rlim_max
    precondition(setrlimit(resource, &limits) == 0)
    defer { precondition(setrlimit(resource, &before) == 0) }
    return try body()
  }

  /// What this process has now, and so many bytes more.
  private func addressSpace(andAnother byteCount: Int) -> rlimit {
    let text = try! String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = Int(text.split(separator: " ")[0])!
    let limit = rlim_t(pages * Int(sysconf(Int32(_SC_PAGESIZE))) + byteCount)
    return rlimit(rlim_cur: limit, rlim_max: limit)
  }
#endif

/// Lets this process have no more than so many bytes of addresses besides what it has, for good:
/// what allocates by a header's claim then fails. (Darwin knows no such limit.)
package func limitMemory(toAnother byteCount: Int) {
  #if os(Linux)
    var limits = addressSpace(andAnother: byteCount)
    limits.rlim_max = limits.rlim_cur
    precondition(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0)
  #endif
}
