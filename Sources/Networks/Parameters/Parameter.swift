// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Numbers that training changes: a weight, a bias.
///
/// A parameter always holds a tensor whose numbers are known and that has no history. A training
/// step writes new numbers over the old ones if nobody else holds them, else into fresh memory:
/// whoever kept `value` keeps the old numbers.
///
/// A parameter, and so a model of them, may be shared between threads: reading `value` during a step
/// waits for the end of the step and gives the new numbers. Two parameters that are read one after the
/// other may lie a step apart. A parameter is trained by one thread at a time. In the child of a `fork`
/// during a step its numbers may be half old and half new: fork between steps.
public final class Parameter: Sendable {
  /// How many elements it has along each axis, which never changes.
  public let shape: Shape
  /// How its first numbers are made.
  public let initialization: Initialization
  package let slot = LeafSlot()

  /// A parameter without numbers; `initialized(seed:)` on its model gives it some. A mistake if
  /// an extent is negative, the elements cannot be counted, or nothing can start so.
  ///
  /// ```swift
  /// let weight = Parameter(shape: [64, 10], .normal(standardDeviation: 0.1))
  /// ```
  public init(
    shape: Shape, _ initialization: Initialization,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try initialization.check(for: shape, in: "Parameter")
    }
    self.shape = shape
    self.initialization = initialization
  }

  /// A parameter that starts with these numbers.
  ///
  /// ```swift
  /// let w = Parameter(value: [64, 10])   // two numbers
  /// ```
  public convenience init(value: Tensor<Float>) {
    self.init(shape: value.shape, .zeros)
    self.value = value
  }

  /// The current numbers, as a tensor without history. Reading them before the parameter is
  /// initialised is a mistake, and so is setting a tensor of another shape.
  public var value: Tensor<Float> {
    get {
      let value = leaf
      return Tensor(Recording.current?.standIn(for: value, in: slot) ?? value)
    }
    set {
      guard newValue.shape == shape else {
        Mistake(
          "Parameter.value", "\(newValue.value.label) does not fit \(label)",
          fix: "a parameter keeps its shape"
        ).stop(at: nil)
      }
      evaluate(newValue)
      // A leaf of its own: what is detached from it later can be traced back to it.
      let numbers = newValue.value.node.numbers!
      slot.leaf = Value(
        Node(numbers: numbers, elementType: .float, shape: shape, heldBy: slot.number))
    }
  }

  package var leaf: Value {
    guard let value = slot.leaf else { withoutNumbers().stop(at: nil) }
    return value
  }

  /// How messages speak of the parameter: its path, once it is known, and its shape.
  package var label: String {
    HolderNames[slot.number].map { "\($0) \(shape)" } ?? "a parameter of shape \(shape)"
  }

  private func withoutNumbers() -> Mistake {
    let known = Parameters.pathsNamedLast
    if known.isEmpty {
      return Mistake(
        "Parameter.value", "\(label) is read before it has numbers",
        fix: "use model.initialized(seed:), or make the optimizer first, which initialises with "
          + "seed 0")
    }
    let shown = known.prefix(6).joined(separator: ", ") + (known.count > 6 ? ", ..." : "")
    return Mistake(
      "Parameter.value",
      "\(label) is read before it has numbers: it is missing in the `parameters` that got theirs "
        + "last (\(shown))",
      fix: "list its layer in `parameters`; if it belongs to another model, initialise that one")
  }

  /// True once the parameter has numbers.
  public var isInitialized: Bool { slot.leaf != nil }

  deinit { HolderNames.forget(slot.number) }
}
