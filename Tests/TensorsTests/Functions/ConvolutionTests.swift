// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

@Suite struct ConvolutionTests {
  /// By loops over the definition, for random shapes and settings.
  @Test(arguments: 0..<150)
  func loops(seed: Int) {
    var choice = SplitMix(seed: seed)
    let groups = choice.pick([1, 1, 2, 3]), c = choice.pick([1, 2]), o = choice.pick([1, 2])
    let size = [choice.pick([1, 2, 3]), choice.pick([1, 2, 4])]
    let stride = [choice.pick([1, 2, 3]), choice.pick([1, 2, 5])]
    let dilation = [choice.pick([1, 1, 2]), choice.pick([1, 3])]
    let before = [choice.below(3), choice.below(3)], after = [choice.below(3), choice.below(3)]
    var extents: [Int] = []
    for axis in 0..<2 {
      let least = (size[axis] - 1) * dilation[axis] + 1 - before[axis] - after[axis]
      extents.append(max(least, 1) + choice.below(4))
    }
    let x = IndexedArray([2, extents[0], extents[1], groups * c], .double, seed: 1)
    let w = IndexedArray([size[0], size[1], c, groups * o], .double, seed: 2)
    var expected: [Double] = [], shape: Shape = [2]
    for axis in 0..<2 {
      let padded = extents[axis] + before[axis] + after[axis]
      shape.append((padded - (size[axis] - 1) * dilation[axis] - 1) / stride[axis] + 1)
    }
    shape.append(groups * o)
    for index in shape.allIndices {
      var sum = 0.0
      for k in 0..<size[0] {
        for l in 0..<size[1] {
          let row = index[1] * stride[0] + k * dilation[0] - before[0]
          let column = index[2] * stride[1] + l * dilation[1] - before[1]
          guard (0..<extents[0]).contains(row), (0..<extents[1]).contains(column) else { continue }
          for channel in 0..<c {
            let place = ((index[0] * extents[0] + row) * extents[1] + column) * groups * c
            let kernel = ((k * size[1] + l) * c + channel) * groups * o
            sum += x.numbers[place + index[3] / o * c + channel] * w.numbers[kernel + index[3]]
          }
        }
      }
      expected.append(sum)
    }
    let y = convolution(
      Tensor<Double>(x.value), Tensor(w.value), stride: PerAxis(stride),
      padding: WindowPadding(before: PerAxis(before), after: PerAxis(after)),
      dilation: PerAxis(dilation), groups: groups)
    #expect(y.shape == shape)
    #expect(areClose(y.scalars, expected, 1e-12))
  }

  /// A transposed convolution is the adjoint: (conv(x), y) = (x, transposed(y)).
  @Test(arguments: 0..<60)
  func adjoint(seed: Int) {
    var choice = SplitMix(seed: seed)
    let size = choice.pick([1, 2, 3, 4]), stride = choice.pick([1, 2, 3]),
      groups = choice.pick([1, 2])
    let dilation = choice.pick([1, 2]), more = choice.below(stride),
      places = choice.pick([1, 2, 5])
    let whole = (places - 1) * stride + (size - 1) * dilation + 1 + more
    let padding = choice.below(min(size, (whole + 1) / 2))
    let w = Tensor<Double>(
      IndexedArray([size, 2, 3 * groups], .double, seed: UInt64(seed)).value)
    let y = Tensor<Double>(IndexedArray([2, places, 3 * groups], .double, seed: 3).value)
    let back = transposedConvolution(
      y, w, stride: PerAxis(stride), padding: WindowPadding(padding), outputPadding: PerAxis(more),
      dilation: PerAxis(dilation), groups: groups)
    #expect(back.shape == [2, whole - 2 * padding, 2 * groups])
    let x = Tensor<Double>(IndexedArray(back.shape, .double, seed: 4).value)
    let forth = convolution(
      x, w, stride: PerAxis(stride), padding: WindowPadding(padding), dilation: PerAxis(dilation),
      groups: groups)
    let left = (forth * y).sum().scalars, right = (x * back).sum().scalars
    #expect(areClose(left, right, 1e-10))
  }

