// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension CaseTable where Scalar: NumericScalar {
  /// Products of tensors of any rank.
  mutating func addProducts() {
    add("matmul(_:_:) batches", .sum(16)) { matmul($0[0], $0[1]) }
    add("einsum(_:_:)", .sum(16)) { einsum($0.word(0), $0.all) }
    // Windows that overlap, read where they are.
    add("einsum(_:_:) windows", .sum(16)) {
      let windows = $0[0].value.windows(
        of: $0.int(0), every: $0.int(1), dilation: $0.int(2), along: 1)
      return einsum("npkc,kcd->npd", Tensor(windows), $0[1])
    }
    add("tensordot(_:_:axes:)", .sum(16)) { tensordot($0[0], $0[1], axes: $0.int(0)) }
    add("tensordot(_:_:axes:) pairs", .sum(16)) {
      tensordot($0[0], $0[1], axes: ($0.ints(0), $0.ints(1)))
    }
    add("outer(_:_:)", gradient: .sum(8)) { outer($0[0], $0[1]) }
  }
}
