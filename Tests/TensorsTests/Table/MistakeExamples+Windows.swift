// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension MistakeExample {
  private static let image = Tensor<Float>.zeros([2, 8, 6, 3]).named("image")

  static let windows: [MistakeExample] = [
    MistakeExample(
      name: "convolution of rows",
      message: "convolution: [2, 3] has 2 axes. Fix: give images [n, h, w, channels] or series "
        + "[n, l, channels]."
    ) { _ = convolution(x, .zeros([3, 3, 3, 1])) },
    MistakeExample(
      name: "kernels for series",
      message: "convolution: the kernels [3, 3, 1] and image [2, 8, 6, 3] have different numbers "
        + "of axes. Fix: kernels are [h, w, inputs, outputs] for images [n, h, w, inputs], "
        + "[l, inputs, outputs] for series [n, l, inputs]."
    ) { _ = convolution(image, .zeros([3, 3, 1])) },
    MistakeExample(
      name: "other channels",
      message: "convolution: the kernels [3, 3, 4, 8] take 4 channels and image [2, 8, 6, 3] has 3 "
        + "(axis 3). Fix: kernels are [..., inputs / groups, outputs], images [n, ..., inputs]."
    ) { _ = convolution(image, .zeros([3, 3, 4, 8])) },
    MistakeExample(
      name: "channels as PyTorch has them",
      message: "convolution: the kernels [3, 3, 8, 4] take 8 channels and image [2, 8, 6, 3] has 3 "
        + "(axis 3). Fix: channels come last: image.transposed(0, 2, 3, 1)."
    ) { _ = convolution(image, .zeros([3, 3, 8, 4])) },
    MistakeExample(
      name: "other channels in groups",
      message: "convolution: the kernels [3, 3, 1, 8] take 2 channels in 2 groups and image "
        + "[2, 8, 6, 3] has 3 (axis 3). Fix: kernels are [..., inputs / groups, outputs], images "
        + "[n, ..., inputs]."
    ) { _ = convolution(image, .zeros([3, 3, 1, 8]), groups: 2) },
    MistakeExample(
      name: "groups that do not divide",
      message: "convolution: 3 groups do not divide the 8 channels of the kernels [3, 3, 1, 8]. "
        + "Fix: use a number of groups that divides both numbers of channels."
    ) { _ = convolution(image, .zeros([3, 3, 1, 8]), groups: 3) },
    MistakeExample(
      name: "a long window",
      message: "convolution: a window of 7 ([1, 4, 3, 8]) is longer than axis 2 of image "
        + "[2, 8, 6, 3], 6. Fix: use a smaller window or more padding."
    ) { _ = convolution(image, .zeros([1, 4, 3, 8]), dilation: 2) },
    MistakeExample(
      name: "no stride",
      message: "convolution: a stride of 0. Fix: use whole numbers from 1 to 2147483647."
    ) { _ = convolution(image, .zeros([3, 3, 3, 8]), stride: [1, 0]) },
    MistakeExample(
      name: "strides of other axes",
      message: "convolution: 3 numbers for the stride over 2 axes. Fix: give one number, or 2."
    ) { _ = convolution(image, .zeros([3, 3, 3, 8]), stride: [1, 1, 1]) },
    MistakeExample(
      name: "padding below 0",
      message: "convolution: a padding of -1. Fix: use whole numbers from 0 to 2147483647."
    ) { _ = convolution(image, .zeros([3, 3, 3, 8]), padding: -1) },
    MistakeExample(
      name: "output padding of a stride",
      message: "transposedConvolution: an outputPadding of 2 with a stride of 2. Fix: use one "
        + "below the stride."
    ) {
      _ = transposedConvolution(image, .zeros([2, 2, 1, 3]), stride: 2, outputPadding: 2)
    },
    MistakeExample(
      name: "nothing left",
      message: "transposedConvolution: axis 2 of image [2, 8, 6, 3] leaves 0 elements of the "
        + "result. Fix: use less padding, and axes of 1 element or more."
    ) { _ = transposedConvolution(image, .zeros([1, 1, 1, 3]), padding: 4) },
    MistakeExample(
      name: "an empty series",
      message: "transposedConvolution: series [1, 0, 2] has no element along axis 1. Fix: give one "
        + "or more along each axis that windows go over."
    ) {
      let series = Tensor<Float>.ones([1, 0, 2]).named("series")
      _ = transposedConvolution(series, .ones([3, 4, 2]), stride: 2)
    },
    MistakeExample(
      name: "a window of padding",
      message: "maxPooled: a padding of 2 holds a whole window of 2. Fix: use less padding than "
        + "the window is long."
    ) { _ = image.maxPooled(size: 2, padding: 2) },
    MistakeExample(
      name: "pooling of rows",
      message: "averagePooled: [2, 3] has 2 axes. Fix: give images [n, h, w, channels] or series "
        + "[n, l, channels]."
    ) { _ = x.averagePooled(size: 2) },
  ]
}
