// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Lets this process take only so many more bytes of address space: what allocates by a header's
/// claim then fails. (Darwin knows no such limit.)
func limitAddressSpace(toAnother byteCount: UInt64) {
  #if os(Linux)
    let text = try! String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = UInt64(text.split(separator: " ")[0])!
    let limit = pages * UInt64(sysconf(Int32(_SC_PAGESIZE))) + byteCount
    var limits = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
    precondition(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0)
  #endif
}
