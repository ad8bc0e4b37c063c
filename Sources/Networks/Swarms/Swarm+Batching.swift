// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension Swarm {
  /// A function of one network and of its part of each tensor, for all networks at once.
  ///
  /// y[k, ...] = function(network k, x[k, ...]). x: [K, ...], which the function sees without that
  /// axis; result [K, ...]. What the function uses besides is the same for all networks.
  /// Derivatives go through it. In a training pass network k draws what it draws alone in a pass
  /// with the key `key.folding(in: seeds[k])`. A mistake if x has no part for each network.
  ///
  /// ```swift
  /// let swarm = Swarm(2) { Linear(1, 1, initialization: .constant(2)) }
  /// let x: Tensor<Float> = [[[1], [2]], [[3], [4]]]   // two rows for each of two networks
  /// print(swarm.batched(over: x) { net, x in net(x).sum() })   // [ 6. 14.]
  /// ```
  public func batched<each Input: TensorScalar, Output: TensorScalar>(
    over input: repeat Tensor<each Input>, file: StaticString = #fileID, line: UInt = #line,
    _ function: (Net, repeat Tensor<each Input>) -> Tensor<Output>
  ) -> Tensor<Output> {
    var inputs: [Value] = []
    repeat inputs.append((each input).value)
    let result = batched(over: inputs, at: CallSite(file, line)) { net, examples in
      var next = examples.makeIterator()
      func typed<T>(_ input: Tensor<T>) -> Tensor<T> { Tensor(next.next()!) }
      return function(net, repeat typed(each input)).value
    }
    return Tensor(result)
  }

  /// A function of one network alone, for all networks at once: see the form with tensors.
  ///
  /// ```swift
  /// let swarm = Swarm(2) { Linear(1, 1, initialization: .constant(2)) }
  /// print(swarm.batched { net in net([[3]]) })
  /// // [[[6.]]
  /// //
  /// //  [[6.]]]
  /// ```
  public func batched<Output: TensorScalar>(
    file: StaticString = #fileID, line: UInt = #line, _ function: (Net) -> Tensor<Output>
  ) -> Tensor<Output> {
    Tensor(batched(over: [], at: CallSite(file, line)) { net, _ in function(net).value })
  }

  private func batched(
    over inputs: [Value], at site: CallSite, _ function: (Net, [Value]) -> Value
  ) -> Value {
    for input in inputs where input.rank == 0 || input.shape[0] != count {
      Mistake(
        "Swarm.batched", "\(input.label) has no part for each of \(counted(count, "network"))",
        fix: "give [\(count), ...], or let the function capture what is the same for all"
      ).stop(at: site)
    }
    // What stands for one network: its parameters, its part of each tensor, the halves of its seed.
    var pairs: [(Value, Value)] = [], slots: [UInt64: LeafSlot] = [:]
    for (parameter, all) in zip(one.parameters.distinct, parameters.distinct) {
      let own = parameter.slot.number
      let standIn = Value(
        .creation(.data(heldBy: own)), elementType: .float, shape: parameter.shape)
      pairs.append((standIn, all.value.value))
      slots[own] = LeafSlot(standIn: standIn, for: all.slot.current)
    }
    let examples = inputs.map {
      Value.placeholder(Shape($0.shape.dropFirst()), $0.elementType)
    }
    pairs += zip(examples, inputs)
    let seed = [UInt64(32), 0].map { shift in
      let halves = Tensor<Int32>(seeds.map { Int32(truncatingIfNeeded: $0 >> shift) })
      let standIn = Value.placeholder([], .int32)
      pairs.append((standIn, halves.value))
      return standIn
    }
    let result = Pass.$current.withValue(Pass.current.forEach(seed: seed)) {
      Substitution(slots).within { function(one, examples) }
    }
    return PullbackTensors.batched([result], over: pairs, extent: count)[0]
  }
}

extension Swarm where Net: Layer {
  /// What each network gives for rows of its own. x: [K, n, ...], y: [K, n, ...].
  public func callAsFunction<Input, Output>(
    _ x: Tensor<Input>, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor<Output> where Net.Input == Tensor<Input>, Net.Output == Tensor<Output> {
    batched(over: x, file: file, line: line) { net, x in net(x) }
  }

  /// What each network gives for the same rows. x: [n, ...], y: [K, n, ...].
  ///
  /// ```swift
  /// let swarm = Swarm(seeds: [1, 2]) { Sequential(Linear(3, 8), Tanh(), Linear(8, 1)) }
  /// print(swarm(shared: Tensor<Float>.ones([5, 3])).shape)   // [2, 5, 1]
  /// ```
  public func callAsFunction<Input, Output>(
    shared x: Tensor<Input>, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor<Output> where Net.Input == Tensor<Input>, Net.Output == Tensor<Output> {
    batched(file: file, line: line) { net in net(x) }
  }
}
