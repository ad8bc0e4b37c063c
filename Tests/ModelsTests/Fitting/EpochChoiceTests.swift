// SPDX-License-Identifier: Apache-2.0

import PullbackModels
import Testing

struct EpochChoiceTests {
  @Test func clearlyBetterIsMoreThanAStandardError() {
    let losses = RowLosses([1, 2, 3, 4])
    #expect(losses.mean == 2.5)
    // The same difference in each row has no error.
    #expect(losses.isClearlyBetter(than: RowLosses([1.5, 2.5, 3.5, 4.5])))
    // Differences 1, -0.8, 1, -0.8: their mean 0.1 is less than its error 0.52.
    #expect(!losses.isClearlyBetter(than: RowLosses([2, 1.2, 4, 3.2])))
    #expect(!losses.isClearlyBetter(than: losses))
    #expect(!losses.isClearlyBetter(than: RowLosses([0, 1, 2, 3])))
  }
}
