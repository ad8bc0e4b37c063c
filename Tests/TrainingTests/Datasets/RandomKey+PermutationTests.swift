// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct PermutationTests {
  @Test func everyOrderIsEquallyLikely() {
    var counts: [[Int]: Int] = [:]
    for seed in 0..<6000 {
      counts[RandomKey(seed: UInt64(seed)).permutation(of: 3), default: 0] += 1
    }
    // 1000 expected each; six standard deviations are 173.
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 173 })
  }
}
