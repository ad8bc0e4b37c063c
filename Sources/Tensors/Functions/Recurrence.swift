// SPDX-License-Identifier: Apache-2.0

/// What a recurrent cell multiplies by and adds: its gates' columns one beside the other, in
/// PyTorch's order.
///
/// With i inputs and h hidden numbers, and g gates (1 of ``rnn(_:_:from:activation:file:line:)``, 3
/// of ``gru(_:_:from:file:line:)``, 4 of ``lstm(_:_:from:file:line:)``):
public struct RecurrentWeights<Scalar: FloatingPointScalar>: Sendable {
  /// W: [i, g h].
  public var input: Tensor<Scalar>
  /// R: [h, g h].
  public var recurrent: Tensor<Scalar>
  /// b: [g h], added to the product of the input; nil for none.
  public var bias: Tensor<Scalar>?
  /// c: [g h], added to the product of the hidden state; nil for none.
  public var recurrentBias: Tensor<Scalar>?

  /// Weights whose shapes are checked where they are used.
  public init(
    input: Tensor<Scalar>, recurrent: Tensor<Scalar>, bias: Tensor<Scalar>? = nil,
    recurrentBias: Tensor<Scalar>? = nil
  ) {
    self.input = input
    self.recurrent = recurrent
    self.bias = bias
    self.recurrentBias = recurrentBias
  }
}

/// What ``lstm(_:_:from:file:line:)`` carries from position to position, [n, h] each.
public struct LSTMState<Scalar: FloatingPointScalar>: Sendable {
  /// h, which is also the output.
  public var hidden: Tensor<Scalar>
  /// c, which the gates write into and forget.
  public var cell: Tensor<Scalar>

  /// A state to begin with.
  public init(hidden: Tensor<Scalar>, cell: Tensor<Scalar>) {
    self.hidden = hidden
    self.cell = cell
  }
}

/// What a plain recurrent cell makes of its sum.
public enum RecurrentActivation: String, Sendable, Hashable, CaseIterable {
  /// Numbers from -1 to 1, as usual.
  case tanh
  /// Numbers from 0 on.
  case relu
}

/// The derivative of a cell's gate, by its name in keys.
private struct CellGateRule: Hashable, Sendable {}

extension Value {
  /// y = σ(x). x.g = y.g y (1 - y), for which the way back needs y alone. That of `sigmoid` keeps x
  /// as well, for the digits that 1 - y lacks where y is nearly 1.
  fileprivate var gate: Value {
    let rule = CustomRule(number: RuleNumbers.number(of: CellGateRule())) { inputs, g in
      let y = inputs[0]
      return [g * y * (1 - y)]
    }
    return Value(.identity(.custom(rule)), Inputs(unary(.sigmoid), self))
  }
}

/// A kind of cell: from what the input gives and the state to the next state, whose first
/// part is the output.
enum RecurrentCell {
  case rnn(RecurrentActivation)
  case gru
  case lstm

  var name: String {
    switch self {
    case .rnn: "rnn"
    case .gru: "gru"
    case .lstm: "lstm"
    }
  }

  var gateCount: Int {
    switch self {
    case .rnn: 1
    case .gru: 3
    case .lstm: 4
    }
  }

  /// How many tensors are carried on.
  var stateCount: Int {
    switch self {
    case .rnn, .gru: 1
    case .lstm: 2
    }
  }

  /// Whether the bias of the hidden state's product is added like that of the input's.
  private var addsBiasesAlike: Bool {
    switch self {
    case .rnn, .lstm: true
    case .gru: false
    }
  }

  /// What inputs give, [..., g h], for all positions at once.
  func drive(_ x: Value, _ weights: RecurrentWeights<some FloatingPointScalar>) -> Value {
    var bias = weights.bias?.value
    if addsBiasesAlike, let other = weights.recurrentBias?.value {
      bias = bias.map { $0 + other } ?? other
    }
    let product = x.matmul(weights.input.value)
    // The bias first: what is made before the product can be added in it.
    return bias.map { $0 + product } ?? product
  }

