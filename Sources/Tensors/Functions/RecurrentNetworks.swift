// SPDX-License-Identifier: Apache-2.0

// Each kind of cell as one step and as a run over all positions, after which only the cell is
// chosen. GRU: Cho et al., EMNLP 2014; LSTM: Hochreiter, Schmidhuber, Neural Computation 9, 1997.

/// h' = tanh(x • W + b + h • R + c): one position of a plain recurrent network.
///
/// x: [n, i], h and h': [n, h], weights with one gate. Derivatives are those of the formula. A
/// mistake if shapes do not fit.
///
///     let weights = RecurrentWeights<Float>(input: [[1]], recurrent: [[2]])
///     print(rnnCell([[1]], [[0.5]], weights, activation: .relu))   // [[2.]]
///
/// - Parameter activation: relu in the place of tanh, if wanted.
public func rnnCell<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ hidden: Tensor<Scalar>, _ weights: RecurrentWeights<Scalar>,
  activation: RecurrentActivation = .tanh, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  RecurrentCell.rnn(activation).step(x, [hidden], weights, at: CallSite(file, line))[0]
}

/// A plain recurrent network over a sequence: ``rnnCell(_:_:_:activation:file:line:)`` at each
/// position, with the h of the one before.
///
/// x: [n, t, i], state: [n, h], zeros if nothing is said; outputs [n, t, h], the h of all
/// positions, and the last of them. The inputs of all positions are one product. A mistake if
/// shapes do not fit.
///
///     let weights = RecurrentWeights<Float>(input: [[1]], recurrent: [[2]])
///     let (outputs, last) = rnn([[[1], [1], [1]]], weights, activation: .relu)
///     print(outputs.reshaped(to: [3]), last)   // [1. 3. 7.] [[7.]]
public func rnn<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ weights: RecurrentWeights<Scalar>, from state: Tensor<Scalar>? = nil,
  activation: RecurrentActivation = .tanh, file: StaticString = #fileID, line: UInt = #line
) -> (outputs: Tensor<Scalar>, state: Tensor<Scalar>) {
  let (outputs, last) = RecurrentCell.rnn(activation).run(
    x, from: state.map { [$0] }, weights, at: CallSite(file, line))
  return (outputs, last[0])
}

/// h' = (1 - z) n + z h: one position of a gated recurrent unit, with the gates
/// r = σ(x • W_r + b_r + h • R_r
/// + c_r), z = σ(x • W_z + b_z + h • R_z + c_z) and n = tanh(x • W_n + b_n + r (h • R_n + c_n)).
///
/// x: [n, i], h and h': [n, h], weights with the gates r, z, n in this order. Derivatives are those
/// of the formula. A mistake if shapes do not fit.
///
///     let weights = RecurrentWeights<Float>(input: [[0, 0, 0]], recurrent: [[0, 0, 0]])
///     print(gruCell([[1]], [[4]], weights))   // [[2.]]
public func gruCell<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ hidden: Tensor<Scalar>, _ weights: RecurrentWeights<Scalar>,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  RecurrentCell.gru.step(x, [hidden], weights, at: CallSite(file, line))[0]
}

/// A gated recurrent unit over a sequence: ``gruCell(_:_:_:file:line:)`` at each position, with the
/// h of the one before.
///
/// x: [n, t, i], state: [n, h], zeros if nothing is said; outputs [n, t, h], the h of all
/// positions, and the last of them. The inputs of all positions are one product. A mistake if
/// shapes do not fit.
///
///     let weights = RecurrentWeights<Float>(input: [[0, 0, 0]], recurrent: [[0, 0, 0]])
///     print(gru([[[1], [1]]], weights, from: [[4]]).state)   // [[1.]]
public func gru<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ weights: RecurrentWeights<Scalar>, from state: Tensor<Scalar>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> (outputs: Tensor<Scalar>, state: Tensor<Scalar>) {
  let (outputs, last) = RecurrentCell.gru.run(
    x, from: state.map { [$0] }, weights, at: CallSite(file, line))
  return (outputs, last[0])
}

/// c' = f c + i g and h' = o tanh(c'): one position of a long short-term memory, with the gates i,
/// f and o, σ(x • W + b + h • R + c) of their columns, and g, tanh of its own.
///
/// x: [n, i], h, c, h' and c': [n, h], weights with the gates i, f, g, o in this order. Derivatives
/// are those of the formula. A mistake if shapes do not fit.
///
///     let weights = RecurrentWeights<Float>(input: [[0, 0, 0, 0]], recurrent: [[0, 0, 0, 0]])
///     let state = LSTMState<Float>(hidden: [[0]], cell: [[4]])
///     print(lstmCell([[1]], state, weights).cell)   // [[2.]]
public func lstmCell<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ state: LSTMState<Scalar>, _ weights: RecurrentWeights<Scalar>,
  file: StaticString = #fileID, line: UInt = #line
) -> LSTMState<Scalar> {
  let next = RecurrentCell.lstm.step(
    x, [state.hidden, state.cell], weights, at: CallSite(file, line))
  return LSTMState(hidden: next[0], cell: next[1])
}

/// A long short-term memory over a sequence: ``lstmCell(_:_:_:file:line:)`` at each position, with
/// the state of the one before.
///
/// x: [n, t, i], state: [n, h] twice, zeros if nothing is said; outputs [n, t, h], the h of all
/// positions, and the last state. The inputs of all positions are one product. A mistake if
/// shapes do not fit.
///
///     let weights = RecurrentWeights<Float>(input: [[0, 0, 0, 0]], recurrent: [[0, 0, 0, 0]])
///     let start = LSTMState<Float>(hidden: [[0]], cell: [[4]])
///     print(lstm([[[1], [1]]], weights, from: start).state.cell)   // [[1.]]
public func lstm<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ weights: RecurrentWeights<Scalar>, from state: LSTMState<Scalar>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> (outputs: Tensor<Scalar>, state: LSTMState<Scalar>) {
  let (outputs, last) = RecurrentCell.lstm.run(
    x, from: state.map { [$0.hidden, $0.cell] }, weights, at: CallSite(file, line))
  return (outputs, LSTMState(hidden: last[0], cell: last[1]))
}
