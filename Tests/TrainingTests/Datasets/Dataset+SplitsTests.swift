// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct DatasetSplitsTests {
  private func data(_ count: Int) -> Dataset<Int32> {
    Dataset(
      inputs: Tensor<Float>(range: 0..<count).reshaped(to: [count, 1]),
      labels: Tensor<Int32>(range: 0..<count))
  }

  /// Inputs and labels are the same numbers here, in whatever order.
  private func labels(_ part: Dataset<Int32>) -> [Int] {
    let (labels, inputs) = (
      part.labels.scalars.map { Int($0) }, part.inputs.scalars.map { Int($0) }
    )
    #expect(labels == inputs)
    return labels
  }

  @Test(arguments: [(0.0, 0), (0.24, 2), (0.25, 3), (0.8, 8), (1.0, 10)])
  func aShareIsRounded(share: Double, count: Int) {
    let (first, rest) = data(10).split(share)
    #expect(labels(first) == Array(0..<count) && labels(rest) == Array(count..<10))
  }

  @Test func partsOfShuffledExamplesHaveEachOnce() {
    let key = RandomKey(seed: 9)
    let (first, rest) = data(10).split(at: 4, shuffledWith: key)
    #expect(labels(first) == Array(key.permutation(of: 10)[..<4]))
    #expect((labels(first) + labels(rest)).sorted() == Array(0..<10))
    let again = data(10).split(0.4, shuffledWith: key)
    #expect(labels(again.first) == labels(first) && labels(again.rest) == labels(rest))
  }

  /// Class by class less than one example more or less than the share, in both parts if there are
  /// two, and as many in all as without classes if that is possible.
  @Test(arguments: 0..<30) func aClassIsSplitInItsShare(seed: Int) throws {
    var random = SplitMix(seed: seed)
    let count = 1 + random.below(60), classes = 1 + random.below(6)
    let labels = (0..<count).map { _ in Int32(random.below(classes) * random.below(2)) }
    let anything = Double.random(in: 0...1, using: &random)
    let share = random.pick([0, 0.1, 0.29, 0.5, 0.8, 0.9, 1, anything])
    let key = random.pick([nil, RandomKey(seed: UInt64(seed))])
    let numbers = Tensor<Float>(range: 0..<count)
    let data = Dataset(inputs: numbers, labels: Tensor(labels))
    let (first, rest) = data.split(share, stratified: true, shuffledWith: key)
    let rows = [first, rest].map { $0.inputs.scalars.map { Int($0) } }
    #expect((rows[0] + rows[1]).sorted() == Array(0..<count))
    let order = key.map { $0.permutation(of: count) } ?? Array(0..<count)
    for rows in rows { #expect(rows == order.filter { rows.contains($0) }) }
    var fewest = 0, most = 0
    for label in Set(labels) {
      let all = labels.count { $0 == label }, exact = share * Double(all)
      let taken = first.labels.scalars.count { $0 == label }
      #expect(abs(Double(taken) - exact) < 1, "\(taken) of \(all) for \(share)")
      let allowed = (0...all).filter {
        abs(Double($0) - exact) < 1 - 1e-9
          && (all == 1 || share == 0 || share == 1 || $0 > 0 && $0 < all)
      }
      #expect(allowed.contains(taken), "\(taken) of \(all) for \(share)")
      (fewest, most) = (fewest + allowed.first!, most + allowed.last!)
    }
    #expect(first.count == min(max(Int((share * Double(count)).rounded()), fewest), most))
    let byName = data.split(share, stratifiedBy: labels.map { "class \($0)" }, shuffledWith: key)
    #expect(byName.first.labels.scalars == first.labels.scalars)
  }

  /// 3 classes of 2 examples and one of 94, of which a tenth is 9 or 10.
  @Test(arguments: [0.1, 0.5, 0.9], [nil, RandomKey(seed: 1)])
  func aRareClassIsInBothParts(share: Double, key: RandomKey?) {
    let labels = (0..<100).map { (i: Int) -> Int32 in i < 94 ? 0 : Int32(i / 2) }
    let data = Dataset(inputs: .zeros([100, 1]), labels: Tensor(labels))
    let parts = data.split(share, stratified: true, shuffledWith: key)
    #expect(Set(parts.first.labels.scalars) == Set(labels))
    #expect(Set(parts.rest.labels.scalars) == Set(labels))
  }

  /// Numbers of a regression: the mean of the target is the same in both parts, nearly.
  @Test(arguments: [RandomKey(seed: 1), RandomKey(seed: 2)])
  func numbersAreStratifiedInBins(key: RandomKey) {
    var random = SplitMix(seed: 5)
    let targets = random.doubles(1000, in: 0...1)
    let data = Dataset(
      inputs: .zeros([1000, 1]), targets: Tensor(targets).expandingShape(at: 1))
    let (first, rest) = data.split(0.2, stratified: true, shuffledWith: key)
    #expect(first.count == 200)
    // A tenth of the examples is in each bin: 20 of the 200, and 80 of the 800.
    let borders = targets.sorted()
    for bin in 0..<10 {
      let range = borders[100 * bin]...borders[100 * bin + 99]
      #expect(first.targets.scalars.count { range.contains($0) } == 20)
      #expect(rest.targets.scalars.count { range.contains($0) } == 80)
    }
    // Equal numbers stay in one bin: 90 zeros and 10 ones.
    let tenths: [Float] = (0..<100).map { $0 % 10 == 0 ? 1 : 0 }
    let rare = Dataset(inputs: .zeros([100]), targets: Tensor(tenths))
    let parts = rare.split(0.5, stratified: true, shuffledWith: key)
    let ones: Float = parts.first.targets.scalars.reduce(0, +)
    #expect(ones == 5)
    let truths = Dataset(inputs: .zeros([4]), targets: Tensor([true, false, false, true]))
    #expect(
      truths.split(0.5, stratified: true).first.targets.scalars.sorted { !$0 && $1 }
        == [false, true])
  }

  @Test(arguments: 0..<30) func noGroupIsInTwoParts(seed: Int) {
    var random = SplitMix(seed: seed)
    let count = 2 + random.below(60), number = 2 + random.below(8)
    let groups = (0..<count).map { _ in random.below(number) }
    let share = random.pick([0, 0.1, 0.5, 0.8, 0.95, 1])
    let key = random.pick([nil, RandomKey(seed: UInt64(seed))])
    let (first, rest) = data(count).split(share, groupedBy: groups, shuffledWith: key)
    let rows = [labels(first), labels(rest)]
    #expect((rows[0] + rows[1]).sorted() == Array(0..<count))
    let parts = rows.map { Set($0.map { groups[$0] }) }
    #expect(parts[0].isDisjoint(with: parts[1]))
    let total = Int((share * Double(count)).rounded())
    if Set(groups).count > 1, total > 0, total < count {
      #expect(!rows[0].isEmpty && !rows[1].isEmpty)
    }
    // No group of the other part would have come nearer.
    let sizes = Dictionary(groups.map { ($0, 1) }, uniquingKeysWith: +)
    if parts[1].count > 1 {
      for group in parts[1] {
        #expect(abs(first.count + sizes[group]! - total) >= abs(first.count - total) || total == 0)
      }
    }
    let again = data(count).split(share, groupedBy: groups, shuffledWith: key)
    #expect(labels(again.first) == rows[0])
  }

  @Test func theEarlierComesFirst() {
    let times = [5.0, 1, 3, 3, 2, 4, 3, 0]
    // Sorted: 7 1 4 2 3 6 5 0, of which 2, 3 and 6 are of one time.
    func parts(_ share: Double) -> [[Int]] {
      let (first, rest) = data(8).split(share, orderedBy: times)
      return [labels(first), labels(rest)]
    }
    #expect(parts(0.25) == [[7, 1], [4, 2, 3, 6, 5, 0]])
    #expect(parts(0.5) == [[7, 1, 4], [2, 3, 6, 5, 0]])
    #expect(parts(0.625) == [[7, 1, 4, 2, 3, 6], [5, 0]])
    #expect(parts(0) == [[], [7, 1, 4, 2, 3, 6, 5, 0]])
    #expect(parts(1) == [[7, 1, 4, 2, 3, 6, 5, 0], []])
    let same = data(3).split(0.4, orderedBy: ["a", "a", "a"])
    #expect(same.first.count == 0 && same.rest.count == 3)
  }

  enum Fault: String, CaseIterable, Codable {
    case classes, groups, times, noTime, severalTargets, noTarget

    var message: String {
      switch self {
      case .classes: "split: 1 class of 3 examples. Fix: give one for each example."
      case .groups: "split: 4 groups of 3 examples. Fix: give one for each example."
      case .times: "split: 2 times of 3 examples. Fix: give one for each example."
      case .noTime:
        "split: time 1 is nan, neither before nor after the others. "
          + "Fix: leave such examples out."
      case .severalTargets:
        "split: targets [3, 2] are several for each example, and no class. "
          + "Fix: say what the classes are: stratifiedBy: [...]."
      case .noTarget: "split: target 2 is NaN and in no class. Fix: leave such examples out."
      }
    }

    func run() {
      let data = DatasetSplitsTests().data(3)
      func split(_ targets: Tensor<Float>) {
        _ = Dataset(inputs: data.inputs, targets: targets).split(0.5, stratified: true)
      }
      switch self {
      case .classes: _ = data.split(0.5, stratifiedBy: ["a"])
      case .groups: _ = data.split(0.5, groupedBy: [1, 2, 3, 4])
      case .times: _ = data.split(0.5, orderedBy: [1, 2])
      case .noTime: _ = data.split(0.5, orderedBy: [1, .nan, 2])
      case .severalTargets: split(.zeros([3, 2]))
      case .noTarget: split(Tensor<Float>([1, 2, .nan]))
      }
    }
  }

  @Test(arguments: Fault.allCases) func whatCannotBeSplitIsAMistake(fault: Fault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in fault.run()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Dataset+SplitsTests.swift"), "\(text)")
    #expect(text.contains(fault.message), "\(text)")
  }
}