  /// - Parameter drive: what the input gives at this position, [n, g h].
  func next(
    _ drive: Value, _ state: [Value], _ weights: RecurrentWeights<some FloatingPointScalar>
  ) -> [Value] {
    let recurrent = state[0].matmul(weights.recurrent.value)
    switch self {
    case .rnn(.tanh): return [(drive + recurrent).unary(.tanh)]
    case .rnn(.relu): return [(drive + recurrent).unary(.relu)]
    case .gru:
      let recurrent = weights.recurrentBias.map { recurrent + $0.value } ?? recurrent
      let (x, h) = (drive.gates(3), recurrent.gates(3))
      let reset = (x[0] + h[0]).gate, update = (x[1] + h[1]).gate
      let new = (x[2] + reset * h[2]).unary(.tanh)
      return [new + update * (state[0] - new)]
    case .lstm:
      let gates = (drive + recurrent).gates(4)
      let kept = gates[1].gate * state[1]
      let cell = kept + gates[0].gate * gates[2].unary(.tanh)
      return [gates[3].gate * cell.unary(.tanh), cell]
    }
  }

  /// The states after one position. x: [n, i].
  func step<Scalar: FloatingPointScalar>(
    _ x: Tensor<Scalar>, _ state: [Tensor<Scalar>], _ weights: RecurrentWeights<Scalar>,
    at site: CallSite
  ) -> [Tensor<Scalar>] {
    stopping(at: site) { () throws(Mistake) in
      try check(x.value, "[n, i]", state.map(\.value), weights, in: "\(name)Cell")
    }
    return next(drive(x.value, weights), state.map(\.value), weights).map { Tensor($0) }
  }

  /// The outputs of all positions, and the states after the last. x: [n, t, i].
  func run<Scalar: FloatingPointScalar>(
    _ x: Tensor<Scalar>, from state: [Tensor<Scalar>]?, _ weights: RecurrentWeights<Scalar>,
    at site: CallSite
  ) -> (outputs: Tensor<Scalar>, state: [Tensor<Scalar>]) {
    stopping(at: site) { () throws(Mistake) in
      try check(x.value, "[n, t, i]", state?.map(\.value) ?? [], weights, in: name)
    }
    let (n, count) = (x.shape[0], x.shape[1]), h = weights.recurrent.shape[0]
    var state =
      state?.map(\.value)
      ?? Array(repeating: .full([n, h], 0, Scalar.elementType), count: stateCount)
    // One product for all positions, each of which is then a run of rows.
    let drive = drive(x.value.transposed([1, 0, 2]), weights)
    var outputs: [Value] = []
    for position in 0..<count {
      let part = drive.sliced(
        from: [position, 0, 0], extents: [1, n, drive.shape[2]], dropping: AxisSet([0]))
      state = next(part, state, weights)
      outputs.append(state[0])
    }
    let all =
      outputs.isEmpty
      ? Value.full([n, 0, h], 0, Scalar.elementType)
      : Value.stacked(outputs).transposed([1, 0, 2])
    return (Tensor(all), state.map { Tensor($0) })
  }

  private func check<Scalar: FloatingPointScalar>(
    _ x: Value, _ form: String, _ state: [Value], _ weights: RecurrentWeights<Scalar>,
    in operation: String
  ) throws(Mistake) {
    let (w, r) = (weights.input, weights.recurrent)
    func refuse(_ problem: String, fix: String) throws(Mistake) -> Never {
      throw Mistake(operation, problem, fix: fix)
    }
    guard r.rank == 2, w.rank == 2, r.shape[1] == gateCount * r.shape[0],
      w.shape[1] == r.shape[1]
    else {
      try refuse(
        "the weights \(w.value.label) and \(r.value.label) are not those of \(counted(gateCount, "gate"))",
        fix: "give [i, \(gateCount) h] and [h, \(gateCount) h]")
    }
    for bias in [weights.bias, weights.recurrentBias] {
      guard let bias, bias.shape != [r.shape[1]] else { continue }
      try refuse("the bias \(bias.value.label)", fix: "give one of shape [\(r.shape[1])]")
    }
    guard x.rank == form.count(where: { $0 == "," }) + 1, x.shape[x.rank - 1] == w.shape[0] else {
      try refuse(
        "\(x.label) does not fit the weight \(w.value.label)",
        fix: "give \(form) with i = \(w.shape[0])")
    }
    for state in state where state.shape != [x.shape[0], r.shape[0]] {
      try refuse(
        "the state \(state.label) does not fit \(x.label)",
        fix: "give one of shape [\(x.shape[0]), \(r.shape[0])]")
    }
  }
}

extension Value {
  /// The parts of the last axis that belong to the gates.
  fileprivate func gates(_ count: Int) -> [Value] {
    let (n, h) = (shape[0], shape[1] / count)
    return (0..<count).map { sliced(from: [0, $0 * h], extents: [n, h]) }
  }
}
