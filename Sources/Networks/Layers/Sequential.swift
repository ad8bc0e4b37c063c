// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Layers one after the other: y = f_n(... f_1(f_0(x))).
///
/// The first may take anything, indices for example; what follows takes and gives `Tensor<Float>`.
/// Parameters are named by the layer's position, those without parameters counted too: "0.weight",
/// "2.weight", as in PyTorch's `nn.Sequential`. A layer that stands there twice is one layer: its
/// parameters are trained once.
///
/// ```swift
/// let model = Sequential(Linear(64, 50), ReLU(), Linear(50, 10)).initialized(seed: 7)
/// print(model.parameters.scalarCount)   // 3760
/// ```
public struct Sequential<Input>: Layer {
  private let first: any Layer<Input, Tensor<Float>>
  private let rest: [any Layer<Tensor<Float>, Tensor<Float>>]
  private let isEmpty: Bool

  /// One layer or more, from the first that x meets to the last.
  public init(
    _ first: any Layer<Input, Tensor<Float>>, _ rest: any Layer<Tensor<Float>, Tensor<Float>>...
  ) {
    self.init(first, followedBy: rest)
  }

  private init(
    _ first: any Layer<Input, Tensor<Float>>,
    followedBy rest: [any Layer<Tensor<Float>, Tensor<Float>>], isEmpty: Bool = false
  ) {
    (self.first, self.rest, self.isEmpty) = (first, rest, isEmpty)
  }

  /// The layers in order.
  public var layers: [any Layer] { isEmpty ? [] : [first] + rest }

  public var parameters: Parameters {
    var parameters = Parameters()
    for (position, layer) in layers.enumerated() { parameters.add("\(position)", layer) }
    return parameters
  }

  public func callAsFunction(_ x: Input) -> Tensor<Float> {
    if let trace = LayerTrace.current, !isEmpty { return traced(x, trace) }
    return rest.reduce(first(x)) { $1($0) }
  }

  /// The same with the calls of the layers noted.
  private func traced(_ x: Input, _ trace: LayerTrace) -> Tensor<Float> {
    trace.call(self, on: x) {
      var y = trace.call(first, "0", on: x) { first(x) }
      for (index, layer) in rest.enumerated() {
        y = trace.call(layer, "\(index + 1)", on: y) { layer(y) }
      }
      return y
    }
  }
}

extension Sequential where Input == Tensor<Float> {
  /// No layers: y = x.
  public init() { self.init(Unchanged(), followedBy: [], isEmpty: true) }

  /// A list of layers, from the first that x meets to the last; none give y = x.
  public init(_ layers: [any Layer<Tensor<Float>, Tensor<Float>>]) {
    guard let first = layers.first else {
      self.init()
      return
    }
    self.init(first, followedBy: Array(layers.dropFirst()))
  }

  /// The layers in order; each can be called.
  public var layers: [any Layer<Tensor<Float>, Tensor<Float>>] { isEmpty ? [] : [first] + rest }
}

/// What stands for the layers where there are none.
private struct Unchanged: Layer {
  var parameters: Parameters { [:] }

  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x.unchanged(by: "Sequential") }
}

extension Sequential: StoredLayer, LayerSequence {
  public static var kind: String { "sequential" }

  public var settings: LayerSettings { ["layers": .list(layers.map { .layer($0) })] }

  public init(settings: LayerSettings) throws {
    try self.init(checking: settings.layers("layers", as: (any Layer).self))
  }

  public var lastAxis: LastAxis {
    layers.reduce(.kept) { before, layer in
      before.followed(by: PullbackNetworks.lastAxis(of: layer))
    }
  }

  /// Nil, too, if a layer expects other rows than the layers before it give.
  public var lastAxisOfRows: LastAxis? {
    layers.reduce(Optional(LastAxis.kept)) { before, layer in
      guard let before, let next = PullbackNetworks.lastAxisOfRows(of: layer), before.fits(next)
      else { return nil }
      return before.followed(by: next)
    }
  }

  /// Layers from a file: they may be no sequence, or not fit.
  fileprivate init(checking layers: [any Layer]) throws(LayerError) {
    guard let first = layers.first as? any Layer<Input, Tensor<Float>> else {
      guard let given = layers.first else { throw LayerError("a first layer expected") }
      throw LayerError(
        "\(given.title) does not make a Tensor<Float> of its input", setting: "[0]")
    }
    var rest: [any Layer<Tensor<Float>, Tensor<Float>>] = []
    for (position, layer) in layers.enumerated().dropFirst() {
      guard let next = layer as? any Layer<Tensor<Float>, Tensor<Float>> else {
        throw LayerError(
          "\(layer.title) does not make a Tensor<Float> of a Tensor<Float>",
          setting: "[\(position)]")
      }
      rest.append(next)
    }
    try checkFit(layers)
    self.init(first, followedBy: rest)
  }
}

/// A `Sequential` of whatever input.
package protocol LayerSequence: StoredLayer {
  var layers: [any Layer] { get }
}

/// A `Sequential` of layers from a file, of the input that the first one takes. Throws a
/// ``LayerError`` with the position if a layer does not fit the one before it.
package func sequence(of layers: [any Layer]) throws(LayerError) -> any LayerSequence {
  func open<First: Layer>(_ first: First) throws(LayerError) -> any LayerSequence {
    try Sequential<First.Input>(checking: layers)
  }
  guard let first = layers.first else { return Sequential() }
  return try open(first)
}

/// Throws if a layer expects another number of inputs than the layers before it give.
private func checkFit(_ layers: [any Layer]) throws(LayerError) {
  var before: (layer: any Layer, outputs: Int)?
  for (position, layer) in layers.enumerated() {
    guard case .changed(let inputs, let outputs) = lastAxis(of: layer) else { continue }
    if let before, let inputs, inputs != before.outputs {
      throw LayerError(
        "\(layer.title) expects \(counted(inputs, "input")) and gets \(before.outputs) from "
          + before.layer.title, setting: "[\(position)]")
    }
    before = outputs.map { (layer, $0) }
  }
}

private func lastAxis(of layer: any Layer) -> LastAxis {
  (layer as? any StoredLayer)?.lastAxis ?? .unknown
}

/// Of a layer that is no ``StoredLayer`` nothing is known.
func lastAxisOfRows(of layer: any Layer) -> LastAxis? {
  guard let layer = layer as? any StoredLayer else { return .unknown }
  return layer.lastAxisOfRows
}
