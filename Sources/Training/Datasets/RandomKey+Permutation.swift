// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension RandomKey {
  /// The numbers 0 ..< count in an order that depends on the key alone (Fisher and Yates, with
  /// rejection so that each order is equally likely). A mistake if the count is negative.
  public func permutation(
    of count: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> [Int] {
    if count < 0 {
      Mistake("permutation", "an order of \(count) numbers", fix: "use a count of 0 or more")
        .stop(at: CallSite(file, line))
    }
    var numbers = Array(0..<count)
    var position: UInt64 = 0
    func random(below bound: UInt64) -> UInt64 {
      let limit = UInt64.max - UInt64.max % bound
      while true {
        let bits = threefry2x32(key: self.bits, counter: position)
        position += 1
        if bits < limit { return bits % bound }
      }
    }
    for last in stride(from: count - 1, to: 0, by: -1) {
      numbers.swapAt(last, Int(random(below: UInt64(last) + 1)))
    }
    return numbers
  }
}
