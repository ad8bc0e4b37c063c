// SPDX-License-Identifier: Apache-2.0

/// How the windows of kernels lie on the axes of images, [n, spatial..., channels]: a number for
/// each spatial axis.
struct ConvolutionForm: Hashable, Sendable {
  var stride: Shape
  var dilation: Shape
  /// Padding. Below 0 elements are left out: a derivative may need fewer than there are.
  var before: Shape
  var after: Shape
  var groups: Int

  init(stride: Shape, dilation: Shape, before: Shape, after: Shape, groups: Int) {
    self.stride = stride
    self.dilation = dilation
    self.before = before
    self.after = after
    self.groups = groups
  }

  /// What a user writes, for windows of this size over axes of these extents.
  init(
    over extents: Shape, _ size: Shape, _ stride: PerAxis, _ padding: WindowPadding,
    _ dilation: PerAxis, _ groups: Int, in operation: String
  ) throws(Mistake) {
    self.stride = try stride.along(extents.rank, "stride", in: operation)
    self.dilation = try dilation.along(extents.rank, "dilation", in: operation)
    guard !size.contains(where: { $0 < 1 || $0 > Int(Int32.max) }) else {
      throw Mistake(
        operation, "a window of \(size)", fix: "windows have 1 element or more along each axis")
    }
    guard groups > 0 else {
      throw Mistake(operation, "\(groups) groups", fix: "use 1 group or more")
    }
    self.groups = groups
    before = size
    after = size
    var spans = size
    for axis in size.indices { spans[axis] = (size[axis] - 1) * self.dilation[axis] + 1 }
    (before, after) = try padding.along(
      extents, spans: spans, stride: self.stride, in: operation)
  }

  /// From the first to the last element of a window.
  func span(of size: Shape, _ axis: Int) -> Int { (size[axis] - 1) * dilation[axis] + 1 }

  /// - Parameter axis: that of the kernels which holds the channels of x.
  func checkChannels(
    of x: Value, _ kernels: Value, inputsAt axis: Int, in operation: String
  ) throws(Mistake) {
    let channels = x.shape[x.rank - 1], last = kernels.rank - 1, isForward = axis != last
    let outputs = isForward ? kernels.shape[last] : channels
    let (inputs, overflows) = kernels.shape[axis].multipliedReportingOverflow(
      by: isForward ? groups : 1)
    guard inputs == channels, !overflows else {
      let cut = groups == 1 || !isForward ? "" : " in \(groups) groups"
      throw Mistake(
        operation,
        "the kernels \(kernels.label) take \(counted(inputs, "channel"))\(cut) and \(x.label) has "
          + "\(channels) (axis \(x.rank - 1))",
        fix: x.movingChannels(inputs)
          ?? (isForward
            ? "kernels are [..., inputs / groups, outputs], images [n, ..., inputs]"
            : "kernels are [..., outputs / groups, inputs], images [n, ..., inputs]"))
    }
    guard outputs % groups == 0 else {
      throw Mistake(
        operation,
        "\(groups) groups do not divide the \(counted(outputs, "channel")) of "
          + (isForward ? "the kernels \(kernels.label)" : x.label),
        fix: "use a number of groups that divides both numbers of channels")
    }
  }

  /// Throws if a window is longer than its padded axis.
  func checkPlaces(
    _ size: Shape, of kernels: Value? = nil, in x: Value, _ operation: String
  ) throws(Mistake) {
    for axis in size.indices {
      let extent = x.shape[axis + 1] + before[axis] + after[axis]
      if span(of: size, axis) > extent {
        let padded = before[axis] + after[axis] == 0 ? "" : " with its padding"
        let owner = kernels.map { " (\($0.label))" } ?? ""
        throw Mistake(
          operation,
          "a window of \(span(of: size, axis))\(owner) is longer than axis \(axis + 1) of "
            + "\(x.label)\(padded), \(extent)",
          fix: "use a smaller window or more padding")
      }
    }
  }

  /// Throws unless images of these extents have as many places as x has elements.
  func check(
    _ extents: Shape, makeRoomFor x: Value, _ size: Shape, _ more: Shape, in operation: String
  ) throws(Mistake) {
    for axis in size.indices {
      if more[axis] >= stride[axis] {
        throw Mistake(
          operation, "an outputPadding of \(more[axis]) with a stride of \(stride[axis])",
          fix: "use one below the stride")
      }
      let windows = Windows(
        axis: 0, size: size[axis], stride: stride[axis], dilation: dilation[axis])
      let extent = extents[axis] + before[axis] + after[axis]
      if extents[axis] < 0 || windows.places(in: extent) ?? 0 != x.shape[axis + 1] {
        throw Mistake(
          operation,
          "axis \(axis + 1) of \(x.label) leaves \(max(extents[axis], 0)) elements of the result",
          fix: "use less padding, and axes of 1 element or more")
      }
    }
  }
}

extension Value {
  /// How the channels come last, if as many as are wanted stand where PyTorch has them.
  package func movingChannels(_ count: Int) -> String? {
    guard rank > 2, shape[1] == count, shape[rank - 1] != count else { return nil }
    let axes = ([0] + Array(2..<rank) + [1]).map { "\($0)" }.joined(separator: ", ")
    return "channels come last: \(givenName ?? "x").transposed(\(axes))"
  }
}

extension Shape {
  /// The axes between the first and the last.
  var spatial: Shape { Shape(dropFirst().dropLast()) }
}
