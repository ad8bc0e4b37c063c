// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension CaseTable where Scalar: FloatingPointScalar {
  /// Convolution and pooling.
  mutating func addWindows() {
    add("convolution(_:_:stride:padding:dilation:groups:)", .sum(16), gradient: .sum(32)) {
      convolution(
        $0[0], $0[1], stride: PerAxis($0.ints(0)), padding: WindowPadding($0.ints(1)),
        dilation: PerAxis($0.ints(2)), groups: $0.int(3))
    }
    add("convolution(_:_:stride:padding:dilation:groups:) sides", .sum(16), gradient: .sum(32)) {
      convolution(
        $0[0], $0[1], stride: PerAxis($0.ints(0)),
        padding: WindowPadding(before: PerAxis($0.ints(1)), after: PerAxis($0.ints(2))),
        dilation: PerAxis($0.ints(3)), groups: $0.int(4))
    }
    add("convolution(_:_:stride:padding:dilation:groups:) same", .sum(16), gradient: .sum(32)) {
      convolution(
        $0[0], $0[1], stride: PerAxis($0.ints(0)), padding: .same, dilation: PerAxis($0.ints(1)),
        groups: $0.int(2))
    }
    add(
      "transposedConvolution(_:_:stride:padding:outputPadding:dilation:groups:)", .sum(16),
      gradient: .sum(32)
    ) {
      transposedConvolution(
        $0[0], $0[1], stride: PerAxis($0.ints(0)), padding: WindowPadding($0.ints(1)),
        outputPadding: PerAxis($0.ints(4)), dilation: PerAxis($0.ints(2)), groups: $0.int(3))
    }
    add("maxPooled(size:stride:padding:dilation:)", gradient: .sum(8)) {
      $0[0].maxPooled(
        size: PerAxis($0.ints(0)), stride: PerAxis($0.ints(1)), padding: WindowPadding($0.ints(2)))
    }
    add("maxPooled(size:stride:padding:dilation:) dilated", gradient: .sum(8)) {
      $0[0].maxPooled(
        size: PerAxis($0.ints(0)), stride: PerAxis($0.ints(1)), padding: WindowPadding($0.ints(2)),
        dilation: PerAxis($0.ints(3)))
    }
    add("averagePooled(size:stride:padding:countsPadding:) there", .sum(8)) {
      $0[0].averagePooled(
        size: PerAxis($0.ints(0)), stride: PerAxis($0.ints(1)), padding: WindowPadding($0.ints(2)),
        countsPadding: false)
    }
    add("averagePooled(size:stride:padding:countsPadding:)", .sum(8)) {
      $0[0].averagePooled(
        size: PerAxis($0.ints(0)), stride: PerAxis($0.ints(1)), padding: WindowPadding($0.ints(2)))
    }
    add("globalAveragePooled()", .sum(8)) { $0[0].globalAveragePooled() }
  }
}
