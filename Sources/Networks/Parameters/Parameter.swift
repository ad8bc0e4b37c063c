// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Numbers that training changes: a weight, a bias.
///
/// A parameter always holds a tensor whose numbers are known and that has no history. A training
/// step writes new numbers over the old ones if nobody else holds them, else into fresh memory:
/// whoever kept `value` keeps the old numbers.
///
/// A parameter, and so a model of them, may be shared between threads: reading `value` during a
/// step waits for the end of the step and gives the new numbers. Two parameters that are read one
/// after the other may lie a step apart: where another thread trains, read a `snapshot()` of the
/// model. A parameter is trained by one thread at a time. In the child of a `fork` during a step
/// its numbers may be half old and half new: fork between steps.
///
/// A model holds its parameters by reference: `let other = model` is the same weights again,
/// trained together. A model with weights of its own is a `copy()`.
public final class Parameter: Sendable {
  /// How many elements it has along each axis, which never changes.
  public let shape: Shape
  /// How its first numbers are made.
  public let initialization: Initialization
  package let slot: LeafSlot

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
    slot = LeafSlot()
  }

  /// A parameter that is what another one is, with the numbers of a leaf of that one.
  package init(like other: Parameter, leaf: Value?, isFrozen: Bool) {
    shape = other.shape
    initialization = other.initialization
    slot =
      leaf.map { LeafSlot($0.node.numbers!, .float, $0.shape, isFrozen: isFrozen) } ?? LeafSlot()
  }

  /// A parameter that starts with these numbers, whatever the seed.
  ///
  /// ```swift
  /// let w = Parameter(value: [64, 10])   // two numbers
  /// ```
  public convenience init(value: Tensor<Float>) {
    self.init(shape: value.shape, Initialization(numbers: value))
    self.value = value
  }

  /// The current numbers, as a tensor without history. Reading them before the parameter is
  /// initialised is a mistake, and so is setting a tensor of another shape, or any in a snapshot or
  /// inside a recorded function.
  ///
  /// While a copy or a snapshot of the model is called, these are the numbers of the copy or of the
  /// snapshot.
  public var value: Tensor<Float> {
    get {
      let slot = slot.current
      if slot.all != nil { return Tensor(leaf(in: slot)) }
      guard let recording = Recording.current else { return Tensor(leaf(in: slot)) }
      return Tensor(recording.standIn(for: leaf(in: recording.source(of: slot)), in: slot))
    }
    set {
      let slot = slot.current
      slot.leaf = newLeaf(newValue, in: slot)
    }
  }

  /// A leaf of a tensor's numbers, to be held in a slot that stands for the parameter's. A mistake
  /// if it cannot be its value.
  package func newLeaf(_ value: Tensor<Float>, in slot: LeafSlot) -> Value {
    guard value.shape == shape else {
      Mistake(
        "Parameter.value", "\(value.value.label) does not fit \(label)",
        fix: "a parameter keeps its shape"
      ).stop(at: nil)
    }
    if Recording.current != nil, slot.leaf != nil {
      Mistake(
        "Parameter.value",
        "\(label) is set inside a recorded function, which is written down once and would not set it "
          + "again", fix: "return the numbers, and set it outside"
      ).stop(at: nil)
    }
    if slot.all != nil {
      Mistake(
        "Parameter.value", "\(label) is set in a function of one network of a swarm",
        fix: "set it outside, for all networks"
      ).stop(at: nil)
    }
    if slot.isFrozen {
      Mistake(
        "Parameter.value", "\(label) belongs to a snapshot, which does not change",
        fix: "change a copy() of it"
      ).stop(at: nil)
    }
    evaluate(value)
    // A leaf of its own: what is detached from it later can be traced back to it.
    return Value(
      Node(
        numbers: value.value.node.numbers!, elementType: .float, shape: shape, heldBy: slot.number))
  }

  package var leaf: Value { leaf(in: slot) }

  private func leaf(in slot: LeafSlot) -> Value {
    guard let value = slot.leaf else { withoutNumbers().stop(at: nil) }
    return value
  }

  /// How messages speak of the parameter: its path, once it is known, and its shape.
  package var label: String {
    knownPath.map { "\($0) \(shape)" } ?? "a parameter of shape \(shape)"
  }

  /// Whether its numbers are those of another version at the moment: see ``Copy/withModel(_:)``.
  var isReplaced: Bool { slot.current !== slot }

  /// Its path, once a model has got its numbers.
  var knownPath: String? { HolderNames[slot.current.number] ?? HolderNames[slot.number] }

  /// What reading it too early is.
  package func withoutNumbers() -> Mistake {
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
  public var isInitialized: Bool { slot.current.leaf != nil }

  deinit { HolderNames.forget(slot.number) }
}
