// SPDX-License-Identifier: Apache-2.0

// From places back to images. An element of the images that is r elements behind a multiple of the
// stride gets what goes through the elements r, r + stride, ... of the kernels. So there is one
// convolution with stride 1 for each r, and all of them are one, whose outputs are then put side by
// side: no product is with zeros that stand between places.

extension ConvolutionForm {
  func plainImages(_ places: Value, _ kernels: Value, like shape: Shape) -> Value {
    if shape.spatial.contains(0) { return .full(shape, 0, places.elementType) }
    let (form, kernels) = withoutDilatedStrides(places, kernels)
    let parts = ImageParts(form, kernels.shape, places.shape, shape)
    let product = parts.form.plainPlaces(places, parts.kernels(kernels))
    return parts.sideBySide(product)
  }

  /// The same with zeros between the elements of kernels where otherwise a stride would meet a
  /// dilation, and without a stride where there is one place.
  private func withoutDilatedStrides(
    _ places: Value, _ kernels: Value
  ) -> (form: ConvolutionForm, kernels: Value) {
    var form = self, kernels = kernels
    for axis in stride.indices {
      if places.shape[axis + 1] == 1 { form.stride[axis] = 1 }
      let size = kernels.shape[axis], dilation = dilation[axis]
      guard form.stride[axis] > 1, dilation > 1, size > 1 else { continue }
      let spread = kernels.shape.replacing(axis: axis, with: [size, 1])
      kernels = kernels.reshaped(to: spread).padded(along: axis + 1, from: 0, to: dilation)
        .reshaped(to: kernels.shape.with(size * dilation, at: axis))
        .part(along: axis, from: 0, count: (size - 1) * dilation + 1)
      form.dilation[axis] = 1
    }
    return (form, kernels)
  }
}

/// How images are made in parts.
private struct ImageParts {
  /// That of the convolution, over places, which makes all parts.
  let form: ConvolutionForm
  private let shape: Shape
  private let stride: Shape
  /// For each axis how many parts there are, and how many elements of a kernel each has.
  private let counts: Shape
  private let sizes: Shape
  /// For each axis how many elements each part has, and where the images begin among all of them.
  private let extents: Shape
  private let starts: Shape

  /// - Parameter shape: that of the images.
  init(_ form: ConvolutionForm, _ kernels: Shape, _ places: Shape, _ shape: Shape) {
    self.shape = shape
    stride = form.stride
    var inner = form, counts = stride, sizes = stride, extents = stride, starts = stride
    for axis in stride.indices {
      let step = stride[axis], before = form.before[axis]
      counts[axis] = min(step, kernels[axis])
      sizes[axis] = (kernels[axis] - 1) / counts[axis] + 1
      let first = before / step
      extents[axis] = (before + shape[axis + 1] - 1) / step + 1 - first
      starts[axis] = before - first * step
      let reach = (sizes[axis] - 1) * form.dilation[axis]
      inner.stride[axis] = 1
      inner.before[axis] = reach - first
      inner.after[axis] = extents[axis] - places[axis + 1] + first
    }
    (self.counts, self.sizes, self.extents, self.starts) = (counts, sizes, extents, starts)
    self.form = inner
  }

  private var axes: Int { stride.rank }

  /// The kernels of the parts: reversed, inputs and outputs exchanged; [size..., outputs / groups,
  /// groups · parts · inputs].
  func kernels(_ kernels: Value) -> Value {
    var split = kernels
    for axis in 0..<axes {
      let target = sizes[axis] * counts[axis], place = 2 * axis
      split = split.padded(along: place, from: 0, to: target)
      split = split.reshaped(
        to: split.shape.replacing(axis: place, with: [sizes[axis], counts[axis]]))
    }
    // [size, parts, size, parts, ..., inputs, groups, outputs]
    let last = kernels.rank - 1, groups = form.groups, outputs = kernels.shape[last] / groups
    split = split.reshaped(
      to: split.shape.leading(split.rank - 1) + [groups, outputs])
    var order = Shape()
    for axis in 0..<axes { order.append(2 * axis) }
    order.append(2 * axes + 2)
    order.append(2 * axes + 1)
    for axis in 0..<axes { order.append(2 * axis + 1) }
    order.append(2 * axes)
    let turned = split.transposed(order).reversed(along: AxisSet(0..<axes))
    let channels = turned.shape.droppingLeading(axes + 1).elementCount
    return turned.reshaped(to: sizes + [outputs, channels])
  }

  /// The images, of what the convolution gives: [n, extents..., groups · parts · inputs].
  func sideBySide(_ product: Value) -> Value {
    var images = product
    if counts.contains(where: { $0 > 1 }) || stride.contains(where: { $0 > 1 }) {
      let groups = form.groups
      let channels = shape[shape.rank - 1] / groups
      images = images.reshaped(
        to: [product.shape[0]] + extents + [groups] + counts + [channels])
      var order: Shape = [0]
      for axis in 0..<axes {
        order.append(1 + axis)
        order.append(2 + axes + axis)
      }
      images = images.transposed(order + [1 + axes, 2 + 2 * axes])
      for axis in 0..<axes {
        images = images.padded(along: 2 + 2 * axis, from: 0, to: stride[axis])
      }
    }
    var whole: Shape = [product.shape[0]], origin: Shape = [0]
    for axis in 0..<axes {
      whole.append(extents[axis] * stride[axis])
      origin.append(starts[axis])
    }
    whole.append(shape[shape.rank - 1])
    origin.append(0)
    return images.reshaped(to: whole).sliced(from: origin, extents: shape)
  }
}
