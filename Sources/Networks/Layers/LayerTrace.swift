// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Synchronization

/// Notes which layer was called and what it gave, while a model is called once to be looked at.
package final class LayerTrace: Sendable {
  @TaskLocal private static var innermost: LayerTrace?
  private static let count = Atomic<Int>(0)

  /// That of the current task. Asked at each call of some layers: what is local to a task is looked
  /// up only while somebody traces.
  package static var current: LayerTrace? { count.load(ordering: .relaxed) == 0 ? nil : innermost }

  /// A call of a layer.
  package struct Call: Sendable {
    let layer: any Layer
    /// Its name in the layer that called it, if that knows it.
    let name: String?
    /// The call inside which it was made, by number.
    package let caller: Int?
    /// Its parameters: what holds them now, and their paths from the layer.
    let holders: [(number: UInt64, path: String)]
    /// What it was called with, and what it gave: the layer's work lies between the two. Nil for an
    /// input that is no tensor.
    let input: Value?
    var output: Value!
    /// Serial numbers of before and after: the nodes that were made during the call
    /// are between them.
    let start: UInt64
    package fileprivate(set) var end = UInt64.max

    /// Whether a node was made during the call.
    package func made(_ node: Node) -> Bool { start < node.serial && node.serial < end }
  }

  /// Whether what layers are given and give is computed, so that their work can be told apart.
  private let evaluates: Bool
  private let noted = Lock<(calls: [Call], open: [Int])>(([], []))

  package init(evaluating evaluates: Bool) { self.evaluates = evaluates }

  /// The calls in the order in which they began.
  package var calls: [Call] { noted.withLock { $0.calls } }

  /// Calls a function whose layers' calls are noted.
  package func trace<Result>(_ function: () throws -> Result) rethrows -> Result {
    LayerTrace.count.add(1, ordering: .relaxed)
    defer { LayerTrace.count.subtract(1, ordering: .relaxed) }
    return try LayerTrace.$innermost.withValue(self, operation: function)
  }

  /// Calls a layer and notes it, unless that has been done for this call where it was made.
  package func call<Scalar: TensorScalar>(
    _ layer: any Layer, _ name: String? = nil, on x: Any, _ body: () -> Tensor<Scalar>
  ) -> Tensor<Scalar> {
    var input: Value?
    if let x = x as? any TensorOperand { input = value(x) }
    if evaluates, let input { evaluate(input) }
    let given = input
    let holders = layer.parameters.leaves.map { ($0.parameter.slot.current.number, $0.path) }
    let number = noted.withLock { noted -> Int? in
      let caller = noted.open.last
      if name == nil, let caller, noted.calls[caller].isOf(layer, holders, given) { return nil }
      noted.open.append(noted.calls.count)
      noted.calls.append(
        Call(
          layer: layer, name: name, caller: caller, holders: holders, input: given,
          start: Node.reserveSerials(1)))
      return noted.calls.count - 1
    }
    let output = body()
    guard let number else { return output }
    if evaluates { evaluate(output) }
    noted.withLock { noted in
      noted.open.removeLast()
      noted.calls[number].output = output.value
      noted.calls[number].end = Node.reserveSerials(1)
    }
    return output
  }
}

extension LayerTrace {
  /// Where the layer of each call stands in a model, as far as that is known: nil for a layer
  /// without parameters that nobody named.
  package func paths(in parameters: Parameters) -> [String?] {
    let leaves = parameters.leaves.map { ($0.parameter.slot.current.number, $0.path) }
    var paths: [String?] = []
    for call in calls { paths.append(call.path(in: leaves, below: call.caller.map { paths[$0] })) }
    return paths
  }
}

extension LayerTrace.Call {
  /// - Parameter outer: the path of the caller, if there is one.
  fileprivate func path(
    in leaves: [(number: UInt64, path: String)], below outer: String??
  ) -> String? {
    if let name, let outer { return outer.map { $0.isEmpty ? name : "\($0).\(name)" } }
    guard let held = holders.first else { return nil }
    // Of several places that inside the caller.
    let places = leaves.filter { $0.number == held.number }
      .compactMap { $0.path.removing(last: held.path) }
    let around = outer?.map { $0.isEmpty ? "" : "\($0)." } ?? ""
    return places.first { $0.hasPrefix(around) } ?? places.first
  }
}

extension String {
  /// The path of a layer in which a parameter has the path that this one ends with.
  fileprivate func removing(last path: String) -> String? {
    if self == path { return "" }
    return hasSuffix(".\(path)") ? String(dropLast(path.count + 1)) : nil
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
