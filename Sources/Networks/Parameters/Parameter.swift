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
  private let held = Mutex<Value?>(nil)

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
      held.withLock { $0 = fresh }
    }
  }

  package var leaf: Value {
    guard let value = held.withLock({ $0 }) else {
      Mistake(
        "Parameter.value", "a parameter of shape \(shape) is read before it has numbers",
        fix: "use model.initialized(seed:), or make the optimizer first, which initialises with "
          + "seed 0"
      ).stop(at: nil)
    }
    return value
  }

  /// True once the parameter has numbers.
  public var isInitialized: Bool { held.withLock { $0 != nil } }

  /// Takes the leaves of several parameters, lets `body` replace them, and puts the new ones back.
  /// Nobody reads the parameters meanwhile.
  package static func withLeaves<Result: Sendable>(
    of parameters: [Parameter], _ body: (inout [Value]) -> Result
  ) -> Result {
    // Locked in one order everywhere, so that two optimizers with common parameters do not wait
    // for each other.
    let order = parameters.indices.sorted {
      ObjectIdentifier(parameters[$0]) < ObjectIdentifier(parameters[$1])
    }
    var leaves = parameters.map { _ in Value?.none }
    func lock(_ remaining: ArraySlice<Int>) -> Result {
      guard let index = remaining.first else {
        var taken = leaves.map { $0! }
        leaves = []
        defer { leaves = taken }
        return body(&taken)
      }
      return parameters[index].held.withLock { leaf in
        leaves[index] = leaf
        leaf = nil
        defer { leaf = leaves[index] }
        return lock(remaining.dropFirst())
      }
    }
    return lock(order[...])
  }
}
