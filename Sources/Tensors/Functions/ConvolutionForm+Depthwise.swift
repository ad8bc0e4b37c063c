// SPDX-License-Identifier: Apache-2.0

// Each channel by itself. As products these have a column or two for each group, and a tile of a
// product is mostly empty; as sums over the elements of a window they are one pass, whose
// operands are views.

extension ConvolutionForm {
  /// Elements of a window beyond which there would be more terms than one pass has.
  private static let mostTerms = 49

  /// Whether each group has one channel of images, and windows have few elements.
  ///
  /// - Parameter kernels: [size..., 1, outputs].
  func isDepthwise(_ kernels: Shape) -> Bool {
    groups > 1 && kernels[stride.rank] == 1
      && (1...Self.mostTerms).contains(kernels.leading(stride.rank).elementCount)
  }

  /// The convolution: y_pc = Σ x_(p s + k d)c w_kc over the elements k of a window, in order.
  func depthwisePlaces(_ images: Value, _ kernels: Value) -> Value {
    let outputs = kernels.shape[kernels.rank - 1], isSplit = outputs != groups
    let parts = parts(of: images, size: kernels.shape.leading(stride.rank))
    let rows = kernels.reshaped(to: [parts.count, outputs])
    let terms = parts.enumerated().map { number, part in
      let row = rows.element(number, ofLines: 0)
      return isSplit
        ? part.reshaped(to: part.shape + [1]) * row.reshaped(to: [groups, outputs / groups])
        : part * row
    }
    return terms.dropFirst().reduce(terms[0], +)
      .reshaped(to: parts[0].shape.leading(1 + stride.rank) + [outputs])
  }

  /// What goes from the places to the kernels, of this shape: w_kc.g = Σ x_(p s + k d)c y_pc.g over
  /// examples and places.
  func depthwiseKernels(_ images: Value, _ places: Value, like shape: Shape) -> Value {
    let outputs = shape[shape.rank - 1], isSplit = outputs != groups
    let axes = AxisSet(0..<(1 + stride.rank))
    let channels: Shape = [groups, outputs / groups]
    let given = isSplit ? places.reshaped(to: places.shape.leading(axes.count) + channels) : places
    let rows = parts(of: images, size: shape.leading(stride.rank)).map { part in
      let product = isSplit ? part.reshaped(to: part.shape + [1]) * given : part * given
      return product.reduced(.sum, axes).reshaped(to: [1, outputs])
    }
    return Value.joined(rows, along: 0).reshaped(to: shape)
  }

  /// For each element of a window what stands there at all places: [n, places..., channels].
  private func parts(of images: Value, size: Shape) -> [Value] {
    let padded = images.fitted(before, after)
    var extents = padded.shape, strides = Shape(repeating: 1, rank: padded.rank)
    for axis in size.indices {
      extents[axis + 1] = (padded.shape[axis + 1] - span(of: size, axis)) / stride[axis] + 1
      strides[axis + 1] = stride[axis]
    }
    return (0..<size.elementCount).map { number in
      var starts = Shape(repeating: 0, rank: padded.rank), rest = number
      for axis in size.indices.reversed() {
        starts[axis + 1] = rest % size[axis] * dilation[axis]
        rest /= size[axis]
      }
      return padded.strided(from: starts, extents: extents, by: strides)
    }
  }
}