  /// What the derivative of a derivative is, by what it is of functions without rules.
  @Test func derivativesOfDerivatives() {
    let x = Tensor<Double>(IndexedArray([2, 5, 4, 2], .double, seed: 5).value)
    let w = Tensor<Double>(IndexedArray([3, 2, 2, 3], .double, seed: 6).value)
    func slopes(_ y: Tensor<Double>) -> [[Double]] {
      let loss = (y * y * y).sum()
      let (xg, wg) = gradient(of: loss, withRespectTo: x, w)
      let (xh, wh) = gradient(of: (xg * xg).sum() + (wg * wg).sum(), withRespectTo: x, w)
      return [xh.scalars, wh.scalars]
    }
    let windows = x.value.padded(to: [2, 7, 4, 2], at: [0, 1, 0, 0])
      .windows(of: 3, every: 2, along: 1).windows(of: 2, every: 1, along: 3)
      .transposed([0, 1, 3, 2, 4, 5])
    let plain = windows.reshaped(to: [18, 12]).matmul(w.value.reshaped(to: [12, 3]))
      .reshaped(to: [2, 3, 3, 3])
    let y = convolution(x, w, stride: [2, 1], padding: [1, 0])
    #expect(areClose(y.scalars, plain.numbers, 1e-12))
    for (ruled, expected) in zip(slopes(y), slopes(Tensor(plain))) {
      #expect(areClose(ruled, expected, 1e-9))
    }
  }

  /// Strides and windows as long as may be, where there is one place.
  @Test func hugeNumbers() {
    let x = Tensor<Double>([1, 2, 3]).reshaped(to: [1, 3, 1])
    let w = Tensor<Double>([1, 10]).reshaped(to: [2, 1, 1])
    let y = convolution(x, w, stride: PerAxis(Int(Int32.max)))
    #expect(y.scalars == [21])
    #expect(gradient(of: y.sum(), withRespectTo: x).scalars == [1, 10, 0])
    let point = convolution(x, w[0..<1], dilation: PerAxis(Int(Int32.max)))
    #expect(point.scalars == [1, 2, 3])
  }

  /// Nothing is copied where windows do not overlap and fill the axis, nor of
  /// kernels of one element.
  @Test func whatNeedsNoWindows() {
    let x = Tensor<Float>.zeros([2, 4, 6, 3]).value
    let cut = x.windows(of: 2, every: 2, along: 1)
    guard case .movement(.reshape) = cut.node.operation else {
      Issue.record("windows that fill an axis are a reshape")
      return
    }
    let back = gradients(of: cut.reduced(.sum, AxisSet(all: 5)), withRespectTo: [x])
    #expect(back[0].shape == x.shape)
  }

  /// Each channel by itself: sums over the elements of a window, and no product with a
  /// column for each.
  @Test func depthwiseIsNoProduct() {
    let x = Tensor<Float>.uniform([2, 6, 5, 8], key: RandomKey(seed: 1))
    let w = Tensor<Float>.uniform([3, 3, 1, 8], key: RandomKey(seed: 2))
    let y = convolution(x, w, padding: .same, groups: 8)
    let (xg, wg) = gradient(of: y.squared().sum(), withRespectTo: x, w)
    #expect(!"\(Plan(evaluating: y, xg, wg))".contains("matmul"))
    for channel in [0, 5] {
      let part = channel..<(channel + 1)
      let alone = convolution(x[.ellipsis, part], w[.ellipsis, part], padding: .same)
      #expect(y[.ellipsis, part].isClose(to: alone))
    }
  }

  /// Channels of which there are none, forwards and in derivatives, with groups.
  @Test(arguments: [(1, 0), (0, 1), (0, 0), (0, 2)])
  func noChannels(_ inputs: Int, _ outputs: Int) {
    let x = Tensor<Double>.ones([2, 5, 2 * inputs])
    let w = Tensor<Double>.ones([3, inputs, 2 * outputs])
    let y = convolution(x, w, groups: 2)
    #expect(y.shape == [2, 3, 2 * outputs] && y.scalars.allSatisfy { $0 == 0 })
    let (xg, wg) = gradient(of: y.sum(), withRespectTo: x, w)
    #expect(xg.shape == x.shape && xg.scalars.allSatisfy { $0 == 0 })
    #expect(wg.shape == w.shape && wg.scalars.allSatisfy { $0 == 0 })
    let back = transposedConvolution(y, w, groups: 2)
    #expect(back.shape == x.shape && back.scalars.allSatisfy { $0 == 0 })
  }

  @Test func numbersOfAxes() {
    let padding = WindowPadding(before: 1, after: [2, 3])
    #expect(
      "\(padding) \(WindowPadding(2)) \(WindowPadding.same)"
        == "WindowPadding(before: 1, after: [2, 3]) 2 .same")
    #expect(WindowPadding([1, 1]) != 1 && WindowPadding.valid == 0)
  }
}
