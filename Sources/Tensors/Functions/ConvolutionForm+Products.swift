// SPDX-License-Identifier: Apache-2.0

// Three functions, each linear in two tensors: from images and kernels to what stands at the places
// of the windows; from places and kernels to images; from images and places to kernels. Each is the
// derivative of the others, so that derivatives of any order are these again.
//
// images: [n, spatial..., inputs], kernels: [size..., inputs / groups, outputs],
// places: [n, places..., outputs].

extension ConvolutionForm {
  /// The convolution.
  func places(_ images: Value, _ kernels: Value) -> Value {
    ruled(.places, plainPlaces(images, kernels), images, kernels)
  }

  /// What goes from the places to the elements of their windows: x.g. Images have this shape.
  func images(_ places: Value, _ kernels: Value, like shape: Shape) -> Value {
    ruled(.images, plainImages(places, kernels, like: shape), places, kernels)
  }

  /// What goes from the places to the kernels, over all windows: W.g. Kernels have this shape.
  func kernels(_ images: Value, _ places: Value, like shape: Shape) -> Value {
    let product =
      isDepthwise(shape)
      ? depthwiseKernels(images, places, like: shape)
      : transposedProduct(
        windows(of: images, size: shape.leading(stride.rank)), places, like: shape)
    return ruled(.kernels, product, images, places)
  }

  private func ruled(_ made: ConvolutionRule.Made, _ y: Value, _ a: Value, _ b: Value) -> Value {
    let number = RuleNumbers.number(of: ConvolutionRule(made: made, form: self))
    let rule = CustomRule(number: number) { inputs, g in
      let a = inputs[1], b = inputs[2]
      return switch made {
      case .places: [images(g, b, like: a.shape), kernels(a, g, like: b.shape)]
      case .images: [places(g, b), kernels(g, a, like: b.shape)]
      case .kernels: [images(b, g, like: a.shape), places(a, g)]
      }
    }
    return Value(.identity(.custom(rule)), Inputs(y, a, b))
  }

  func plainPlaces(_ images: Value, _ kernels: Value) -> Value {
    isDepthwise(kernels.shape)
      ? depthwisePlaces(images, kernels)
      : product(windows(of: images, size: kernels.shape.leading(stride.rank)), kernels)
  }

  /// The windows of images: [n, places..., size..., inputs].
  private func windows(of images: Value, size: Shape) -> Value {
    var windows = images.fitted(before, after), order: Shape = [0]
    for axis in size.indices {
      windows = windows.windows(
        of: size[axis], every: stride[axis], dilation: dilation[axis], along: 1 + 2 * axis)
    }
    for axis in size.indices { order.append(1 + 2 * axis) }
    for axis in size.indices { order.append(2 + 2 * axis) }
    order.append(1 + 2 * size.rank)
    return windows.transposed(order)
  }

  // MARK: The two products

  /// Windows times kernels, over the elements of a window: places.
  private func product(_ windows: Value, _ kernels: Value) -> Value {
    let places = windows.shape.leading(1 + stride.rank)
    let product = byGroup(windows, rows: 1 + stride.rank)
      .matmul(byGroup(kernels, rows: 1 + stride.rank))
    return together(product, like: places + [kernels.shape[kernels.rank - 1]])
  }

  /// Windows times places, over examples and places: kernels of this shape.
  private func transposedProduct(_ windows: Value, _ places: Value, like shape: Shape) -> Value {
    let product = byGroup(windows, rows: 1 + stride.rank).swappingLastAxes()
      .matmul(byGroup(places, rows: 1 + stride.rank))
    return together(product, like: shape)
  }

  /// [rows..., columns..., groups · channels] as matrices [groups, rows, columns · channels]; one
  /// alone has no first axis.
  private func byGroup(_ x: Value, rows: Int) -> Value {
    let last = x.rank - 1, count = x.shape.leading(rows).elementCount
    let columns = x.shape.leading(last).droppingLeading(rows).elementCount
    if groups == 1 { return x.reshaped(to: [count, columns * x.shape[last]]) }
    let channels = x.shape[last] / groups
    let split = x.reshaped(to: x.shape.leading(last) + [groups, channels])
    return split.transposed([last] + Shape(0..<last) + [last + 1])
      .reshaped(to: [groups, count, columns * channels])
  }

  /// The reverse, for a product: [groups, rows, channels] as [rows..., groups · channels].
  private func together(_ product: Value, like shape: Shape) -> Value {
    if groups == 1 { return product.reshaped(to: shape) }
    return product.transposed([1, 0, 2]).reshaped(to: shape)
  }
}

/// A derivative by its name in keys.
private struct ConvolutionRule: Hashable, Sendable {
  enum Made: Hashable, Sendable { case places, images, kernels }

  let made: Made
  let form: ConvolutionForm
}

extension Value {
  /// With zeros before and after the spatial axes, or without some elements there.
  func fitted(_ before: Shape, _ after: Shape) -> Value {
    var starts = Shape(repeating: 0, rank: rank), kept = shape, places = starts, target = shape
    for axis in before.indices {
      let extent = shape[axis + 1], first = min(max(-before[axis], 0), extent)
      kept[axis + 1] = max(min(extent + after[axis], extent) - first, 0)
      starts[axis + 1] = first
      target[axis + 1] = extent + before[axis] + after[axis]
      places[axis + 1] = kept[axis + 1] == 0 ? 0 : first + before[axis]
    }
    return sliced(from: starts, extents: kept).padded(to: target, at: places)
  }
}
