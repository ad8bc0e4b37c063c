// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

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
/// A number may be given where the function takes a tensor: it is an argument of shape [], and
/// another number is no new recording. A `Bool` or an `Int` is seen as it is: each of its values
/// has a recording of its own. (Beside an array literal, a variable is written `Tensor(factor)`.)
///
/// ```swift
/// let norm = recorded { (x: Tensor<Float>) in sqrt(x.squared().sum()) }
/// print(norm([3, 4]), norm([6, 8]))   // 5.0 10.0
/// let scaled = recorded { (x: Tensor<Float>, factor: Tensor<Float>, isNegative: Bool) in
///   isNegative ? -(x * factor) : x * factor
/// }
/// let x: Tensor<Float> = [2, 4], factor: Float = 0.5
/// print(scaled(x, factor, false), scaled(x, 3, true))   // [1. 2.] [ -6. -12.]
/// ```
public struct Recorded<each Input: RecordedInput, Output>: Sendable {
  private let body: @Sendable (repeat each Input) -> Output
  private let output: any RecordedResults<Output>
  private let programs = SharedRecentlyUsed<RecordedProgram>(
    capacity: RecordedPrograms.capacity, byteLimit: RecordedPrograms.byteLimit)

  fileprivate init(
    _ body: @escaping @Sendable (repeat each Input) -> Output,
    _ output: some RecordedResults<Output>
  ) {
    self.body = body
    self.output = output
  }

  /// What the function gives for these arguments.
  public func callAsFunction(_ input: repeat each Input) -> Output {
    if Recording.current != nil { return body(repeat each input) }
    var arguments: [RecordedArgument] = []
    repeat arguments.append((each input).recordedInput)
    return replayOrStop(arguments)
  }

  /// What the function gives for arguments that come from outside: where it would stop the program,
  /// because the system refuses memory or there is nothing at an index, it throws.
  ///
  /// ```swift
  /// let table: Tensor<Float> = [10, 20, 30]
  /// let lookUp = recorded { (indices: Tensor<Int32>) in table.gathered(indices) }
  /// print(try lookUp.evaluated([2, 0]))   // [30. 10.]
  /// do {
  ///   print(try lookUp.evaluated([2, -1]))
  /// } catch {
  ///   print(error)   // gather: index -1 at row 1 is outside 0..<3
  /// }
  /// ```
  public func evaluated(_ input: repeat each Input) throws(EvaluationError) -> Output {
    if Recording.current != nil { return body(repeat each input) }
    var arguments: [RecordedArgument] = []
    repeat arguments.append((each input).recordedInput)
    return try replay(arguments)
  }

  /// The same with numbers where the function takes a `Tensor<Float>`.
  @_disfavoredOverload
  public func callAsFunction<each Given: RecordedGiven>(_ input: repeat each Given) -> Output
  where repeat (each Given).Input == each Input {
    if Recording.current != nil { return body(repeat (each input).input) }
    var arguments: [RecordedArgument] = []
    repeat arguments.append((each input).recordedInput)
    return replayOrStop(arguments)
  }

  /// The same with Doubles where the function takes a `Tensor<Double>`.
  @_disfavoredOverload
  public func callAsFunction<each Given: RecordedGivenDouble>(
    _ input: repeat each Given
  ) -> Output
  where repeat (each Given).Wide == each Input {
    if Recording.current != nil { return body(repeat (each input).wide) }
    var arguments: [RecordedArgument] = []
    repeat arguments.append((each input).wideInput)
    return replayOrStop(arguments)
  }

  /// The same with numbers where the function takes a `Tensor<Float>`: see ``evaluated(_:)``.
  @_disfavoredOverload
  public func evaluated<each Given: RecordedGiven>(
    _ input: repeat each Given
  ) throws(EvaluationError) -> Output
  where repeat (each Given).Input == each Input {
    if Recording.current != nil { return body(repeat (each input).input) }
    var arguments: [RecordedArgument] = []
    repeat arguments.append((each input).recordedInput)
    return try replay(arguments)
  }

  /// The same with Doubles where the function takes a `Tensor<Double>`: see ``evaluated(_:)``.
  @_disfavoredOverload
  public func evaluated<each Given: RecordedGivenDouble>(
    _ input: repeat each Given
  ) throws(EvaluationError) -> Output
  where repeat (each Given).Wide == each Input {
    if Recording.current != nil { return body(repeat (each input).wide) }
    var arguments: [RecordedArgument] = []
    repeat arguments.append((each input).wideInput)
    return try replay(arguments)
  }

  private func replayOrStop(_ arguments: [RecordedArgument]) -> Output {
    do { return try replay(arguments) } catch { error.stop() }
  }

  private func replay(_ arguments: [RecordedArgument]) throws(EvaluationError) -> Output {
    try compute(arguments)
    var key: [UInt64] = []
    for argument in arguments { argument.addShape(to: &key) }
    let program = programs.find(key) {
      let program = record(arguments)
      return (program, program.byteCount)
    }
    var results = try program.requestedMemoryForResults()
    try program.attempt(
      inputs: arguments.map { $0.value?.node.numbers }, bits: arguments.map(\.bits),
      into: &results)
    return output.results(of: program.outputs(of: results[...]))
  }

  private func record(_ arguments: [RecordedArgument]) -> RecordedProgram {
    let recording = Recording()
    let (made, given) = standIns(repeat (each Input).self, for: arguments)
    let tensors = output.tensors(of: recording.trace { body(repeat each made) })
    return RecordedProgram(
      results: tensors.flatMap { $0.map(\.value) }, counts: tensors.map(\.count),
      inputs: given.reading(recording.slots))
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
  Recorded(body, OneResult<Output>())
}

/// Records a function that gives several things: see ``Recorded``.
///
/// ```swift
/// let moments = recorded { (x: Tensor<Float>) in (x.mean(), x.squared().mean()) }
/// let (first, second) = moments([1, 3])
/// print(first, second)   // 2.0 5.0
/// ```
@_disfavoredOverload
public func recorded<each Input: RecordedInput, each Output: RecordedOutput>(
  _ body: @escaping @Sendable (repeat each Input) -> (repeat each Output)
) -> Recorded<repeat each Input, (repeat each Output)> {
  let outputs: SeveralResults<repeat each Output> = .init()
  return Recorded<repeat each Input, (repeat each Output)>(body, outputs)
}
