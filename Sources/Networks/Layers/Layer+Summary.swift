// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors

extension Layer {
  /// The layers with the shapes that they give for an input of this shape, their parameters, and
  /// what an inference pass costs.
  ///
  /// The model is called once with zeros, its parameters with whatever numbers they have or none. A
  /// row stands for each call of a `Linear`, of a `Sequential`'s layer, and of any other layer by
  /// its own parameters; what a layer computes beside them, such as functions between layers, is in
  /// a row of its own. Totals are those of the whole model.
  ///
  /// ```swift
  /// print(Sequential(Linear(784, 50), ReLU(), Linear(50, 10)).summary(for: [32, 784]))
  /// // path   layer            output    parameters   FLOP  bytes
  /// // 0      Linear(784, 50)  [32, 50]       39250  2.51M   163k
  /// // 1      ReLU()           [32, 50]           0   1.6k   6.4k
  /// // 2      Linear(50, 10)   [32, 10]         510  32.3k  3.32k
  /// // total                                  39760  2.54M   173k
  /// ```
  public func summary<Scalar: NumericScalar, Number: TensorScalar>(
    for shape: Shape, file: StaticString = #fileID, line: UInt = #line
  ) -> ModelSummary where Input == Tensor<Scalar>, Output == Tensor<Number> {
    Recording.refuseReading()
    let x = Tensor<Scalar>.zeros(shape, file: file, line: line)
    evaluate(x)
    return parameters.withNumbers {
      Pass.inference {
        let trace = LayerTrace(evaluating: true)
        _ = trace.trace { trace.call(self, on: x) { self(x) } }
        let rows = SummaryRows(of: trace, in: parameters).rows
        return ModelSummary(
          rows: rows, parameterCount: parameters.scalarCount,
          floatingPointOperations: operations(in: [self(x).value]))
      }
    }
  }
}

extension Parameters {
  /// Calls `body`, inside which parameters without numbers have some, whatever they are.
  fileprivate func withNumbers<Result>(_ body: () -> Result) -> Result {
    var slots: [UInt64: LeafSlot] = [:]
    for parameter in distinct where !parameter.isInitialized {
      let numbers = Tensor<Float>.zeros(parameter.shape)
      evaluate(numbers)
      slots[parameter.slot.current.number] = LeafSlot(
        numbers.value.node.numbers!, .float, parameter.shape, isFrozen: true)
    }
    return slots.isEmpty ? body() : Substitution(slots).within(body)
  }
}

/// Those of the plan that computes some values of the numbers that are known.
private func operations(in values: [Value]) -> Int {
  let capture = stopping(at: nil) { () throws(Mistake) in
    try Capture(of: values, recomputing: true)
  }
  return Plan(capture).steps.reduce(0) { $0 + $1.floatingPointOperations }
}

/// Makes rows of the calls of a model's layers, the first of which is that of the model.
private struct SummaryRows {
  private let calls: [LayerTrace.Call]
  /// The model's parameters, by what holds them now.
  private let leaves: [(number: UInt64, path: String, count: Int)]
  private var paths: [String] = []
  private var counted: Set<UInt64> = []
  /// With the place of the output in the order of making.
  private var found: [(serial: UInt64, row: ModelSummary.Row)] = []
  /// What gives nothing.
  private var uncalled: [ModelSummary.Row] = []

  /// Of rows with one output, that of the inner layer comes first.
  var rows: [ModelSummary.Row] {
    found.reversed().sorted { $0.serial < $1.serial }.map(\.row) + uncalled
  }

  init(of trace: LayerTrace, in parameters: Parameters) {
    calls = trace.calls
    leaves = parameters.leaves.map {
      ($0.parameter.slot.current.number, $0.path, $0.parameter.shape.elementCount)
    }
    let known = trace.paths(in: parameters)
    for (number, call) in calls.enumerated() {
      // What nobody named is a part of its caller; the first call is that of the model.
      paths.append(call.caller.map { known[number] ?? paths[$0] } ?? "")
      add(call, number)
    }
  }

  /// The row of a call, and those of parameters below it that no call inside it has: who reads
  /// them is a layer.
  private mutating func add(_ call: LayerTrace.Call, _ number: Int) {
    let inner = calls.filter { $0.caller == number }
    let known = Set(inner.flatMap { $0.holders.map(\.number) })
    let own = call.holders.filter { !known.contains($0.number) }
    let path = paths[number], start = path.isEmpty ? "" : "\(path)."
    let made = results(of: call, inner)
    var rest = operations(in: made), isAlone = inner.isEmpty
    for (name, group) in own.grouped(by: { $0.path.parentPath ?? "" }) where !name.isEmpty {
      let numbers = group.map(\.number), work = readers(of: Set(numbers), in: made)
      let cost = work.reduce(0) { $0 + $1.floatingPointOperations }
      let names = group.map { String($0.path.dropFirst(name.count + 1)) }
      add(start + name, names.joined(separator: ", "), work.last, numbers, cost)
      rest -= cost
      isAlone = false
    }
    let direct = own.filter { $0.path.parentPath == nil }.map(\.number)
    if isAlone || rest > 0 || direct.contains(where: { !counted.contains($0) }) {
      add(path, call.layer.title, call.output.node, direct, rest)
    }
  }

  private mutating func add(
    _ path: String, _ layer: String, _ output: Node?, _ holders: [UInt64], _ operations: Int
  ) {
    var parameterCount = 0
    for holder in holders where counted.insert(holder).inserted {
      parameterCount += leaves.first { $0.number == holder }?.count ?? 0
    }
    let outputBytes = output.map { $0.shape.elementCount * $0.elementType.byteCount } ?? 0
    let row = ModelSummary.Row(
      path: path, layer: layer, output: output?.shape, parameterCount: parameterCount,
      floatingPointOperations: operations,
      byteCount: parameterCount * ElementType.float.byteCount + outputBytes)
    if let output { found.append((output.serial, row)) } else { uncalled.append(row) }
  }

  /// What a layer made itself: what it gave layers inside, and its own output, as far as that is
  /// not what they gave.
  private func results(of call: LayerTrace.Call, _ inner: [LayerTrace.Call]) -> [Value] {
    var known = Set((inner.map { $0.output! } + [call.input].compactMap(\.self)).map(\.node.serial))
    return (inner.compactMap(\.input) + [call.output!]).filter {
      known.insert($0.node.serial).inserted
    }
  }

  /// What is computed of these parameters at once.
  private func readers(of holders: Set<UInt64>, in results: [Value]) -> [Node] {
    let made = Set(results.map(\.node.serial))
    func isMade(_ node: Node) -> Bool { !node.hasNumbers || made.contains(node.serial) }
    return GraphOrder(of: results) { !isMade($0) }.nodes.filter { node in
      isMade(node) && node.inputs.values.contains { $0.node.holder.map(holders.contains) ?? false }
    }
  }
}

extension Node {
  fileprivate var floatingPointOperations: Int {
    operation.floatingPointOperations(on: inputs.values.map(\.shape), result: shape)
  }
}

extension Array {
  /// The elements by a key, in the order in which each key comes first.
  fileprivate func grouped(by key: (Element) -> String) -> [(key: String, elements: [Element])] {
    var groups: [(key: String, elements: [Element])] = []
    for element in self {
      let key = key(element)
      if let known = groups.firstIndex(where: { $0.key == key }) {
        groups[known].elements.append(element)
      } else {
        groups.append((key, [element]))
      }
    }
    return groups
  }
}
