// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Networks over images in files.
struct ConvolutionalTests {
  private static func model() -> Sequential<Tensor<Float>> {
    Sequential(
      Convolution2D(3, 4, kernelSize: 3, padding: 1), ReLU(), MaxPool(2),
      Convolution2D(4, 6, kernelSize: [2, 1], stride: [1, 2], groups: 2, bias: false), Tanh(),
      TransposedConvolution2D(6, 4, kernelSize: 2, stride: 2, outputPadding: 1),
      AveragePool(2, stride: 1, padding: 1), GlobalAveragePool(), Flatten(), Linear(4, 4))
  }

  /// See Scripts/fixtures/convolutional.py.
  @Test func weightsOfPyTorchGiveItsOutput() throws {
    let model = Self.model()
    try model.loadPyTorch(at: Fixture.path("convolutional.safetensors"))
    let lines = Fixture.lines("convolutional.txt").map {
      $0.split(separator: " ").map { Float($0)! }
    }
    let y = model(Tensor(shape: [2, 6, 5, 3], scalars: lines[0]))
    let expected = Tensor<Float>(shape: [2, 4], scalars: lines[1])
    #expect(y.isClose(to: expected, relativeTolerance: 1e-5, absoluteTolerance: 1e-5))
  }

  @Test func modelsComeBack() throws {
    let series = Sequential(
      Convolution1D(2, 4, kernelSize: 3, padding: .same, dilation: 2),
      MaxPool(3, stride: 2, padding: WindowPadding(before: 1, after: 0)),
      TransposedConvolution1D(4, 2, kernelSize: 2, stride: 3, padding: 1, outputPadding: 2),
      AveragePool(2, countsPadding: false))
    let images = Tensor<Float>.uniform([2, 6, 5, 3], key: RandomKey(seed: 1))
    let rows = Tensor<Float>.uniform([2, 9, 2], key: RandomKey(seed: 2))
    let folder = TemporaryFolder(), path = folder.file("model.safetensors")
    for (model, x) in [(Self.model(), images), (series, rows)] {
      try ModelFile(model.initialized(seed: 7)).save(to: path)
      let same = try ModelFile.load(at: path).makeModel()
      #expect("\(same)" == "\(model)")
      #expect(same(x).scalars == model(x).scalars)
    }
  }

  @Test(
    arguments: [
      ("stride", .list([.integer(0)]), "a stride of 0"),
      ("stride", .list([]), "0 numbers for the stride over 2 axes"),
      (
        "kernelSize", .list([.integer(3), .integer(3), .integer(3)]),
        "3 numbers for the kernelSize over 2 axes"
      ),
      ("kernelSize", .list([.integer(0)]), "a kernelSize of 0"),
      (
        "kernelSize", .list([.integer(1 << 31)]),
        "kernelSize[0]: 2147483648 where a whole number from 0 on up to 2147483647 is expected"
      ),
      (
        "kernelSize", .list([.integer(1 << 30), .integer(1 << 30)]),
        "a tensor of shape [1073741824, 1073741824, 4, 6] has more elements than can be counted"
      ),
      ("groups", .integer(3), "3 groups do not divide 4 inputs and 6 outputs"),
      ("groups", .integer(0), "0 groups"),
      ("inputs", .integer(0), "0 inputs and 6 outputs"),
      ("padding", .text("valid"), "padding: \"same\", or the numbers before and after, expected"),
      (
        "padding", .list([.list([.integer(1)])]),
        "padding: \"same\", or the numbers before and after, expected"
      ),
      (
        "padding", .list([.list([.integer(-1)]), .list([.integer(1)])]),
        "padding[0][0]: a whole number from 0 on expected"
      ),
      ("dilation", .truth(true), "dilation: a list expected"),
    ] as [(String, LayerSettings.Value, String)])
  func badSettings(name: String, value: LayerSettings.Value, problem: String) {
    let good = Convolution2D(4, 6, kernelSize: 3).settings
    let names = [
      "inputs", "outputs", "kernelSize", "stride", "padding", "dilation", "groups", "bias",
    ]
    let settings = LayerSettings(names.map { (name: $0, value: $0 == name ? value : good[$0]!) })
    let error = #expect(throws: LayerError.self) { try Convolution2D(settings: settings) }
    #expect(error?.description == problem)
  }

  @Test func badPools() {
    let padding: LayerSettings.Value = .list([.list([.integer(2)]), .list([.integer(0)])])
    let settings: LayerSettings = [
      "size": .list([.integer(2)]), "stride": .list([.integer(1)]), "padding": padding,
      "dilation": .list([.integer(1)]), "countsPadding": .truth(true),
    ]
    let expected = "a padding of 2 holds a whole window of 2"
    let error = #expect(throws: LayerError.self) { try MaxPool(settings: settings) }
    let other = #expect(throws: LayerError.self) { try AveragePool(settings: settings) }
    #expect(error?.problem == expected && other?.problem == expected)
  }
}
