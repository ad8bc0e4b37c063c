// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport

// Functions over windows, which carry rules of their own.
extension OperationSample {
  static var convolutions: [OperationSample] {
    let cases: [(Shape, Shape, PerAxis, WindowPadding, PerAxis, groups: Int)] = [
      ([1, 5, 2], [3, 2, 2], 1, .valid, 1, 1), ([2, 4, 1], [2, 1, 1], 3, 1, 1, 1),
      ([1, 6, 2], [2, 1, 2], 2, 1, 2, 2), ([1, 3, 4, 1], [2, 3, 1, 2], [2, 1], .same, 1, 1),
      ([1, 1, 2, 2], [1, 1, 2, 1], 1, .valid, 1, 1), ([0, 3, 2], [2, 2, 1], 1, .valid, 1, 1),
      ([1, 3, 3, 2], [2, 2, 1, 2], 1, [1, 0], 1, 2), ([1, 4, 2], [3, 2, 0], 1, .valid, 1, 1),
    ]
    let forward = cases.map { x, w, stride, padding, dilation, groups in
      OperationSample(.other(.custom), [Input(x), Input(w)]) {
        convolution(
          Tensor<Double>($0[0]), Tensor($0[1]), stride: stride, padding: padding,
          dilation: dilation, groups: groups
        ).value
      }
    }
    let back: [(Shape, Shape, PerAxis, PerAxis, groups: Int)] = [
      ([1, 3, 2], [3, 1, 2], 2, 1, 1), ([1, 2, 1], [2, 1, 1], 3, 2, 1),
      ([1, 2, 2, 2], [2, 1, 1, 2], [1, 2], 1, 2),
    ]
    return forward
      + back.map { x, w, stride, dilation, groups in
        OperationSample(.other(.custom), [Input(x), Input(w)]) {
          transposedConvolution(
            Tensor<Double>($0[0]), Tensor($0[1]), stride: stride, dilation: dilation,
            groups: groups
          ).value
        }
      }
  }

  static var pools: [OperationSample] {
    let cases: [(Shape, PerAxis, PerAxis, WindowPadding)] = [
      ([1, 6, 2], 2, 2, .valid), ([2, 5, 1], 3, 1, 1), ([1, 4, 4, 2], 2, 2, .valid),
      ([1, 3, 5, 1], [2, 3], [1, 2], [1, 0]), ([0, 4, 2], 2, 1, .valid),
    ]
    return cases.map { x, size, stride, padding in
      OperationSample(.other(.custom), [Input(x)]) {
        Tensor<Double>($0[0]).maxPooled(size: size, stride: stride, padding: padding).value
      }
    }
  }

  /// Means of windows that are taken as slices.
  static var averages: [OperationSample] {
    averages(
      .slice,
      [
        ([2, 5, 1], 3, 1, 1), ([1, 3, 5, 1], [2, 3], [1, 2], [1, 0]), ([0, 4, 2], 2, 1, .valid),
      ])
  }

  /// Means of windows that are long along an axis.
  static var longAverages: [OperationSample] {
    averages(.windows, [([2, 12, 1], 10, 1, 1), ([1, 13, 3, 2], [11, 2], [2, 1], .valid)])
  }

  private static func averages(
    _ kind: OperationKind.Other, _ cases: [(Shape, PerAxis, PerAxis, WindowPadding)]
  ) -> [OperationSample] {
    cases.map { x, size, stride, padding in
      OperationSample(.other(kind), [Input(x)]) {
        Tensor<Double>($0[0]).averagePooled(
          size: size, stride: stride, padding: padding, countsPadding: x.rank == 4
        ).value
      }
    }
  }
}
