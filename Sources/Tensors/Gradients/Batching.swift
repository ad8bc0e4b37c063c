// SPDX-License-Identifier: Apache-2.0

/// A function of one example, computed for all indices of a leading axis at once.
///
/// y[i, ...] = function(x[i, ...]). x: [extent, ...], which the function sees without that axis;
/// result [extent, ...]. What the function uses besides is the same for all examples, random
/// numbers too. Derivatives go through it, and gradients taken inside it are gradients of each
/// example. A mistake if x is a scalar.
///
///     let x: Tensor<Float> = [[1, 2], [3, 4]], w: Tensor<Float> = [10, 1]
///     let perExample = batched(over: x) { gradient(of: ($0 * w).squared().sum(), withRespectTo: w) }
///     print(perExample)   // [[ 20.   8.]
///                         //  [180.  32.]]
public func batched<Input: TensorScalar, Output: TensorScalar>(
  over x: Tensor<Input>, file: StaticString = #fileID, line: UInt = #line,
  _ function: (Tensor<Input>) -> Tensor<Output>
) -> Tensor<Output> {
  let result = batched(over: [x.value], at: CallSite(file, line)) { function(Tensor($0[0])).value }
  return Tensor(result)
}

/// A function of one example of each of several tensors: see the form for one. A mistake if their
/// leading extents differ.
public func batched<
  First: TensorScalar, Second: TensorScalar, each Other: TensorScalar, Output: TensorScalar
>(
  over first: Tensor<First>, _ second: Tensor<Second>, _ other: repeat Tensor<each Other>,
  file: StaticString = #fileID, line: UInt = #line,
  _ function: (Tensor<First>, Tensor<Second>, repeat Tensor<each Other>) -> Tensor<Output>
) -> Tensor<Output> {
  var inputs = [first.value, second.value]
  repeat inputs.append((each other).value)
  let result = batched(over: inputs, at: CallSite(file, line)) { examples in
    var next = examples.makeIterator()
    func typed<T>(_ input: Tensor<T>) -> Tensor<T> { Tensor(next.next()!) }
    return function(typed(first), typed(second), repeat typed(each other)).value
  }
  return Tensor(result)
}

private func batched(
  over inputs: [Value], at site: CallSite, _ function: ([Value]) -> Value
) -> Value {
  let extent = stopping(at: site) { () throws(Mistake) in try leadingExtent(of: inputs) }
  let examples = inputs.map { Value.placeholder(Shape($0.shape.dropFirst()), $0.elementType) }
  let result = batched([function(examples)], over: Array(zip(examples, inputs)), extent: extent)[0]
  return inputs.reduce(result) { $0.distinct(from: $1, by: "batched") }
}

private func leadingExtent(of inputs: [Value]) throws(Mistake) -> Int {
  let first = inputs[0]
  for input in inputs {
    guard input.rank > 0 else {
      throw Mistake(
        "batched", "\(input.label) is a scalar and has no leading axis",
        fix: "let the function capture what is the same for all examples")
    }
    guard input.shape[0] == first.shape[0] else {
      throw Mistake(
        "batched", "\(first.label) and \(input.label) differ in their leading axis",
        fix: "all inputs need one row for each example")
    }
  }
  return first.shape[0]
}

/// Rewrites results so that they are computed once for each index of a new leading axis.
///
/// A pure function from graph to graph. Each pair of `replacements` names a tensor of the graph,
/// of shape [...], and what to compute with in its place, of shape [extent, ...]. Results that do
/// not depend on a replaced tensor are repeated. The rules stand beside each operation.
package func batched(
  _ results: [Value], over replacements: [(Value, Value)], extent: Int
) -> [Value] {
  let oldest = replacements.lazy.map(\.0.node.serial).min() ?? .max
  let order = GraphOrder(of: results) { $0.serial < oldest }
  var rewritten = [Value?](repeating: nil, count: order.count)
  let alignments = BatchedInputs.Alignments()
  for (original, replacement) in replacements {
    if let position = order.position(of: original) { rewritten[position] = replacement }
  }
  for (position, node) in order.nodes.enumerated()
  where rewritten[position] == nil && node.serial >= oldest {
    let original = node.inputs.values
    let batchedInputs = original.map { rewritten[order.position(of: $0)!] }
    guard batchedInputs.contains(where: { $0 != nil }) else { continue }
    let inputs = BatchedInputs(
      original: original, values: zip(batchedInputs, original).map { $0 ?? $1 },
      isBatched: batchedInputs.map { $0 != nil }, extent: extent, alignments: alignments,
      transform: { batched([$0], over: $1, extent: extent)[0] })
    rewritten[position] = node.operation.batched(inputs, result: node, extent: extent)
  }
  return results.map { result in
    rewritten[order.position(of: result)!] ?? result.expanded(to: [extent] + result.shape)
  }
}
