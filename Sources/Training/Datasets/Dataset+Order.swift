// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// What splits and folds go by.
extension Dataset {
  /// Bins of a regression's targets.
  private static var binCount: Int { 10 }

  func order(shuffledWith key: RandomKey?) -> [Int] {
    key.map { $0.permutation(of: count) } ?? Array(0..<count)
  }

  /// The positions of the examples from the earliest to the latest; those of one time stay in
  /// order.
  func order(by times: [some Comparable], in operation: String, at site: CallSite) -> [Int] {
    checkCount(times.count, "time", in: operation, at: site)
    if let place = times.firstIndex(where: { $0 != $0 }) {
      Mistake(
        operation, "time \(place) is \(times[place]), neither before nor after the others",
        fix: "leave such examples out"
      ).stop(at: site)
    }
    return times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
  }

  /// The place next to `place` where one time ends and another one begins; 0 or the end if all are
  /// one.
  func border(nearest place: Int, in sorted: [some Comparable]) -> Int {
    guard place > 0, place < sorted.count else { return place }
    let time = sorted[place]
    let start = sorted[..<place].lastIndex { $0 != time }.map { $0 + 1 } ?? 0
    let end = sorted[place...].firstIndex { $0 != time } ?? sorted.count
    return place - start <= end - place ? start : end
  }

  func checkCount(
    _ number: Int, _ noun: String, plural: String? = nil, in operation: String, at site: CallSite
  ) {
    guard number != count else { return }
    Mistake(
      operation,
      "\(counted(number, noun, plural: plural)) of \(counted(count, "example"))",
      fix: "give one for each example"
    ).stop(at: site)
  }

  /// The class of each example: its target, or the bin in which it is among those of a regression.
  func stratumOfEachExample(in operation: String, at site: CallSite) -> [Int] {
    guard targets.elementCount == count else {
      Mistake(
        operation, "targets \(targets.shape) are several for each example, and no class",
        fix: "say what the classes are: stratifiedBy: [...]"
      ).stop(at: site)
    }
    return switch targets.value.elementType {
    case .int32: Tensor<Int32>(targets.value).scalars.map { Int($0) }
    case .bool: Tensor<Bool>(targets.value).scalars.map { $0 ? 1 : 0 }
    case .float: bins(of: Tensor<Float>(targets.value).scalars, in: operation, at: site)
    case .double: bins(of: Tensor<Double>(targets.value).scalars, in: operation, at: site)
    }
  }

  /// Bins of as many examples each as equal numbers, which stay together, allow.
  private func bins(
    of numbers: [some BinaryFloatingPoint], in operation: String, at site: CallSite
  ) -> [Int] {
    if let row = numbers.firstIndex(where: { $0.isNaN }) {
      Mistake(operation, "target \(row) is NaN and in no class", fix: "leave such examples out")
        .stop(at: site)
    }
    let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
    let bins = Swift.min(Self.binCount, Swift.max(count / 2, 1))
    var result = Array(repeating: 0, count: count), first = 0
    for (rank, position) in order.enumerated() {
      if numbers[position] != numbers[order[first]] { first = rank }
      result[position] = first * bins / count
    }
    return result
  }
}
