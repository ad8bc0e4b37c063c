// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What a recorded function can give: a tensor or an array of tensors. The set is closed.
public protocol RecordedOutput: SendableMetatype {
  /// The tensors that it consists of, for one recording always as many and in one order.
  var recordedTensors: [AnyTensor] { get }
  /// The result made of such tensors, whose numbers a replay computed.
  init(recordedTensors: [AnyTensor])
}

/// A tensor of any element type.
public struct AnyTensor: Sendable {
  package let value: Value

  package init(value: Value) { self.value = value }
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

/// How what a recorded function gives consists of outputs. Objects, not closures: the compiler
/// crashes at a closure with two parameter packs.
protocol RecordedResults<Results>: Sendable {
  associatedtype Results
  /// The tensors of each output.
  func tensors(of results: Results) -> [[AnyTensor]]
  func results(of tensors: [[AnyTensor]]) -> Results
}

/// One output.
struct OneResult<Output: RecordedOutput>: RecordedResults {
  func tensors(of results: Output) -> [[AnyTensor]] { [results.recordedTensors] }
  func results(of tensors: [[AnyTensor]]) -> Output { Output(recordedTensors: tensors[0]) }
}

/// A tuple of outputs.
struct SeveralResults<each Output: RecordedOutput>: RecordedResults {
  func tensors(of results: (repeat each Output)) -> [[AnyTensor]] {
    var tensors: [[AnyTensor]] = []
    repeat tensors.append((each results).recordedTensors)
    return tensors
  }

  func results(of tensors: [[AnyTensor]]) -> (repeat each Output) {
    var next = tensors.makeIterator()
    func make<T: RecordedOutput>(_ type: T.Type) -> T { T(recordedTensors: next.next()!) }
    return (repeat make((each Output).self))
  }
}
