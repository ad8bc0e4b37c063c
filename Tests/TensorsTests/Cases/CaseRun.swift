// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport

/// A case run on tensors of one element type.
struct CaseRun<Scalar: TensorScalar> {
  let example: PeerCase
  let entry: CaseTable<Scalar>.Entry
  private let inputTypes: [ElementType]

  init?(_ example: PeerCase, in table: CaseTable<Scalar>) {
    guard let entry = table.entries[example.name] else { return nil }
    self.example = example
    self.entry = entry
    inputTypes = example.inputs.map { $0.type ?? Scalar.elementType }
  }

  /// The inputs as leaves.
  var leaves: [Value] { leaves(example.inputs.map(\.numbers)) }

  func leaves(_ numbers: [[Double]]) -> [Value] {
    example.inputs.indices.map { .leaf(example.inputs[$0].shape, numbers[$0], inputTypes[$0]) }
  }

  /// The inputs as views, all of one kind.
  func views(_ view: CaseView) -> [Value] {
    example.inputs.indices.map {
      view.value(example.inputs[$0].shape, example.inputs[$0].numbers, inputTypes[$0])
    }
  }

  /// The results, then the gradients with respect to the inputs that have them.
  func values(of inputs: [Value]) -> [Value] {
    let results = entry.function(CaseInputs(values: inputs, arguments: example.arguments))
    let targets = example.differentiated.map { inputs[$0] }
    var gradients = [Value?](repeating: nil, count: targets.count)
    for result in results where result.elementType.isFloatingPoint && !targets.isEmpty {
      let weights = PeerCase.weights(result.shape, result.elementType)
      let found = pullback(of: result, cotangent: weights, withRespectTo: targets)
      for (place, gradient) in found.enumerated() {
        gradients[place] = [gradients[place], gradient].compactMap(\.self).reduced
      }
    }
    return results
      + zip(gradients, targets).map { $0 ?? Value.full($1.shape, 0, $1.elementType) }
  }

  /// The numbers of all values, computed together.
  func numbers(_ values: [Value]) -> [[Double]] {
    evaluate(values)
    return values.map(\.numbers)
  }

  /// What is not as the peers have it, in words.
  func mismatches() -> [String] {
    let values = values(of: leaves), count = example.results.count
    guard values.count == count + example.differentiated.count else {
      return ["\(values.count - example.differentiated.count) results, expected \(count)"]
    }
    let numbers = numbers(values)
    let largest = example.inputs.filter { $0.type == nil }.flatMap(\.numbers).largestFinite
    var mismatches: [String] = []
    func compare(
      _ what: String, _ place: Int, _ shape: Shape, _ expected: [Double],
      _ tolerance: CaseTolerance
    ) {
      let value = values[place]
      if value.shape != shape {
        mismatches.append("\(what) has shape \(value.shape), expected \(shape)")
        return
      }
      let kept = PeerCase.kept(shape.elementCount).map { numbers[place][$0] }
      let found = tolerance.mismatch(kept, expected, value.elementType, largest: largest)
      if let found { mismatches.append("\(what): \(found)") }
    }
    for (place, result) in example.results.enumerated() {
      if values[place].elementType != result.type ?? Scalar.elementType {
        mismatches.append("result \(place) is of \(values[place].elementType.name)")
      }
      compare("result \(place)", place, result.shape, result.numbers, entry.tolerance)
    }
    for (place, input) in example.differentiated.enumerated() {
      compare(
        "gradient of input \(input)", count + place, example.inputs[input].shape,
        example.gradients[place], entry.gradientTolerance)
    }
    return mismatches
  }

  /// What a batch of examples does not have as each example has it alone, in words: the inputs and
  /// the same numbers in other orders, stacked for the inputs that the number chooses.
  func mismatchOfBatch(_ number: Int) -> String? {
    let inputs = example.inputs.map(\.numbers)
    guard !inputs.isEmpty else { return nil }
    let mask = 1 + number % (1 << Swift.min(inputs.count, 3) - 1)
    let isBatched = inputs.indices.map { mask >> Swift.min($0, 2) & 1 == 1 }
    let examples = (0..<3).map { turn in
      leaves(zip(inputs, isBatched).map { $1 ? $0.rotated(by: turn) : $0 })
    }
    let originals = leaves, results = values(of: originals)
    let replaced = inputs.indices.filter { isBatched[$0] }.map { place in
      (originals[place], Value.stacked(examples.map { $0[place] }).copied)
    }
    let batches = numbers(batched(results, over: replaced, extent: 3))
    let alone = examples.map { numbers(values(of: $0)) }
    for (place, batch) in batches.enumerated() {
      let expected = alone.flatMap { $0[place] }, isValue = place < example.results.count
      // Gradients of a batch may be summed in another order.
      let tolerance = isValue ? CaseTolerance.exact : .sum(16)
      let found = tolerance.mismatch(
        batch, expected, results[place].elementType, largest: inputs.joined().largestFinite)
      if let found {
        return "\(isValue ? "result" : "gradient") of a batch of \(isBatched): \(found)"
      }
    }
    return nil
  }

  /// Whether views of the inputs give the bits that the inputs give.
  func differsThrough(_ view: CaseView) -> Bool {
    let plain = numbers(values(of: leaves)), viewed = numbers(values(of: views(view)))
    return plain.count != viewed.count || !zip(plain, viewed).allSatisfy(areSame)
  }
}

extension Sequence<Double> {
  /// The largest size of a finite number.
  fileprivate var largestFinite: Double { lazy.map { abs($0) }.filter(\.isFinite).max() ?? 0 }
}

extension [Double] {
  fileprivate func rotated(by count: Int) -> [Double] {
    isEmpty ? self : indices.map { self[($0 + count) % self.count] }
  }
}

extension Value {
  /// A leaf with the same numbers.
  fileprivate var copied: Value { .leaf(shape, numbers, elementType) }
}

extension [Value] {
  /// Their sum, nil for none.
  fileprivate var reduced: Value? { first.map { dropFirst().reduce($0) { $0 + $1 } } }
}
