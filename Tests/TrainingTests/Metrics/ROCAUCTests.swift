// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct ROCAUCTests {
  /// The definition, over all pairs.
  @Test(arguments: 0..<4)
  func isTheShareOfPairsInOrder(seed: Int) {
    var random = SplitMix(seed: seed)
    let count = 50 + random.below(100)
    let scores = random.integers(count, in: 0...12).map { Float($0) / 8 }
    let labels = random.integers(count, in: 0...1)
    var wins = 0.0, pairs = 0.0
    for high in 0..<count where labels[high] == 1 {
      for low in 0..<count where labels[low] == 0 {
        pairs += 1
        wins += scores[high] > scores[low] ? 1 : scores[high] == scores[low] ? 0.5 : 0
      }
    }
    let area = rocAUC(Tensor(scores), labels: Tensor(labels))
    #expect(area == wins / pairs)
    // The order counts alone, and both classes have the same area.
    let shifted = rocAUC(Tensor(scores.map { 64 * $0 - 3 }), labels: Tensor(labels))
    let mirrored = rocAUC(Tensor(scores.map { -$0 }), labels: Tensor(labels.map { 1 - $0 }))
    #expect(shifted == area && mirrored == area)
  }

  /// Probabilities of 1 - e^-50 and 1 - e^-60 are both 1 in Double.
  @Test func certainLogitsAreNotTied() {
    let labels: Tensor<Int32> = [0, 0, 1, 2]
    let several: Tensor<Float> = [[60, 0, 0], [50, 0, 0], [48, 0, 0], [-9, -8, 52]]
    var metric = ROCAUC(of: .logits)
    metric.add(several, labels)
    let areas = metric.byClass
    #expect(areas[0] == 1 && areas[2] == 1)
    let two: Tensor<Float> = [[60, 0], [0, 60], [0, 50], [-60, 0]]
    #expect(rocAUC(two, labels: [0, 1, 0, 1], of: .logits) == 1)
  }

  /// By hand. Logits of -∞ are those of classes that are left out: all but one are, in some rows.
  @Test func classesThatAreLeftOut() {
    let none = -Float.infinity, labels: Tensor<Int32> = [0, 1, 1, 0, 2]
    let rows: [[Float]] = [
      [0, none, none], [none, 0, none], [0, 1, 0.5], [0.1, 0.2, none], [none, none, 1],
    ]
    let x = Tensor(rows)
    var metric = ROCAUC(of: .logits)
    metric.add(x, labels)
    let areas: [Double] = [1, 5.0 / 6, 1]
    #expect(metric.byClass == areas)
  }

  /// A class that has no example has no area; the others do.
  @Test func missingClasses() {
    var metric = ROCAUC(of: .probabilities)
    metric.add([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.5, 0.25]], [0, 1, 0])
    let areas = metric.byClass, value = metric.value
    #expect(areas[0] == 0.75 && areas[1] == 0.75 && areas[2].isNaN && value.isNaN)
  }
}
