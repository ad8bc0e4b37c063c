// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
  import Foundation

  /// Calls `body` while the process can have no more than `byteCount` bytes of addresses besides what
  /// it has now.
  package func limitingMemory<Result, Failure: Error>(
    to byteCount: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let text = try! String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = Int(text.split(separator: " ")[0])!
    let limit = rlim_t(pages * Int(sysconf(Int32(_SC_PAGESIZE))) + byteCount)
    let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
    var before = rlimit()
    precondition(getrlimit(resource, &before) == 0)
    var limits = rlimit(rlim_cur: limit, rlim_max: before.rlim_max)
    precondition(setrlimit(resource, &limits) == 0)
    defer { precondition(setrlimit(resource, &before) == 0) }
    return try body()
  }
#endif
