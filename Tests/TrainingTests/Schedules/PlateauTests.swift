// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct PlateauTests {
  @Test func factorsByHand() {
    let plateau = Plateau(factor: 0.5, patience: 1, threshold: .absolute(0.5), cooldown: 1)
    // Best: 3; 2.6 is no better by more than a half; 2 is.
    let values = [3, 2.6, 2, 1.6, 1.5, 9, 9, 9, 1, 2, .nan, 1]
    let factors = [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125]
    for count in values.indices {
      #expect(plateau.factor(after: Array(values[...count])) == factors[count], "\(count)")
    }
    #expect(plateau.factor(after: []) == 1)
  }

  @Test func theLeastFactorAndLargerValues() {
    let plateau = Plateau(factor: 0.5, patience: 0, least: 0.3, isBetterWhenLarger: true)
    #expect(plateau.factor(after: [1, 2, 3]) == 1)
    #expect(plateau.factor(after: [1, 1]) == 0.5)
    #expect(plateau.factor(after: [1, 1, 1, 1]) == 0.3)
  }

  /// A log-likelihood: a share of a negative best lies below it, too.
  @Test func negativeValues() {
    let plateau = Plateau(factor: 0.5, patience: 0, threshold: .relative(0.1))
    #expect(plateau.factor(after: [-10, -9.5]) == 0.5)
    #expect(plateau.factor(after: [-10, -10.5]) == 0.5)
    #expect(plateau.factor(after: [-10, -11.5]) == 1)
  }

  @Test func valuesThatAreNone() {
    let plateau = Plateau(factor: 0.5, patience: 1)
    #expect(plateau.factor(after: [.nan, .infinity, 2, 1]) == 0.5)
    #expect(plateau.factor(after: [.nan, 2, .infinity, 1]) == 1)
  }
}
