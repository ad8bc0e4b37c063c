// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Synchronization

/// Numbers that training changes: a weight, a bias.
///
/// A parameter always holds a tensor whose numbers are known and that has no history. A training
/// step writes new numbers over the old ones if nobody else holds them, else into fresh memory:
/// whoever kept `value` keeps the old numbers.
///
/// A parameter may be shared between threads: reading `value` during a step waits for the end of
/// the step and gives the new numbers.
public final class Parameter: Sendable, LeafHolder {
  public let shape: Shape
  public let initialization: Initialization
  private let held = Mutex(Held())

  private struct Held {
    var leaf: Value?
    /// True while a step is replacing the leaf.
    var isTaken = false
  }

  /// A parameter without numbers; `initialized(seed:)` on its model gives it some.
  public init(_ shape: Shape, _ initialization: Initialization) {
    self.shape = shape
    self.initialization = initialization
  }

  /// A parameter that starts with these numbers.
  public convenience init(_ value: Tensor<Float>) {
    self.init(value.shape, .zeros)
    self.value = value
  }

  /// The current numbers, as a tensor without history. Reading them before the parameter is
  /// initialised is a mistake, and so is setting a tensor of another shape.
  public var value: Tensor<Float> {
    get {
      let value = leaf
      Recording.current?.note(value, of: self)
      return Tensor(value)
    }
    set {
      guard newValue.shape == shape else {
        Mistake(
          "Parameter.value", "\(newValue.value.label) does not fit a parameter of shape \(shape)",
          fix: "a parameter keeps its shape"
        ).stop(at: nil)
      }
      evaluate(newValue)
      let fresh = newValue.value.detached()
      _ = take()
      give(fresh)
    }
  }

  package var leaf: Value {
    guard let value = whenFree({ $0.leaf }) else {
      Mistake(
        "Parameter.value", "a parameter of shape \(shape) is read before it has numbers",
        fix: "use model.initialized(seed:), or make the optimizer first, which initialises with "
          + "seed 0"
      ).stop(at: nil)
    }
    return value
  }

  /// True once the parameter has numbers.
  public var isInitialized: Bool { whenFree { $0.leaf != nil } }

  /// Takes the leaves of several parameters, lets `body` replace them, and puts the new ones back.
  /// Whoever reads the parameters meanwhile waits.
  package static func withLeaves<Result>(
    of parameters: [Parameter], _ body: (inout [Value]) -> Result
  ) -> Result {
    // Taken in one order everywhere, so that two optimizers with common parameters do not wait
    // for each other.
    let order = parameters.indices.sorted {
      ObjectIdentifier(parameters[$0]) < ObjectIdentifier(parameters[$1])
    }
    var taken = [Value?](repeating: nil, count: parameters.count)
    for index in order { taken[index] = parameters[index].take() }
    var leaves = taken.map { $0! }
    taken = []
    defer {
      for (parameter, leaf) in zip(parameters, leaves) { parameter.give(leaf) }
    }
    return body(&leaves)
  }

  private func take() -> Value? {
    whenFree { held -> Value? in
      defer { held.leaf = nil }
      held.isTaken = true
      return held.leaf
    }
  }

  private func give(_ leaf: Value) { held.withLock { $0 = Held(leaf: leaf) } }

  /// Looks at what the parameter holds as soon as no step is replacing it.
  private func whenFree<Result: Sendable>(_ look: (inout Held) -> Result) -> Result {
    while true {
      let result = held.withLock { $0.isTaken ? nil : look(&$0) as Result? }
      if let result { return result }
      yieldProcessor()
    }
  }
}
