// SPDX-License-Identifier: Apache-2.0

import CPullbackLocks

/// y = x: nodes that say something about a tensor. Plans drop all but `checked`.
///
/// Leaves because what they say stands in no number.
package enum Identity: Sendable {
  /// x under a name the user gave, for messages and derivations.
  case named(String)
  /// x without its history: derivatives end here. A leaf because it changes derivatives alone.
  case detached
  /// x as a tensor of its own: what a function that the user called, such as `reshaped`, gives
  /// where it leaves everything as it is.
  case unchanged(by: String)
  /// x with a derivative the user wrote. Input 0 is the result; the others are what it is a
  /// function of, and the only inputs that receive cotangents. A leaf because the derivative is not
  /// that of what was computed.
  case custom(CustomRule)
  /// x, with a new value of what a layer keeps beside what is trained: input 1 is a leaf of the
  /// holder, input 2 the value. Whoever takes a step with a result that reaches the node gives
  /// it to the holder.
  case renewing(any LeafHolder)
  /// x of Int32, after checking that each element is in 0 ..< count. A bad one stops the
  /// evaluation and the message names the lowest offending position. A leaf because no operation on
  /// numbers can stop.
  case checked(count: Int, use: IndexUse)

  package var name: String {
    switch self {
    case .named(let name): name
    case .detached: "detached"
    case .unchanged(let function): function
    case .custom: "customGradient"
    case .renewing: "renewing"
    case .checked(_, let use): use.symbol
    }
  }

  /// True where the numbers are those of input 0, come what may: then plans have no
  /// use for the node.
  package var isDropped: Bool {
    switch self {
    case .named, .detached, .unchanged, .custom, .renewing: true
    case .checked: false
    }
  }

  /// The form of x, which is input 0.
  func form(_ x: some Formed) throws(FormFault) -> Form {
    switch self {
    case .named, .detached, .unchanged, .custom, .renewing: break
    case .checked(let count, _):
      if x.elementType != .int32 { throw .elementType(.left, .int32) }
      if count < 0 { throw .outside(axis: 0) }
    }
    return Form(x.shape, x.elementType)
  }

  var notation: Notation {
    switch self {
    case .named: .named
    case .unchanged, .checked, .renewing: .same
    case .detached: .detached
    case .custom: .remark("with a derivative of its own")
    }
  }

  /// named, unchanged: x.g = y.g. detached, checked: none. custom: what the rule says. renewing:
  /// x.g = y.g, which says the same, so that steps with gradients reach it too.
  func derivative(at index: Int, inputs: Inputs, cotangent: Value) -> Value? {
    switch self {
    case .named, .unchanged: cotangent
    case .detached, .checked: nil
    case .custom(let rule): index == 0 ? nil : rule.pullback(inputs, cotangent)[index - 1]
    case .renewing:
      index == 0 ? Value(.identity(self), Inputs(cotangent, inputs[1], inputs[2])) : nil
    }
  }

  func batched(_ inputs: BatchedInputs, result: Node) -> Value {
    if case .renewing(let holder) = self {
      if let all = holder.ofAll {
        return Value(.identity(.renewing(all)), Inputs(inputs.stretched))
      }
      // Of many new values none is the holder's.
      let x = inputs.stretched[0], isOne = !inputs.isBatched[1] && !inputs.isBatched[2]
      return isOne ? Value(.identity(self), Inputs(x, inputs.values[1], inputs.values[2])) : x
    }
    guard case .custom(let rule) = self else {
      return Value(.identity(self), Inputs(inputs.stretched))
    }
    // The rule is written for one example: it is traced on stand-ins, then batched.
    let shapes = inputs.original.map { ($0.shape, $0.elementType) }
    let transform = inputs.transform
    let number = rule.number.map {
      RuleNumbers.number(
        of: BatchedRule(
          number: $0, inputs: inputs.original.map { Form($0.shape, $0.elementType) },
          isBatched: inputs.isBatched, extent: inputs.extent))
    }
    let batchedRule = CustomRule(number: number) { inputs, cotangent in
      let standIns = shapes.map { shape, type in Value.placeholder(shape, type) }
      let outer = Value.placeholder(result.shape, result.elementType)
      let traced = rule.pullback(Inputs(standIns), outer)
      let replacements = Array(zip(standIns + [outer], inputs.values + [cotangent]))
      return traced.map { $0.map { transform($0, replacements) } }
    }
    return Value(.identity(.custom(batchedRule)), Inputs(inputs.stretched))
  }
}

