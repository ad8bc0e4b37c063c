// SPDX-License-Identifier: Apache-2.0

/// Sliding windows along an axis, which becomes two, [places, size]: place p holds the elements
/// p stride + k dilation, k = 0 ..< size. What is left at the end is in no window.
package struct Windows: Hashable, Sendable {
  package let axis: Int
  package let size: Int
  package let stride: Int
  package let dilation: Int

  package init(axis: Int, size: Int, stride: Int, dilation: Int) {
    self.axis = axis
    self.size = size
    self.stride = stride
    // Of one element there is no next.
    self.dilation = size == 1 && dilation > 0 ? 1 : dilation
  }

  /// At how many places an axis of this extent has a window; nil if there is none.
  package func places(in extent: Int) -> Int? {
    guard size > 0, stride > 0, dilation > 0 else { return nil }
    let (last, overflow) = (size - 1).multipliedReportingOverflow(by: dilation)
    return overflow || last >= extent ? nil : (extent - 1 - last) / stride + 1
  }

  /// Whether they are the axis cut into pieces, none of which is left out.
  fileprivate func cut(_ extent: Int) -> Bool {
    guard let places = places(in: extent) else { return false }
    return dilation == 1 && places * size == extent && (stride == size || places == 1)
  }

  /// The shape of x with two axes in place of one.
  func form(_ shape: Shape) throws(FormFault) -> Shape {
    guard (0..<shape.rank).contains(axis) else { throw .axes(.left) }
    guard let places = places(in: shape[axis]) else { throw .outside(axis: axis) }
    return try shape.replacing(axis: axis, with: [places, size]).countable()
  }

  func words(for refusal: Refusal) -> Mistake? {
    guard case .outside = refusal.fault else { return nil }
    let x = refusal.inputs[0]
    let dilated = dilation == 1 ? "" : " with dilation \(dilation)"
    return refusal.mistake(
      "a window of \(size)\(dilated) every \(stride) has no place in the "
        + "\(counted(x.shape[axis], "element")) of axis \(axis) of \(x.label)",
      fix: "use numbers of 1 or more, and a window no longer than the axis")
  }

  /// The adjoint: an element gets what its copies in all windows have, in the order of their k.
  /// Windows side by side that fill the axis are a reshape.
  func added(_ g: Value, to shape: Shape) -> Value {
    let places = g.shape[axis]
    if size == stride, dilation == 1, places * size == shape[axis] { return g.reshaped(to: shape) }
    let zeros = Shape(repeating: 0, rank: shape.rank)
    let strides = Shape(repeating: 1, rank: shape.rank).with(places > 1 ? stride : 1, at: axis)
    let parts = (0..<size).map {
      g.part(along: axis + 1, from: $0, count: 1).reshaped(to: shape.with(places, at: axis))
    }
    let starts = (0..<size).map {
      Place(starts: zeros.with($0 * dilation, at: axis), strides: strides)
    }
    return .placed(parts, at: starts, in: shape)
  }
}

extension Shape {
  func replacing(axis: Int, with extents: Shape) -> Shape {
    replacing(axes: axis..<(axis + 1), with: extents)
  }

  /// Other extents in place of some axes.
  func replacing(axes: Range<Int>, with extents: Shape) -> Shape {
    leading(axes.lowerBound) + extents + droppingLeading(axes.upperBound)
  }

  func with(_ extent: Int, at axis: Int) -> Shape {
    var shape = self
    shape[axis] = extent
    return shape
  }
}

extension Value {
  /// Sliding windows of an axis, which becomes two, [places, size]: y[..., p, k, ...] =
  /// x[..., p stride + k dilation, ...]. A view: elements that are in several windows
  /// stand there once.
  ///
  /// x.g: each element gets the sum of its copies' cotangents. A mistake if the
  /// window has no place.
  package func windows(
    of size: Int, every stride: Int, dilation: Int = 1, along axis: Int, at site: CallSite? = nil
  ) -> Value {
    let windows = Windows(axis: axis, size: size, stride: stride, dilation: dilation)
    if (0..<rank).contains(axis), windows.cut(shape[axis]) {
      return reshaped(to: shape.replacing(axis: axis, with: [shape[axis] / size, size]))
    }
    return Value(.movement(.windows(windows)), self, at: site)
  }

  /// The elements from `start` on along an axis.
  func part(along axis: Int, from start: Int, count: Int) -> Value {
    sliced(
      from: Shape(repeating: 0, rank: rank).with(start, at: axis),
      extents: shape.with(count, at: axis))
  }

  /// Among zeros along an axis, from `start` on.
  func padded(along axis: Int, from start: Int, to extent: Int) -> Value {
    padded(
      to: shape.with(extent, at: axis), at: Shape(repeating: 0, rank: rank).with(start, at: axis))
  }
}
