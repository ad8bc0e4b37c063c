// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct ConvolutionTests {
  @Test func descriptions() {
    let layers: [any StoredLayer] = [
      Convolution2D(3, 8, kernelSize: 3), Convolution2D(3, 8, kernelSize: [3, 5], padding: .same),
      Convolution2D(
        4, 8, kernelSize: [3, 3], stride: [2, 2], padding: WindowPadding(before: 0, after: 1),
        dilation: 2, groups: 4, bias: false),
      Convolution1D(1, 2, kernelSize: 7, stride: 3, padding: 2),
      TransposedConvolution2D(2, 1, kernelSize: 2, stride: 2, outputPadding: 1),
      TransposedConvolution1D(2, 1, kernelSize: 2), MaxPool(2), MaxPool([2, 2], stride: [1, 2]),
      MaxPool(3, padding: 1, dilation: 2), AveragePool(2, padding: 1, countsPadding: false),
      GlobalAveragePool(), Flatten(),
    ]
    let expected = [
      "Convolution2D(3, 8, kernelSize: 3)",
      "Convolution2D(3, 8, kernelSize: [3, 5], padding: .same)",
      "Convolution2D(4, 8, kernelSize: 3, stride: 2, padding: WindowPadding(before: 0, after: 1), "
        + "dilation: 2, groups: 4, bias: false)",
      "Convolution1D(1, 2, kernelSize: 7, stride: 3, padding: 2)",
      "TransposedConvolution2D(2, 1, kernelSize: 2, stride: 2, outputPadding: 1)",
      "TransposedConvolution1D(2, 1, kernelSize: 2)", "MaxPool(2)", "MaxPool(2, stride: [1, 2])",
      "MaxPool(3, padding: 1, dilation: 2)", "AveragePool(2, padding: 1, countsPadding: false)",
      "GlobalAveragePool()", "Flatten()",
    ]
    #expect(layers.map { "\($0)" } == expected)
  }

  @Test func shapesAndParameters() {
    let model = Sequential(
      Convolution2D(1, 4, kernelSize: 3, padding: .same), ReLU(), MaxPool(2),
      Convolution2D(4, 6, kernelSize: 3, stride: 2, padding: 1, groups: 2, bias: false),
      TransposedConvolution2D(6, 2, kernelSize: 2, stride: 2), AveragePool(2), Flatten(),
      Linear(8, 10))
    let summary = model.summary(for: [5, 8, 8, 1])
    let shapes = summary.rows.map { $0.output! }
    let expected: [Shape] = [
      [5, 8, 8, 4], [5, 8, 8, 4], [5, 4, 4, 4], [5, 2, 2, 6], [5, 4, 4, 2], [5, 2, 2, 2], [5, 8],
      [5, 10],
    ]
    #expect(shapes == expected)
    let counts = summary.rows.map(\.parameterCount)
    #expect(counts == [40, 0, 0, 108, 50, 0, 0, 90])
    #expect(model.layers[3].parameters.paths == ["weight"])
  }

  /// y = the convolution + b, and the derivatives of both.
  @Test func whatItComputes() {
    let layer = Convolution1D(2, 3, kernelSize: 2, stride: 2).initialized(seed: 1)
    layer.bias!.value = [1, 2, 3]
    let x = Tensor<Float>.uniform([4, 6, 2], key: RandomKey(seed: 3)), y = layer(x)
    #expect(
      y.isClose(
        to: x.reshaped(to: [4, 3, 4]) • layer.weight.value.reshaped(to: [4, 3]) + [1, 2, 3]))
    let bg = gradient(of: y.sum(), withRespectTo: layer.bias!.value)
    #expect(bg.scalars == [12, 12, 12])
    #expect(GlobalAveragePool()(y).isClose(to: y.mean(along: 1)))
  }

  /// As PyTorch counts: inputs of a unit are the elements of its kernel.
  @Test func starts() {
    func deviation(_ initialization: Initialization, _ shape: Shape) -> Float {
      let numbers = Parameter(shape: shape, initialization).initialized(seed: 5).value
      return Float(numbers.standardDeviation())
    }
    let cases: [(Initialization, Shape, Float)] = [
      (.kaimingNormal, [3, 3, 16, 64], (2 / Float(144)).squareRoot()),
      (.kaimingUniform, [3, 3, 16, 64], (2 / Float(144)).squareRoot()),
      (.xavierNormal, [5, 16, 64], (2 / Float(400)).squareRoot()),
      (.kaimingNormal, [100, 64], (2 / Float(100)).squareRoot()),
    ]
    for (initialization, shape, expected) in cases {
      #expect(abs(deviation(initialization, shape) / expected - 1) < 0.03)
    }
  }

  enum Program: String, CaseIterable, Codable {
    case channels, series, window, noChannels, groups, padding, pool

    func run() {
      let x = Tensor<Float>.ones([5, 4, 4, 1])
      func conv(_ inputs: Int, _ size: PerAxis) -> Sequential<Tensor<Float>> {
        Sequential(Sequential(Convolution2D(inputs, 8, kernelSize: size))).initialized(seed: 1)
      }
      switch self {
      case .channels: _ = conv(3, 3)(x)
      case .series: _ = conv(1, 3)(Tensor<Float>.ones([4, 1]))
      case .window: _ = conv(1, 5)(x)
      case .noChannels: _ = Convolution1D(0, 8, kernelSize: 3)
      case .groups: _ = Convolution2D(4, 6, kernelSize: 3, groups: 4)
      case .padding: _ = MaxPool(2, padding: 2)
      case .pool: _ = AveragePool([1, 2, 3])
      }
    }

    var message: String {
      switch self {
      case .channels:
        "Convolution2D: 0.0.weight [3, 3, 3, 8] expects 3 channels and gets 1 from [5, 4, 4, 1]. Fix: "
          + "use Convolution2D(1, 8, ...) here, or a layer of 3 outputs before it."
      case .series:
        "Convolution2D: 0.0.weight [3, 3, 1, 8] expects images [n, h, w, 1] and gets [4, 1]. Fix: give "
          + "images [n, h, w, 1]."
      case .window:
        "convolution: a window of 5 (0.0.weight [5, 5, 1, 8]) is longer than axis 1 of [5, 4, 4, 1], 4. "
          + "Fix: use a smaller window or more padding."
      case .noChannels:
        "Convolution1D: 0 inputs and 8 outputs. Fix: use 1 channel or more of each."
      case .groups:
        "Convolution2D: 4 groups do not divide 4 inputs and 6 outputs. Fix: use a number of groups that "
          + "divides both."
      case .padding:
        "MaxPool: a padding of 2 holds a whole window of 2. Fix: use less padding than the window is "
          + "long."
      case .pool: "AveragePool: 3 numbers for the size over 2 axes. Fix: give one number, or 2."
      }
    }
  }

  @Test("Word for word", arguments: Program.allCases)
  func message(program: Program) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [program = program as Program] in
      program.run()
    }
    let error = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(error.contains("Fatal error: \(program.message)\n"))
  }
}
