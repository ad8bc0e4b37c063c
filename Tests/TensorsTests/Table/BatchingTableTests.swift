// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport
import Testing

/// `batched` against a loop over the leading axis, for every operation and every choice of inputs
/// that have it.
@Suite struct BatchingTableTests {
  private static let extent = 3

  @Test("Values", arguments: OperationSample.all)
  func values(_ sample: OperationSample) {
    for choice in sample.choices {
      let batch = SampleBatch(sample, choice, extent: Self.extent)
      let looped = (0..<Self.extent).flatMap { index in
        sample.function(sample.leaves(batch.numbers(at: index))).numbers
      }
      let result = batch.batched { [sample.function($0)] }[0]
      #expect(result.value.shape == [Self.extent] + result.shape)
      #expect(areSame(result.value.numbers, looped))
    }
  }

  @Test("Gradients", arguments: OperationSample.all)
  func gradients(_ sample: OperationSample) {
    for choice in sample.choices {
      let batch = SampleBatch(sample, choice, extent: Self.extent)
      func gradients(_ leaves: [Value]) -> [Value] {
        PullbackTensors.gradients(
          of: OperationSample.loss(sample.function(leaves)),
          withRespectTo: sample.differentiable.map { leaves[$0] })
      }
      let results = batch.batched(gradients)
      for (position, result) in results.enumerated() {
        let looped = (0..<Self.extent).flatMap { index in
          gradients(sample.leaves(batch.numbers(at: index)))[position].numbers
        }
        #expect(result.value.shape == [Self.extent] + result.shape)
        #expect(areClose(result.value.numbers, looped, 1e-13))
      }
    }
  }

  /// The gradient of a batched loss: what many networks at once are trained with.
  @Test("Gradients of what was batched", arguments: OperationSample.all)
  func gradientsOfBatches(_ sample: OperationSample) {
    guard let choice = sample.choices.last else { return }
    let batch = SampleBatch(sample, choice, extent: Self.extent)
    let loss = batch.batched { [OperationSample.loss(sample.function($0))] }[0].value.sum
    let results = PullbackTensors.gradients(
      of: loss, withRespectTo: sample.differentiable.map { batch.stacks[$0] })
    for (position, result) in results.enumerated() {
      let looped = (0..<Self.extent).flatMap { index -> [Double] in
        let leaves = sample.leaves(batch.numbers(at: index))
        return PullbackTensors.gradients(
          of: OperationSample.loss(sample.function(leaves)),
          withRespectTo: [leaves[sample.differentiable[position]]])[0].numbers
      }
      #expect(areClose(result.numbers, looped, 1e-13))
    }
  }

  @Test("Twice, one axis before the other", arguments: OperationSample.all)
  func nested(_ sample: OperationSample) {
    guard let choice = sample.choices.last else { return }
    let inner = SampleBatch(sample, choice, extent: Self.extent)
    let once = inner.batched { [sample.function($0)] }[0].value
    // Each stack is repeated for the outer axis, once negated where signs are free.
    let outer = inner.stacks.map { stack -> Value in
      stack.elementType == .double
        ? Value.stacked([stack, stack * 0.5]) : Value.stacked([stack, stack])
    }
    let twice = batched([once], over: Array(zip(inner.stacks, outer)), extent: 2)[0]
    let halves = sample.function(sample.leaves(inner.numbers(at: 0))).shape.elementCount
    let looped = [1.0, 0.5].flatMap { factor in
      (0..<Self.extent).flatMap { index -> [Double] in
        let numbers = zip(sample.inputs, inner.numbers(at: index)).map { input, numbers in
          input.type == .double ? numbers.map { $0 * factor } : numbers
        }
        return sample.function(sample.leaves(numbers)).numbers
      }
    }
    #expect(twice.shape.elementCount == 2 * Self.extent * halves)
    #expect(areSame(twice.numbers, looped))
  }

  @Test("Leading extents 0 and 1", arguments: OperationSample.all, [0, 1])
  func smallExtents(_ sample: OperationSample, extent: Int) {
    for choice in sample.choices {
      let batch = SampleBatch(sample, choice, extent: extent)
      let looped = (0..<extent).flatMap { index in
        sample.function(sample.leaves(batch.numbers(at: index))).numbers
      }
      let result = batch.batched { [sample.function($0)] }[0]
      #expect(result.value.shape == [extent] + result.shape)
      #expect(areSame(result.value.numbers, looped))
    }
  }
}

extension OperationSample {
  /// Every way to choose which inputs are batched, all of them last.
  fileprivate var choices: [[Bool]] {
    (1..<(1 << inputs.count)).map { mask in inputs.indices.map { mask >> $0 & 1 == 1 } }
  }
}

/// A sample with one more leading axis on some of its inputs.
private struct SampleBatch {
  let sample: OperationSample
  let isBatched: [Bool]
  let extent: Int
  private let base: [[Double]]
  private let variants: [[[Double]]]
  /// The inputs as the function sees them.
  let originals: [Value]
  /// The same with the leading axis, where there is one.
  let stacks: [Value]

  init(_ sample: OperationSample, _ isBatched: [Bool], extent: Int) {
    self.sample = sample
    self.isBatched = isBatched
    self.extent = extent
    let base = sample.numbers(seed: 40)
    let variants = (0..<extent).map { sample.numbers(seed: 41 + UInt64($0)) }
    self.base = base
    self.variants = variants
    let originals = sample.leaves(base)
    self.originals = originals
    stacks = sample.inputs.indices.map { index in
      guard isBatched[index] else { return originals[index] }
      let input = sample.inputs[index]
      return .leaf([extent] + input.shape, variants.flatMap { $0[index] }, input.type)
    }
  }

  /// The inputs' numbers at one place of the leading axis.
  func numbers(at index: Int) -> [[Double]] {
    sample.inputs.indices.map { isBatched[$0] ? variants[index][$0] : base[$0] }
  }

  /// Results of a function with the leading axis, and their shapes without it.
  func batched(_ function: ([Value]) -> [Value]) -> [(value: Value, shape: Shape)] {
    let results = function(originals)
    let replaced = zip(originals, stacks).enumerated().filter { isBatched[$0.offset] }
    let rewritten = PullbackTensors.batched(
      results, over: replaced.map(\.element), extent: extent)
    return zip(rewritten, results).map { ($0, $1.shape) }
  }
}
