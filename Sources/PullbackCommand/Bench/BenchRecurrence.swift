// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench recurrence`: sequences of hundreds of positions, one after the other.
struct BenchRecurrence: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recurrence",
    abstract: "Time recurrent networks over sequences of growing length.",
    discussion: """
      A training step (squares of all outputs, backward, SGD), recorded, of a cell that a Swift loop \
      unrolls and of the library's layer, batch 32, 128 inputs and hidden numbers. us_per_position: a \
      replay, for each position; plan_us_per_node: writing the gradient down and planning it. Neither \
      may grow with the number of positions.

        pullback bench recurrence lstm --positions 512
      """)

  @Argument(
    help: "\(RecurrentKind.allCases.map(\.rawValue).joined(separator: ", ")). (default: all)")
  var kind: RecurrentKind?

  @Option(parsing: .unconditional, help: "The longest sequence. (default: 512)")
  var positions = 512

  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard (8...100_000).contains(positions) else {
      throw ValidationError("--positions must be from 8 to 100000")
    }
  }

  func run() throws {
    try options.begin()
    let lengths = [positions / 8, positions / 4, positions / 2, positions]
    var results: [BenchResult] = []
    for kind in kind.map({ [$0] }) ?? RecurrentKind.allCases {
      results += lengths.map { result(kind, isUnrolled: true, positions: $0) }
      results += lengths.map { result(kind, isUnrolled: false, positions: $0) }
    }
    try options.report(results)
  }

  private func result(_ kind: RecurrentKind, isUnrolled: Bool, positions: Int) -> BenchResult {
    let size = 128, x = onOneThread { TrainedNetwork.normal([32, positions, size], seed: 2) }
    let model: any Layer<Tensor<Float>, Tensor<Float>> =
      isUnrolled ? Unrolled(cell: kind.cell(size)) : kind.layer(size)
    let initialized = model.initialized(seed: 1)
    let optimizer = Optimizer(SGD(learningRate: 1e-3), for: initialized.parameters)
    let loss: @Sendable (Tensor<Float>) -> Tensor<Float> = { initialized($0).squared().mean() }
    // All that the loss and its gradient are made of.
    let first = Node.reserveSerials(1)
    _ = optimizer.plan(minimizing: loss(x))
    let nodes = Int(Node.reserveSerials(1) - first)
    let planning = Measurement(seconds: 0) { _ = optimizer.plan(minimizing: loss(x)) }
    let recorded = optimizer.recorded(loss)
    var checksum = Checksum()
    for _ in 0..<3 { checksum.add([recorded(x)]) }
    for (_, parameter) in initialized.parameters { checksum.add(parameter.value.scalars) }
    let replay = Measurement(seconds: options.seconds) { _ = recorded(x) }
    let name = "\(kind.rawValue) \(isUnrolled ? "unrolled" : "layer") \(positions)"
    var result = BenchResult("recurrence \(name)", replay)
    result.checksum = checksum
    // Two products forward, that of the state backward, and those of both weights.
    result.operations = 5 * Double(kind.gates * 32 * 2 * size * size * positions)
    result.more = [
      ("us_per_position", replay.best * 1e6 / Double(positions)), ("nodes", Double(nodes)),
      ("plan_us_per_node", planning.best * 1e6 / Double(nodes)),
    ]
    return result
  }
}

enum RecurrentKind: String, CaseIterable, ExpressibleByArgument {
  case rnn, gru, lstm

  fileprivate var gates: Int {
    switch self {
    case .rnn: 1
    case .gru: 3
    case .lstm: 4
    }
  }

  fileprivate func layer(_ size: Int) -> any Layer<Tensor<Float>, Tensor<Float>> {
    switch self {
    case .rnn: RNN(size, size)
    case .gru: GRU(size, size)
    case .lstm: LSTM(size, size)
    }
  }

  fileprivate func cell(_ size: Int) -> any UnrolledCell {
    switch self {
    case .rnn: UnrolledRNN(size)
    case .gru: UnrolledGRU(size)
    case .lstm: UnrolledLSTM(size)
    }
  }
}

/// A cell as a user writes it: from an input [n, i] and the state, whose first part is the output,
/// to the next state.
private protocol UnrolledCell: Sendable {
  var parameters: Parameters { get }
  var stateCount: Int { get }
  var size: Int { get }
  func next(_ x: Tensor<Float>, _ state: [Tensor<Float>]) -> [Tensor<Float>]
}

/// A loop over positions.
private struct Unrolled: Layer {
  let cell: any UnrolledCell

  var parameters: Parameters { cell.parameters }

  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    var state = Array(
      repeating: Tensor<Float>.zeros([x.shape[0], cell.size]), count: cell.stateCount)
    var outputs: [Tensor<Float>] = []
    for position in 0..<x.shape[1] {
      state = cell.next(x[.all, position], state)
      outputs.append(state[0])
    }
    return Tensor.stacked(outputs, along: 1)
  }
}

private struct UnrolledRNN: UnrolledCell {
  let input: Linear, recurrent: Linear, size: Int
  let stateCount = 1

  init(_ size: Int) {
    (input, recurrent, self.size) = (Linear(size, size), Linear(size, size, bias: false), size)
  }

  var parameters: Parameters { ["input": input, "recurrent": recurrent] }

  func next(_ x: Tensor<Float>, _ state: [Tensor<Float>]) -> [Tensor<Float>] {
    [tanh(input(x) + recurrent(state[0]))]
  }
}

private struct UnrolledGRU: UnrolledCell {
  let input: Linear, recurrent: Linear, size: Int
  let stateCount = 1

  init(_ size: Int) {
    (input, recurrent, self.size) = (Linear(size, 3 * size), Linear(size, 3 * size), size)
  }

  var parameters: Parameters { ["input": input, "recurrent": recurrent] }

  func next(_ x: Tensor<Float>, _ state: [Tensor<Float>]) -> [Tensor<Float>] {
    let a = input(x).split(into: 3, along: 1), b = recurrent(state[0]).split(into: 3, along: 1)
    let reset = sigmoid(a[0] + b[0]), update = sigmoid(a[1] + b[1])
    let new = tanh(a[2] + reset * b[2])
    return [new + update * (state[0] - new)]
  }
}

private struct UnrolledLSTM: UnrolledCell {
  let input: Linear, recurrent: Linear, size: Int
  let stateCount = 2

  init(_ size: Int) {
    (input, self.size) = (Linear(size, 4 * size), size)
    recurrent = Linear(size, 4 * size, bias: false)
  }

  var parameters: Parameters { ["input": input, "recurrent": recurrent] }

  func next(_ x: Tensor<Float>, _ state: [Tensor<Float>]) -> [Tensor<Float>] {
    let gates = (input(x) + recurrent(state[0])).split(into: 4, along: 1)
    let cell = sigmoid(gates[1]) * state[1] + sigmoid(gates[0]) * tanh(gates[2])
    return [sigmoid(gates[3]) * tanh(cell), cell]
  }
}

#endif
