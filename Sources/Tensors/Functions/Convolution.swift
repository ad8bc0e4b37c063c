// SPDX-License-Identifier: Apache-2.0

/// Convolution as networks use it: y_npo = Σ_k Σ_i x_n(p stride + k dilation)i W_kio, the kernel
/// not reversed, for images and for series.
///
/// x: [n, h, w, inputs], W: [kh, kw, inputs, outputs], result [n, oh, ow, outputs]; or x:
/// [n, l, inputs], W: [k, inputs, outputs], result [n, ol, outputs]. Along an axis of extent l with
/// padding on both sides there are ⌊(l + padding - (k - 1) dilation - 1) / stride⌋ + 1 places. With
/// `groups` g the channels are cut into g runs, each with kernels of its own: W:
/// [..., inputs / g, outputs], outputs run by run.
///
/// x.g is the convolution of the padded y.g with W reversed, its channels exchanged; W.g the
/// product of the windows of x with y.g, over all examples and places. A mistake if ranks or
/// channels do not fit, if the window is longer than the padded axis, or if a number is below 1
/// (padding: below 0).
///
/// ```swift
/// let x = Tensor<Float>(range: 0..<16).reshaped(to: [1, 4, 4, 1])
/// let edges = Tensor<Float>([1, -1]).reshaped(to: [1, 2, 1, 1])
/// print(convolution(x, edges).shape)   // [1, 4, 3, 1]
/// let series = Tensor<Float>([1, 2, 4, 8]).reshaped(to: [1, 4, 1])
/// let sums = convolution(series, .ones([2, 1, 1]), padding: WindowPadding(before: 1, after: 0))
/// print(sums.reshaped(to: [4]))   // [ 1.  3.  6. 12.]
/// ```
///
/// Source: Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016.
public func convolution<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ kernels: Tensor<Scalar>, stride: PerAxis = 1,
  padding: WindowPadding = .valid, dilation: PerAxis = 1, groups: Int = 1,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let x = x.value, kernels = kernels.value, operation = "convolution"
  let form = stopping(at: CallSite(file, line)) { () throws(Mistake) -> ConvolutionForm in
    let count = try spatialAxes(x, kernels, in: operation)
    let form = try ConvolutionForm(
      over: x.shape.spatial, kernels.shape.leading(count), stride, padding, dilation, groups,
      in: operation)
    try form.checkChannels(of: x, kernels, inputsAt: count, in: operation)
    try form.checkPlaces(kernels.shape.leading(count), of: kernels, in: x, operation)
    return form
  }
  return Tensor(form.places(x, kernels))
}

/// The adjoint of a convolution in its images: what stands at a place of x goes, times W, to all
/// elements of the place's window. It enlarges images; also called deconvolution.
///
/// x: [n, h, w, inputs], W: [kh, kw, outputs / groups, inputs], result [n, oh, ow, outputs]; series
/// likewise. W is the kernel of the convolution that goes back, so its channels stand the other way
/// round. Along an axis of extent l the result has (l - 1) stride - padding + (k - 1)
/// dilation + 1 + outputPadding elements; `outputPadding`, below the stride, chooses among the
/// extents that a convolution takes to l. With `.same` padding there are l stride.
///
/// x.g is the convolution of y.g with W; W.g the product of the windows of y.g with x.
///
/// ```swift
/// let x = Tensor<Float>([1, 2]).reshaped(to: [1, 2, 1])
/// let w = Tensor<Float>([1, 10, 100]).reshaped(to: [3, 1, 1])
/// print(transposedConvolution(x, w, stride: 2).reshaped(to: [5]))   // [  1.  10. 102.  20. 200.]
/// ```
public func transposedConvolution<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ kernels: Tensor<Scalar>, stride: PerAxis = 1,
  padding: WindowPadding = .valid, outputPadding: PerAxis = 0, dilation: PerAxis = 1,
  groups: Int = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let x = x.value, kernels = kernels.value, operation = "transposedConvolution"
  let (form, extents) = stopping(at: CallSite(file, line)) { () throws(Mistake) in
    let count = try spatialAxes(x, kernels, in: operation)
    let size = kernels.shape.leading(count), given = x.shape.spatial
    let steps = try stride.along(count, "stride", in: operation)
    var extents = given
    for axis in 0..<count { extents[axis] *= steps[axis] }
    let form = try ConvolutionForm(
      over: extents, size, stride, padding, dilation, groups, in: operation)
    try form.checkChannels(of: x, kernels, inputsAt: count + 1, in: operation)
    let more = try outputPadding.along(count, from: 0, "outputPadding", in: operation)
    if padding != .same {
      for axis in 0..<count {
        guard given[axis] > 0 else {
          throw Mistake(
            operation, "\(x.label) has no element along axis \(axis + 1)",
            fix: "give one or more along each axis that windows go over")
        }
        extents[axis] =
          (given[axis] - 1) * steps[axis] + form.span(of: size, axis) + more[axis]
          - form.before[axis] - form.after[axis]
      }
    }
    try form.check(extents, makeRoomFor: x, size, more, in: operation)
    return (form, extents)
  }
  let channels = kernels.shape[kernels.rank - 2] * groups
  return Tensor(form.images(x, kernels, like: [x.shape[0]] + extents + [channels]))
}

/// How many axes the windows go over: one for series, two for images.
private func spatialAxes(_ x: Value, _ kernels: Value, in operation: String) throws(Mistake) -> Int
{
  guard x.rank == 3 || x.rank == 4 else {
    throw Mistake(
      operation, "\(x.label) has \(counted(x.rank, "axis", plural: "axes"))",
      fix: "give images [n, h, w, channels] or series [n, l, channels]")
  }
  guard kernels.rank == x.rank else {
    throw Mistake(
      operation, "the kernels \(kernels.label) and \(x.label) have different numbers of axes",
      fix: "kernels are [h, w, inputs, outputs] for images [n, h, w, inputs], "
        + "[l, inputs, outputs] for series [n, l, inputs]")
  }
  return x.rank - 2
}
