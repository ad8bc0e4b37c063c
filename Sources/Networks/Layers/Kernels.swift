// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What layers that slide kernels over images or series have in common: parameters, and numbers
/// along each axis.
struct Kernels: Sendable {
  enum Direction: Sendable { case forward, transposed }

  /// The layer's type, for messages.
  let layer: String
  let direction: Direction
  /// [size..., inputs / groups, outputs], of transposed ones [size..., outputs / groups, inputs].
  let weight: Parameter
  /// [outputs]
  let bias: Parameter?
  let stride: PerAxis
  let padding: WindowPadding
  let outputPadding: PerAxis
  let dilation: PerAxis
  let groups: Int

  init(
    _ layer: String, _ direction: Direction = .forward, axes: Int, _ inputs: Int, _ outputs: Int,
    _ size: PerAxis, _ stride: PerAxis, _ padding: WindowPadding, outputPadding: PerAxis = 0,
    _ dilation: PerAxis, _ groups: Int, bias: Bool, _ initialization: Initialization
  ) throws(Mistake) {
    func check(_ holds: Bool, _ problem: String, fix: String) throws(Mistake) {
      if !holds { throw Mistake(layer, problem, fix: fix) }
    }
    try check(
      inputs > 0 && outputs > 0, "\(inputs) inputs and \(outputs) outputs",
      fix: "use 1 channel or more of each")
    try check(groups > 0, "\(groups) groups", fix: "use 1 group or more")
    try check(
      inputs % groups == 0 && outputs % groups == 0,
      "\(groups) groups do not divide \(inputs) inputs and \(outputs) outputs",
      fix: "use a number of groups that divides both")
    let steps = try stride.along(axes, "stride", in: layer)
    _ = try dilation.along(axes, "dilation", in: layer)
    if case .numbers(let before, let after) = padding.kind {
      _ = try before.along(axes, from: 0, "padding", in: layer)
      _ = try after.along(axes, from: 0, "padding", in: layer)
    }
    let more = try outputPadding.along(axes, from: 0, "outputPadding", in: layer)
    for axis in 0..<axes {
      try check(
        more[axis] == 0 || more[axis] < steps[axis],
        "an outputPadding of \(more[axis]) with a stride of \(steps[axis])",
        fix: "use one below the stride")
    }
    let channels =
      direction == .forward ? [inputs / groups, outputs] : [outputs / groups, inputs]
    let shape = Shape(Array(try size.along(axes, "kernelSize", in: layer)) + channels)
    try initialization.check(for: shape, in: layer)
    self.layer = layer
    self.direction = direction
    weight = Parameter(shape: shape, initialization)
    self.bias = bias ? Parameter(shape: [outputs], .zeros) : nil
    (self.stride, self.padding, self.dilation) = (stride, padding, dilation)
    (self.outputPadding, self.groups) = (outputPadding, groups)
  }

  private var axes: Int { weight.shape.rank - 2 }
  private var size: [Int] { Array(weight.shape.prefix(axes)) }
  private var lastChannels: Int { weight.shape[axes + 1] }
  private var otherChannels: Int { weight.shape[axes] * groups }
  var inputs: Int { direction == .forward ? otherChannels : lastChannels }
  var outputs: Int { direction == .forward ? lastChannels : otherChannels }

  /// PyTorch keeps the weight as [outputs, inputs / groups, size...], of transposed ones
  /// [inputs, outputs / groups, size...].
  var parameters: Parameters {
    let weight =
      axes == 1
      ? weight.marked(inPyTorch: "weight", axes: 2, 1, 0)
      : weight.marked(inPyTorch: "weight", axes: 2, 3, 1, 0)
    guard let bias else { return ["weight": weight] }
    return ["weight": weight, "bias": bias]
  }

  func applied(to x: Tensor<Float>, by owner: some Layer) -> Tensor<Float> {
    guard x.rank == axes + 2, x.shape[axes + 1] == inputs else {
      refusal(of: x, by: owner).stop(at: nil)
    }
    if let trace = LayerTrace.current { return trace.call(owner, on: x) { applied(to: x) } }
    return applied(to: x)
  }

  private func applied(to x: Tensor<Float>) -> Tensor<Float> {
    let y =
      switch direction {
      case .forward:
        convolution(
          x, weight.value, stride: stride, padding: padding, dilation: dilation, groups: groups)
      case .transposed:
        transposedConvolution(
          x, weight.value, stride: stride, padding: padding, outputPadding: outputPadding,
          dilation: dilation, groups: groups)
      }
    return bias.map { y + $0.value } ?? y
  }

  @inline(never)
  private func refusal(of x: Tensor<Float>, by owner: some Layer) -> Mistake {
    let form = axes == 1 ? "series [n, l, \(inputs)]" : "images [n, h, w, \(inputs)]"
    guard x.rank == axes + 2 else {
      return owner.refusal(
        "\(weight.label) expects \(form) and gets \(x.value.label)", fix: "give \(form)")
    }
    return owner.refusal(
      of: x, expecting: inputs, "channel", in: form, as: weight.label,
      fix: x.value.movingChannels(inputs)
        ?? "use \(layer)(\(x.shape[axes + 1]), \(outputs), ...) here, or a layer of "
        + "\(counted(inputs, "output")) before it")
  }
}

// MARK: As files and people know them

extension Kernels {
  var settings: LayerSettings {
    var members: [(String, LayerSettings.Value)] = [
      ("inputs", .integer(inputs)), ("outputs", .integer(outputs)),
      ("kernelSize", PerAxis(size).setting),
      ("stride", stride.setting), ("padding", padding.setting),
      ("dilation", dilation.setting), ("groups", .integer(groups)),
      ("bias", .truth(bias != nil)),
    ]
    if direction == .transposed {
      members.insert(("outputPadding", outputPadding.setting), at: 5)
    }
    return LayerSettings(members.map { (name: $0.0, value: $0.1) })
  }

  init(
    _ layer: String, _ direction: Direction = .forward, axes: Int, settings: LayerSettings
  ) throws(LayerError) {
    let inputs = try settings.count("inputs"), outputs = try settings.count("outputs")
    let size = try settings.numbers("kernelSize"), stride = try settings.numbers("stride")
    let padding = try settings.padding("padding"), dilation = try settings.numbers("dilation")
    let more = direction == .transposed ? try settings.numbers("outputPadding") : 0
    let groups = try settings.count("groups"), bias = try settings.truth("bias")
    do throws(Mistake) {
      try self.init(
        layer, direction, axes: axes, inputs, outputs, size, stride, padding, outputPadding: more,
        dilation, groups, bias: bias, .kaimingUniform)
    } catch {
      throw LayerError(error.problem)
    }
  }

  /// As in code, without what is as usual.
  var description: String {
    var words = ["\(inputs)", "\(outputs)", "kernelSize: \(PerAxis(size).shortened)"]
    func add(_ name: String, _ numbers: PerAxis, unless usual: Int) {
      if numbers.shortened != PerAxis(usual) { words.append("\(name): \(numbers.shortened)") }
    }
    add("stride", stride, unless: 1)
    if padding.shortened != .valid { words.append("padding: \(padding.shortened)") }
    add("outputPadding", outputPadding, unless: 0)
    add("dilation", dilation, unless: 1)
    if groups != 1 { words.append("groups: \(groups)") }
    if bias == nil { words.append("bias: false") }
    return "\(layer)(\(words.joined(separator: ", ")))"
  }
}
