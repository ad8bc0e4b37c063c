// SPDX-License-Identifier: Apache-2.0

import PullbackTestSupport

extension SplitMix {
  mutating func doubles(_ count: Int, in range: ClosedRange<Double> = -1...1) -> [Double] {
    (0..<count).map { _ in Double.random(in: range, using: &self) }
  }
}
