// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The parameters of a recurrent layer.
struct RecurrentParameters: Sendable {
  let input: Parameter
  let recurrent: Parameter
  let bias: Parameter?
  let recurrentBias: Parameter?

  /// A mistake if there are fewer inputs or hidden numbers than 1, or more weights
  /// than can be counted.
  init(
    _ inputs: Int, _ hidden: Int, gates: Int, bias: Bool, in layer: String, at site: CallSite
  ) {
    guard inputs > 0, hidden > 0 else {
      Mistake(
        layer, "\(counted(inputs, "input")) and \(hidden) hidden", fix: "use 1 or more of each"
      ).stop(at: site)
    }
    let start = Initialization.uniform(bound: 1 / Float(hidden).squareRoot())
    // Where the product overflows, the largest number is more than can be counted, too.
    let (product, overflow) = hidden.multipliedReportingOverflow(by: gates)
    let columns = overflow ? Int.max : product
    stopping(at: site) { () throws(Mistake) in
      try start.check(for: [inputs, columns], in: layer)
      try start.check(for: [hidden, columns], in: layer)
    }
    input = Parameter(shape: [inputs, columns], start)
    recurrent = Parameter(shape: [hidden, columns], start)
    self.bias = bias ? Parameter(shape: [columns], start) : nil
    recurrentBias = bias ? Parameter(shape: [columns], start) : nil
  }

  /// PyTorch has the names of a network of several layers, of which this is number 0.
  var tree: Parameters {
    var tree: Parameters = [
      "input": input.marked(inPyTorch: "weight_ih_l0", axes: 1, 0),
      "recurrent": recurrent.marked(inPyTorch: "weight_hh_l0", axes: 1, 0),
    ]
    if let bias { tree.add("bias", bias.marked(inPyTorch: "bias_ih_l0")) }
    if let recurrentBias {
      tree.add("recurrentBias", recurrentBias.marked(inPyTorch: "bias_hh_l0"))
    }
    return tree
  }

  var weights: RecurrentWeights<Float> {
    RecurrentWeights(
      input: input.value, recurrent: recurrent.value, bias: bias?.value,
      recurrentBias: recurrentBias?.value)
  }

  var inputs: Int { input.shape[0] }
  var hidden: Int { recurrent.shape[0] }

  var settings: [(name: String, value: LayerSettings.Value)] {
    [
      ("inputs", .integer(inputs)), ("hidden", .integer(hidden)), ("bias", .truth(bias != nil)),
    ]
  }

  /// What a file says of them; its numbers can be counted.
  static func settings(
    _ settings: LayerSettings, gates: Int
  ) throws(LayerError) -> (inputs: Int, hidden: Int, bias: Bool) {
    let inputs = try settings.positiveCount("inputs")
    let hidden = try settings.positiveCount("hidden")
    let (columns, overflow) = hidden.multipliedReportingOverflow(by: gates)
    let shapes: [Shape] = [[inputs, columns], [hidden, columns]]
    if overflow || shapes.contains(where: { $0.checkedElementCount == nil }) {
      throw LayerError("the weights have more elements than can be counted")
    }
    return (inputs, hidden, try settings.truth("bias"))
  }

  /// - Parameter option: one that only some of the layers have.
  func described(_ name: String, _ option: (name: String, value: String?) = ("", nil)) -> String {
    written(name, [inputs, hidden], option, ("bias", bias == nil ? "false" : nil))
  }
}

extension Layer {
  /// Refuses what is no batch of sequences of inputs.
  func check(_ x: Tensor<Float>, rank: Int, _ parameters: RecurrentParameters) {
    guard x.rank == rank, x.shape[rank - 1] == parameters.inputs else {
      refusal(
        of: x, expecting: parameters.inputs, "input",
        in: "\(rank == 3 ? "[n, t" : "[n"), \(parameters.inputs)]"
      ).stop(at: nil)
    }
  }

  /// Refuses a state that is not one of the batch.
  func check(_ states: [Tensor<Float>], with x: Tensor<Float>, _ parameters: RecurrentParameters) {
    let shape: Shape = [x.shape[0], parameters.hidden]
    for state in states where state.shape != shape {
      refusal(
        "\(place) gets the state \(state.value.label) with \(x.value.label)",
        fix: "give one of shape \(shape)"
      ).stop(at: nil)
    }
  }
}
