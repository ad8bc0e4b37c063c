// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors

/// FNV-1a over the bit patterns of numbers, lowest byte first: equal only if every bit is.
package struct Checksum {
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  /// Over all parameters, in their order.
  package init(of model: some ParameterTree) {
    for parameter in model.parameters.distinct { add(parameter.value.scalars) }
  }

  package mutating func add(_ numbers: [Float]) {
    for number in numbers { add(UInt64(number.bitPattern), bytes: 4) }
  }

  package mutating func add(_ numbers: [Double]) {
    for number in numbers { add(number.bitPattern, bytes: 8) }
  }

  package mutating func add(_ numbers: [Int32]) {
    for number in numbers { add(UInt64(UInt32(bitPattern: number)), bytes: 4) }
  }

  private mutating func add(_ bits: UInt64, bytes: UInt64) {
    for byte in 0..<bytes {
      value = (value ^ (bits >> (8 * byte) & 0xFF)) &* 0x100_0000_01b3
    }
  }
}
