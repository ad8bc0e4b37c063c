// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Synchronization

/// Notes which layer was called and what it gave, while a model is called once for its summary.
final class LayerTrace: Sendable {
  @TaskLocal private static var innermost: LayerTrace?
  private static let count = Atomic<Int>(0)

  /// That of the current task. Asked at each call of some layers: what is local to a task is looked up
  /// only while somebody traces.
  static var current: LayerTrace? { count.load(ordering: .relaxed) == 0 ? nil : innermost }

  /// A call of a layer.
  struct Call: Sendable {
    let layer: any Layer
    /// Its name in the layer that called it, if that knows it.
    let name: String?
    /// The call inside which it was made, by number.
    let caller: Int?
    /// Its parameters: what holds them now, and their paths from the layer.
    let holders: [(number: UInt64, path: String)]
    /// What it was called with, and what it gave, computed: the layer's work lies between the two. Nil
    /// for an input that is no tensor.
    let input: Value?
    var output: Value!
  }

  private let noted = Lock<(calls: [Call], open: [Int])>(([], []))

  /// The calls in the order in which they began.
  var calls: [Call] { noted.withLock { $0.calls } }

  /// Calls a function whose layers' calls are noted.
  func trace<Result>(_ function: () throws -> Result) rethrows -> Result {
    LayerTrace.count.add(1, ordering: .relaxed)
    defer { LayerTrace.count.subtract(1, ordering: .relaxed) }
    return try LayerTrace.$innermost.withValue(self, operation: function)
  }

  /// Calls a layer and notes it, unless that has been done for this call where it was made.
  func call<Scalar: TensorScalar>(
    _ layer: any Layer, _ name: String? = nil, on x: Any, _ body: () -> Tensor<Scalar>
  ) -> Tensor<Scalar> {
    var input: Value?
    if let x = x as? any TensorOperand { input = value(x) }
    if let input { evaluate(input) }
    let given = input
    let holders = layer.parameters.leaves.map { ($0.parameter.slot.current.number, $0.path) }
    let number = noted.withLock { noted -> Int? in
      let caller = noted.open.last
      if name == nil, let caller, noted.calls[caller].isOf(layer, holders, given) { return nil }
      noted.open.append(noted.calls.count)
      noted.calls.append(
        Call(layer: layer, name: name, caller: caller, holders: holders, input: given))
      return noted.calls.count - 1
    }
    let output = body()
    guard let number else { return output }
    evaluate(output)
    noted.withLock { noted in
      noted.open.removeLast()
      noted.calls[number].output = output.value
    }
    return output
  }
}

private func value(_ tensor: some TensorOperand) -> Value { tensor.asTensor.value }

extension LayerTrace.Call {
  fileprivate func isOf(
    _ other: any Layer, _ others: [(number: UInt64, path: String)], _ given: Value?
  ) -> Bool {
    type(of: layer) == type(of: other) && input?.node === given?.node
      && holders.map(\.number) == others.map(\.number)
  }
}
