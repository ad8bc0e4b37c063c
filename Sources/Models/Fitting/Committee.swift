// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

/// Networks side by side, or one: each learns on its own loss, and what they give is averaged. It
/// errs less than each of them.
///
/// Members of one part learn alike, those of different parts with different rules. Where there are
/// several members each has one hidden layer; so all are one wide network when they are done, in
/// which their hidden units stand side by side.
///
/// Source: Hansen, Salamon, "Neural network ensembles", IEEE PAMI 1990.
package struct Committee: Layer, Sendable {
  package let parts: [Members]

  package init(parts: [Members]) { self.parts = parts }

  package var parameters: Parameters {
    var parameters = Parameters()
    for (number, part) in parts.enumerated() { parameters.add("\(number)", part) }
    return parameters
  }

  /// The mean over the members: x [n, inputs], result [n, outputs].
  package func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    if parts.count == 1 { return parts[0](x).mean(along: 0) }
    let sums = parts.map { $0(x).sum(along: 0) }
    return sums.dropFirst().reduce(sums[0], +) / Float(count)
  }

  /// How many members there are.
  private var count: Int { parts.reduce(0) { $0 + $1.count } }

  /// One network that gives the same, but for rounding.
  package func merged() -> Sequential<Tensor<Float>> {
    let outputs = parts[0].weight.shape[2]
    let weights = parts.map { part in
      part.weight.value.reshaped(to: [part.width * part.count, outputs])
    }
    let units = weights.reduce(0) { $0 + $1.shape[0] }, members = Float(count)
    let last = Linear(units, outputs)
    last.weight.value = concatenated(weights) / members
    last.bias!.value =
      Tensor.stacked(parts.map { $0.bias.value.sum(along: 0) }).sum(along: 0)
      .reshaped(to: [outputs]) / members
    return Sequential(hiddenLayers + [last])
  }

  /// The layers before the last one, of all members.
  private var hiddenLayers: [any Layer<Tensor<Float>, Tensor<Float>>] {
    var layers = parts[0].hidden.layers
    guard parts.count > 1 else { return layers }
    let firsts = parts.compactMap { $0.hidden.layers.first as? Linear }
    let weight = concatenated(firsts.map(\.weight.value), along: 1)
    let wide = Linear(weight.shape[0], weight.shape[1])
    wide.weight.value = weight
    wide.bias!.value = concatenated(firsts.map { $0.bias!.value })
    layers[0] = wide
    return layers
  }
}

/// Networks of one form, computed at once.
package struct Members: Layer, Sendable {
  package let count: Int
  /// The layers before the last, of all members at once.
  fileprivate let hidden: Sequential<Tensor<Float>>
  /// [members, hidden units of each, outputs].
  fileprivate let weight: Parameter
  /// [members, 1, outputs].
  fileprivate let bias: Parameter

  /// Members without numbers.
  ///
  /// - Parameter widths: hidden units of each; one layer where there are several members.
  package init(
    count: Int, inputs: Int, widths: [Int], outputs: Int,
    activation: FitSettings.Activation, dropout: Float
  ) {
    self.count = count
    var layers: [any Layer<Tensor<Float>, Tensor<Float>>] = [], before = inputs
    for width in widths {
      layers += [Linear(before, width * count), activation.layer]
      if dropout > 0 { layers.append(Dropout(dropout)) }
      before = width * count
    }
    hidden = Sequential(layers)
    let width = before / count
    weight = Parameter(
      shape: [count, width, outputs],
      widths.isEmpty ? .zeros : .uniform(bound: (3 / Float(width)).squareRoot()))
    bias = Parameter(shape: [count, 1, outputs], .zeros)
  }

  fileprivate var width: Int { weight.shape[1] }

  package var parameters: Parameters {
    ["hidden": hidden, "output": ["weight": weight, "bias": bias] as Parameters]
  }

  /// What each gives: x [n, inputs], result [members, n, outputs].
  package func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    let units = hidden(x).reshaped(to: [x.shape[0], count, width]).transposed(1, 0, 2)
    return units • weight.value + bias.value
  }
}
