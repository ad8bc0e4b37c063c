// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors

/// Answers requests with a model: from any number of tasks at once, while another one trains.
///
/// It holds a snapshot, so that a training model does not change the answers; `update(to:)` puts
/// another one in its place, and a request that is being answered ends with the old one. What it is
/// asked is written down once for each number of rows and replayed; no lock is held meanwhile.
///
/// Requests come from outside: what does not fit, an index that a layer looks up and does not
/// have, and memory that the system refuses are errors that are thrown, not mistakes that
/// stop the program.
///
/// ```swift
/// let model = Linear(2, 1, bias: false)
/// model.weight.value = [[1], [2]]
/// let predictor = Predictor(model, inputs: [2])
/// print(try predictor([[1, 1], [0, 3]]))
/// // [[3.]
/// //  [6.]]
/// do {
///   _ = try predictor([[1, 1, 1]])
/// } catch {
///   print(error)   // inputs [1, 3] do not fit the model: give [rows, 2]
/// }
/// ```
public final class Predictor<Input: TensorScalar, Output: TensorScalar>: Sendable {
  private typealias Function = Recorded<Tensor<Input>, Tensor<Output>>

  /// The shape of one example.
  public let inputs: Shape
  private let function: Lock<Function>

  /// A predictor with the numbers that the model has now.
  ///
  /// It asks the model once, for one example of zeros: so the first request finds its plan.
  ///
  /// - Parameter inputs: the shape of one example; requests are [rows] + inputs.
  public init(_ model: some Layer<Tensor<Input>, Tensor<Output>>, inputs: Shape) {
    self.inputs = inputs
    function = Lock(Predictor.answering(model, inputs))
  }

  /// Answers with the numbers that a model has now: the same model, further trained, or another one
  /// for the same inputs.
  public func update(to model: some Layer<Tensor<Input>, Tensor<Output>>) {
    let new = Predictor.answering(model, inputs)
    let old = function.withLock { function in
      defer { function = new }
      return function
    }
    // Released here, outside the lock.
    withExtendedLifetime(old) {}
  }

  /// What the model gives for some rows: x [rows] + inputs, result [rows, ...].
  ///
  /// - Throws: a ``PredictionError`` if the shape of x is another, if an index is out of range, in
  ///   x or in what x is computed from, or if there is no memory for so many rows.
  public func callAsFunction(_ x: Tensor<Input>) throws(PredictionError) -> Tensor<Output> {
    guard x.rank == inputs.rank + 1, x.shape.droppingLeading(1) == inputs else {
      throw .shape(x.shape, inputs: inputs)
    }
    let function = function.withLock { $0 }
    do {
      return try function.evaluated(x)
    } catch {
      switch error {
      case .index(let error): throw .index(error)
      case .memory(let error): throw .memory(error)
      }
    }
  }

  private static func answering(
    _ model: some Layer<Tensor<Input>, Tensor<Output>>, _ inputs: Shape
  ) -> Function {
    let snapshot = model.snapshot()
    let function = recorded { (x: Tensor<Input>) in Pass.inference { snapshot(x) } }
    _ = function(Tensor(.full([1] + inputs, 0, Input.elementType)))
    return function
  }
}

extension Predictor {
  /// What the model gives for one example, numbers in row-major order.
  ///
  /// ```swift
  /// let predictor = Predictor(Linear(2, 1).initialized(seed: 7), inputs: [2])
  /// print(try predictor(row: [0, 0]))   // [0.0]
  /// let words = Predictor(Embedding(3, 2).initialized(seed: 7), inputs: [4])
  /// do {
  ///   print(try words(row: [0, 2, 3, 1]))
  /// } catch {
  ///   print(error)   // gather: index 3 at [0, 2] is outside 0..<3, the rows of weight
  /// }
  /// ```
  ///
  /// - Throws: a ``PredictionError`` if there are more or fewer numbers than an example has, and as
  ///   a request for several rows does.
  public func callAsFunction(row: [Input]) throws(PredictionError) -> [Output] {
    guard row.count == inputs.elementCount else { throw .count(row.count, inputs: inputs) }
    return try self(Tensor(shape: [1] + inputs, scalars: row)).scalars
  }
}

extension Predictor: CustomStringConvertible {
  public var description: String {
    "Predictor of \(Output.self) for examples \(inputs) of \(Input.self)"
  }
}

/// What a request to a ``Predictor`` can be refused for.
public enum PredictionError: Error, Equatable, CustomStringConvertible {
  /// The request has this shape, and one example another.
  case shape(Shape, inputs: Shape)
  /// The request has so many numbers, and one example another shape.
  case count(Int, inputs: Shape)
  /// A layer looks up an index that it does not have.
  case index(IndexOutOfRange)
  /// The system refused memory for the answer or for what is computed on the way.
  case memory(OutOfMemory)

  public var description: String {
    switch self {
    case .shape(let shape, let inputs):
      let extents = ["rows"] + inputs.map(String.init)
      return "inputs \(shape) do not fit the model: give [\(extents.joined(separator: ", "))]"
    case .count(let count, let inputs):
      return "\(counted(count, "number")) \(count == 1 ? "does" : "do") not fit the model: "
        + "an example is \(inputs), "
        + counted(inputs.elementCount, "number")
    case .index(let error): return error.description
    case .memory(let error): return error.description
    }
  }
}
