// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What a recorded function can take: tensors and random keys. The set is closed.
public protocol RecordedInput: Sendable {
  /// What differs between recordings, and what replays need.
  var recordedInput: RecordedArgument { get }
  /// What stands for the argument while the function is traced.
  static func standIn(for argument: RecordedArgument, number: Int) -> Self
}

/// An argument of a recorded function, without its type.
public struct RecordedArgument: Sendable {
  package let value: Value?
  package let bits: UInt64

  /// Adds its element type and shape to the key of a program; a random key has none.
  package func addShape(to key: inout [UInt64]) {
    guard let value else { return }
    let shape = value.shape
    key.append(UInt64(value.elementType.rawValue) << 32 | UInt64(shape.rank))
    for axis in 0..<shape.rank { key.append(UInt64(shape[axis])) }
  }
}

extension Tensor: RecordedInput {
  public var recordedInput: RecordedArgument { RecordedArgument(value: value, bits: 0) }

  public static func standIn(for argument: RecordedArgument, number: Int) -> Tensor {
    Tensor(Value.placeholder(argument.value!.shape, Scalar.elementType))
  }
}

extension RandomKey: RecordedInput {
  public var recordedInput: RecordedArgument { RecordedArgument(value: nil, bits: bits) }

  public static func standIn(for argument: RecordedArgument, number: Int) -> RandomKey {
    RandomKey(argument: number)
  }
}

/// What a recorded function can give: a tensor or an array of tensors. The set is closed.
public protocol RecordedOutput {
  /// The tensors that it consists of, always as many and in one order.
  var recordedTensors: [AnyTensor] { get }
  /// The result made of such tensors, whose numbers a replay computed.
  init(recordedTensors: [AnyTensor])
}

/// A tensor of any element type.
public struct AnyTensor: Sendable {
  package let value: Value
}

/// One tensor: what an array of results consists of.
public protocol RecordedTensor: RecordedOutput {}

extension Tensor: RecordedTensor {
  public var recordedTensors: [AnyTensor] { [AnyTensor(value: value)] }
  public init(recordedTensors: [AnyTensor]) { self.init(recordedTensors[0].value) }
}

extension Array: RecordedOutput where Element: RecordedTensor {
  public var recordedTensors: [AnyTensor] { flatMap(\.recordedTensors) }
  public init(recordedTensors: [AnyTensor]) {
    self = recordedTensors.map { Element(recordedTensors: [$0]) }
  }
}

/// A function of tensors that is written down once for each combination of argument shapes and
/// then replayed, without building its graph again.
///
/// Calling it gives what the function gives, with the same bits; results have no history. Tensors
/// from outside keep the numbers that they had when they were recorded, but parameters are read
/// anew at each call. Random keys are arguments: a key from outside would give the same numbers
/// at each call, and a training pass is opened inside, with a key that is an argument. Inside
/// another recording the function is written down as part of it. Reading numbers inside is a
/// mistake.
///
/// ```swift
/// let norm = recorded { (x: Tensor<Float>) in sqrt(x.squared().sum()) }
/// print(norm([3, 4]), norm([6, 8]))   // 5.0 10.0
/// ```
public struct Recorded<each Input: RecordedInput, Output: RecordedOutput>: Sendable {
  private let body: @Sendable (repeat each Input) -> Output
  private let programs = SharedRecentlyUsed<RecordedProgram>(
    capacity: RecordedPrograms.capacity, byteLimit: RecordedPrograms.byteLimit)

  fileprivate init(_ body: @escaping @Sendable (repeat each Input) -> Output) {
    self.body = body
  }

  public func callAsFunction(_ input: repeat each Input) -> Output {
    if Recording.current != nil { return body(repeat each input) }
    var arguments: [RecordedArgument] = []
    repeat arguments.append((each input).recordedInput)
    evaluate(arguments)
    var key: [UInt64] = []
    for argument in arguments { argument.addShape(to: &key) }
    let program = programs.find(key) {
      let recording = Recording()
      let (made, given) = standIns(for: repeat each input)
      let output = recording.trace { body(repeat each made) }
      let program = RecordedProgram(
        results: output.recordedTensors.map(\.value), inputs: given.reading(recording.slots))
      return (program, program.byteCount)
    }
    var results = program.memoryForResults()
    program.run(
      inputs: arguments.map { $0.value?.node.numbers }, bits: arguments.map(\.bits),
      into: &results)
    return Output(
      recordedTensors: results.enumerated().map { index, numbers in
        let (type, shape) = program.resultType(index)
        return AnyTensor(value: Value(Node(numbers: numbers, elementType: type, shape: shape)))
      })
  }
}

extension Recorded: CustomStringConvertible {
  public var description: String {
    var inputs: [String] = []
    func note<T>(_ type: T.Type) { inputs.append("\(type)") }
    repeat note((each Input).self)
    return "recorded (\(inputs.joined(separator: ", "))) -> \(Output.self)"
  }
}

/// Records a function: see ``Recorded``.
public func recorded<each Input: RecordedInput, Output: RecordedOutput>(
  _ body: @escaping @Sendable (repeat each Input) -> Output
) -> Recorded<repeat each Input, Output> {
  Recorded(body)
}

/// What stands for the arguments while a function is traced.
package func standIns<each Input: RecordedInput>(
  for input: repeat each Input
) -> (made: (repeat each Input), given: ReplayInputs) {
  var given = ReplayInputs()
  func standIn<T: RecordedInput>(_ input: T) -> T {
    let made = T.standIn(for: input.recordedInput, number: given.leaves.count)
    // A key has no tensor; its place is never read.
    given.leaves.append((made.recordedInput.value ?? .placeholder([], .bool)).node)
    return made
  }
  let made = (repeat standIn(each input))
  return (made, given)
}

/// Computes the numbers of arguments that have none yet.
package func evaluate(_ arguments: [RecordedArgument]) {
  Recording.refuseReading()
  if arguments.contains(where: { $0.value?.node.hasNumbers == false }) {
    evaluate(arguments.compactMap(\.value))
  }
}
