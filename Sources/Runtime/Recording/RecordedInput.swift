// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// What a recorded function can take: tensors and random keys, whose numbers each replay brings
/// along, and `Bool` and `Int`, which the function sees as they are: each value has a recording of
/// its own. The set is closed.
public protocol RecordedInput: RecordedGiven, RecordedGivenDouble
where Input == Self, Wide == Self {
  /// What stands for the argument while the function is traced.
  static func standIn(for argument: RecordedArgument, number: Int) -> Self
}

/// What a recorded function can be given: what it takes, or a number for a `Tensor<Float>` of shape
/// []. A number is given anew at each replay: another one is no new recording and no new plan.
public protocol RecordedGiven: Sendable {
  /// What the function takes.
  associatedtype Input: RecordedInput
  /// The same as what the function takes.
  var input: Input { get }
  /// What differs between recordings, and what replays need.
  var recordedInput: RecordedArgument { get }
}

/// What a recorded function can be given where a `Double` stands for a `Tensor<Double>`.
public protocol RecordedGivenDouble: Sendable {
  /// What the function takes.
  associatedtype Wide: RecordedInput
  /// The same as what the function takes.
  var wide: Wide { get }
  /// What differs between recordings, and what replays need, as ``wide``.
  var wideInput: RecordedArgument { get }
}

extension RecordedInput {
  public var input: Self { self }
  public var wide: Self { self }
  public var wideInput: RecordedArgument { recordedInput }
}

/// An argument of a recorded function, without its type.
public struct RecordedArgument: Sendable {
  package let value: Value?
  package let bits: UInt64
  /// What a key holds of an argument that is no tensor.
  private let word: UInt64?

  private init(value: Value?, bits: UInt64, word: UInt64?) {
    (self.value, self.bits, self.word) = (value, bits, word)
  }

  fileprivate init(_ value: Value) { self.init(value: value, bits: 0, word: nil) }

  fileprivate init(_ key: RandomKey) { self.init(value: nil, bits: key.bits, word: nil) }

  /// A number, which differs from a tensor of shape [] in where it comes from alone.
  fileprivate init(_ number: Double, _ type: ElementType) {
    self.init(
      value: nil, bits: type.bits(of: number), word: 1 << 40 | UInt64(type.rawValue) << 32)
  }

  /// What selects a recording.
  fileprivate init(choice: UInt64) { self.init(value: nil, bits: choice, word: choice) }

  /// Adds its element type and shape to the key of a program, or what it selects; a random key has
  /// nothing of the kind.
  package func addShape(to key: inout [UInt64]) {
    guard let value else {
      if let word { key.append(word) }
      return
    }
    let shape = value.shape
    key.append(UInt64(value.elementType.rawValue) << 32 | UInt64(shape.rank))
    for axis in 0..<shape.rank { key.append(UInt64(shape[axis])) }
  }
}

extension Tensor: RecordedInput {
  public var recordedInput: RecordedArgument {
    if rank == 0, let number = value.node.plainNumber {
      return RecordedArgument(number, Scalar.elementType)
    }
    return RecordedArgument(value)
  }

  public static func standIn(for argument: RecordedArgument, number: Int) -> Tensor {
    guard let value = argument.value else {
      return Tensor(
        Value(
          .creation(.scalar(0, argument: number)), elementType: Scalar.elementType, shape: []))
    }
    return Tensor(Value.placeholder(value.shape, Scalar.elementType))
  }
}

extension Node {
  /// The number, if the node is one that was written down: a literal.
  fileprivate var plainNumber: Double? {
    switch operation {
    case .creation(.constant(let number)), .creation(.scalar(let number, nil)): number
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .reduction, .scan, .contraction, .movement, .gathering:
      nil
    }
  }
}

extension RandomKey: RecordedInput {
  public var recordedInput: RecordedArgument { RecordedArgument(self) }

  public static func standIn(for argument: RecordedArgument, number: Int) -> RandomKey {
    RandomKey(argument: number)
  }
}

extension Bool: RecordedInput {
  public var recordedInput: RecordedArgument { RecordedArgument(choice: self ? 1 : 0) }

  public static func standIn(for argument: RecordedArgument, number: Int) -> Bool {
    argument.bits == 1
  }
}

extension Int: RecordedInput {
  public var recordedInput: RecordedArgument {
    RecordedArgument(choice: UInt64(bitPattern: Int64(self)))
  }

  public static func standIn(for argument: RecordedArgument, number: Int) -> Int {
    Int(Int64(bitPattern: argument.bits))
  }
}

extension Float: RecordedGiven {
  public var input: Tensor<Float> { Tensor(self) }
  public var recordedInput: RecordedArgument { RecordedArgument(Double(self), .float) }
}

extension Double: RecordedGiven, RecordedGivenDouble {
  public var input: Tensor<Float> { Tensor(Float(self)) }
  public var recordedInput: RecordedArgument { RecordedArgument(self, .float) }
  public var wide: Tensor<Double> { Tensor(self) }
  public var wideInput: RecordedArgument { RecordedArgument(self, .double) }
}

/// What stands for the arguments while a function is traced.
package func standIns<each Input: RecordedInput>(
  _ type: repeat (each Input).Type, for arguments: [RecordedArgument]
) -> (made: (repeat each Input), given: ReplayInputs) {
  var given = ReplayInputs()
  func standIn<T: RecordedInput>(_ type: T.Type) -> T {
    let number = given.leaves.count
    let made = T.standIn(for: arguments[number], number: number)
    // What is no tensor has a place that is never read.
    let isTensor = arguments[number].value != nil
    given.leaves.append(
      (isTensor ? made.recordedInput.value! : .placeholder([], .bool)).node)
    return made
  }
  let made = (repeat standIn(each type))
  return (made, given)
}

/// Computes the numbers of arguments that have none yet.
package func evaluate(_ arguments: [RecordedArgument]) {
  do { try compute(arguments) } catch { error.stop() }
}

/// The same for callers who can catch that there are none.
func compute(_ arguments: [RecordedArgument]) throws(EvaluationError) {
  Recording.refuseReading()
  if arguments.contains(where: { $0.value?.node.hasNumbers == false }) {
    try compute(arguments.compactMap(\.value))
  }
}