/// A rule with a number, for all indices of a leading axis: equal where it does the same.
private struct BatchedRule: Hashable {
  let number: UInt64
  let inputs: [Form]
  let isBatched: [Bool]
  let extent: Int
}

/// What holds a leaf whose value may be replaced.
package protocol LeafHolder: AnyObject, Sendable {
  /// Of a leaf that stands for one of many while a function of one is batched: the
  /// holder of them all.
  var ofAll: (any LeafHolder)? { get }
}

extension LeafHolder {
  package var ofAll: (any LeafHolder)? { nil }
}

/// On whose behalf an index is checked: the message names it.
package enum IndexUse: UInt8, Sendable, BitwiseCopyable, Hashable, CaseIterable {
  case gather
  case oneHot
  case softmaxCrossEntropy
  case hingeLoss
  case taken
  case adding

  /// How messages and listings write it.
  package var symbol: String {
    switch self {
    case .gather: "gather"
    case .oneHot: "oneHot"
    case .softmaxCrossEntropy: "softmaxCrossEntropy"
    case .hingeLoss: "hingeLoss"
    case .taken: "taken"
    case .adding: "adding"
    }
  }
}

/// A derivative written by the user: from the inputs and the cotangent of the result to one
/// cotangent for each input but the first (which is the result itself).
package final class CustomRule: Sendable {
  package typealias Pullback = @Sendable (_ inputs: Inputs, _ cotangent: Value) -> [Value?]

  // Changes in `deinit` alone.
  @exclusivity(unchecked) nonisolated(unsafe) private var stored: Pullback?
  /// Equal for rules that do the same; nil for a closure, which could do anything.
  package let number: UInt64?

  package init(number: UInt64? = nil, _ pullback: @escaping Pullback) {
    self.number = number
    stored = pullback
  }

  package var pullback: Pullback { stored! }

  // A rule may hold tensors, whose nodes may hold rules: releasing one inside the other would
  // recurse as deep as the chain. So rules that go leave what they hold here, and whoever comes
  // first releases it piece by piece.
  private struct Released {
    var pullbacks: [Pullback] = []
    /// By a thread of the process that has come from so many forks.
    var isBeingEmptiedIn: UInt32?
  }
  private static let released = Lock(Released())

  deinit {
    let isFirst = CustomRule.released.withLock { released in
      defer { released.isBeingEmptiedIn = pb_forks() }
      released.pullbacks.append(stored!)
      return released.isBeingEmptiedIn != pb_forks()
    }
    stored = nil
    guard isFirst else { return }
    func next() -> Pullback? {
      CustomRule.released.withLock { released in
        let pullback = released.pullbacks.popLast()
        if pullback == nil { released.isBeingEmptiedIn = nil }
        return pullback
      }
    }
    while next() != nil {}
  }
}

extension Value {
  /// This result of a function that the user called, as a tensor of its own: where there was
  /// nothing to do it is the argument, whose derivative is that of all its uses.
  package func distinct(from argument: Value, by function: String) -> Value {
    node === argument.node
      ? Value(.identity(.unchanged(by: function)), self) : self
  }

  /// A leaf without numbers that stands for an argument while a rule is traced.
  package static func placeholder(_ shape: Shape, _ elementType: ElementType) -> Value {
    Value(.creation(.data()), elementType: elementType, shape: shape)
  }

  package func checked(below count: Int, for use: IndexUse) -> Value {
    Value(.identity(.checked(count: count, use: use)), self)
  }
}
