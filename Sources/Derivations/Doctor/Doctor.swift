// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Knows the true gradient and how it comes about, and compares others with it.
struct Doctor {
  let loss: Value
  let w: Value
  let truth: Value
  /// The steps of the reverse walk that made it.
  let steps: [ReverseStep]
  /// The cotangents of all nodes on the way, by their serial numbers.
  let cotangents: [UInt64: Value]
  let names: ForwardReading
  private let leaves: [(Value, Value)]

  /// Relative to the largest element: what rounding explains.
  private static func tolerance(_ type: ElementType) -> Double { type == .double ? 1e-8 : 1e-4 }

  init(of loss: Value, withRespectTo w: Value, at site: CallSite) {
    self.loss = loss
    self.w = w
    var steps: [ReverseStep] = []
    let found = gradientsIfReached(of: loss, withRespectTo: [w], at: site) { steps.append($0) }
    truth = found[0] ?? Value.full(w.shape, 0, w.elementType)
    self.steps = steps
    cotangents = Dictionary(
      steps.map { ($0.node.serial, $0.cotangent) }, uniquingKeysWith: { first, _ in first })
    names = ForwardReading(of: loss, targets: [w], titles: [])
    leaves = names.entries.filter { $0.formula == nil && $0.value.elementType == .float }
      .map { ($0.value, $0.value.converted(to: .double)) }
    evaluate(leaves.map(\.1))
  }

  func diagnosis(of given: Value) -> Diagnosis {
    let mine = Array(given.doubles), right = numbers(of: [truth])[0]
    let tolerance = Doctor.tolerance(given.elementType)
    func fits(_ x: [Double], _ y: [Double]) -> Bool { Doctor.areClose(x, y, tolerance) }
    let noise = noise(given.elementType, right)
    if given.shape == truth.shape, fits(mine, right) || areWithin(noise, mine, right) {
      return Diagnosis(findings: [], worst: nil)
    }
    var findings: [Diagnosis.Finding] = []
    func add(_ finding: Diagnosis.Finding) {
      if !findings.contains(where: { $0.faults == finding.faults }) { findings.append(finding) }
    }
    let shape = given.shape.filter { $0 != 1 }
    if shape == truth.shape.filter({ $0 != 1 }) {
      if given.shape == truth.shape {
        // Of a gradient that is 0 but for rounding nothing is a multiple.
        let isZero = areWithin(noise, right, right.map { _ in 0 })
        if !isZero { for finding in scalings(mine, right, tolerance) { add(finding) } }
      } else if fits(mine, right) || areWithin(noise, mine, right) {
        return Diagnosis(findings: [dimensionFinding(given.shape)], worst: nil)
      }
    }
    let candidates = plantedFaults().filter { fault in
      fault.shape(of: truth).filter { $0 != 1 } == shape
    }
    for fault in screened(candidates, mine, right, tolerance)
    where !findings.contains(where: { $0.faults == [fault.fault] }) {
      let numbers = numbers(with: fault.change)
      // A mistake that changes nothing explains nothing.
      if fits(mine, numbers), fault.shape(of: truth) != truth.shape || !fits(right, numbers) {
        add(.init(faults: [fault.fault], description: fault.description))
      }
    }
    let worst = given.shape == truth.shape ? worst(mine, right) : nil
    if findings.isEmpty { findings = [unknown(given.shape)] }
    // A factor that nothing explains is the last resort.
    let isUnexplained = { (finding: Diagnosis.Finding) in
      if case .scaled = finding.faults[0] { true } else { false }
    }
    return Diagnosis(
      findings: findings.filter { !isUnexplained($0) } + findings.filter(isUnexplained),
      worst: worst)
  }

  /// Values of the gradient's graph, written down once more in Double.
  func inDouble(_ values: [Value]) -> Rewriting {
    Rewriting(of: values, replacing: leaves, writing: Rewriting.inDouble)
  }

  /// The numbers of values of the gradient's graph, in Double.
  private func numbers(of values: [Value]) -> [[Double]] {
    let rewriting = inDouble(values), written = values.map { rewriting[$0]! }
    evaluate(written)
    return written.map(\.doubles)
  }

  /// The numbers of the gradient with a mistake.
  private func numbers(with change: Change) -> [Double] {
    switch change {
    case .whole(let value): numbers(of: [value])[0]
    case .part(let value, let original):
      numbers(of: [Rewriting(of: [truth], replacing: [(original, value)])[truth]!])[0]
    }
  }

  /// |x - y| is small beside the largest |y|.
  private static func areClose(_ x: [Double], _ y: [Double], _ tolerance: Double) -> Bool {
    let size = y.reduce(0) { $1.isFinite ? Swift.max($0, abs($1)) : $0 }
    return x.count == y.count
      && zip(x, y).allSatisfy {
        $0 == $1 || $0.isNaN && $1.isNaN || $1.isFinite && abs($0 - $1) <= tolerance * size
      }
  }

  /// What rounding explains where contributions cancel, and the gradient is smaller than they are:
  /// some units in the last place of their sum without signs, and how far the gradient in its own
  /// type is off.
  private func noise(_ type: ElementType, _ right: [Double]) -> Double {
    let own = steps.flatMap(\.contributions).filter { $0.input === w.node }
    let sizes = numbers(
      of: own.map { $0.stretched.unary(.absolute).summed(to: w.shape) }
    ).map { $0.reduce(0) { $1.isFinite ? Swift.max($0, $1) : $0 } }
    let unit = type == .double ? Double.ulpOfOne : Double(Float.ulpOfOne)
    let rounded = zip(truth.doubles, right).reduce(0) { largest, pair in
      let distance = abs(pair.0 - pair.1)
      return distance.isFinite ? Swift.max(largest, distance) : largest
    }
    return 16 * (unit * sizes.reduce(0, +) + rounded)
  }

  private func areWithin(_ noise: Double, _ x: [Double], _ y: [Double]) -> Bool {
    x.count == y.count && zip(x, y).allSatisfy { $0 == $1 || abs($0 - $1) <= noise }
  }

  private func dimensionFinding(_ given: Shape) -> Diagnosis.Finding {
    if given.rank == truth.rank {
      return .init(
        faults: [.transposed],
        description: "the gradient is transposed: the shape is \(given), that of the tensor "
          + "\(truth.shape)")
    }
    let fault: GradientFault = given.rank < truth.rank ? .droppedDimension : .extraDimension
    let problem =
      given.rank < truth.rank
      ? "a dimension of extent 1 is dropped" : "there is a dimension of extent 1 too many"
    return .init(
      faults: [fault],
      description: "\(problem): the shape is \(given), that of the tensor \(truth.shape)")
  }

  private func unknown(_ given: Shape) -> Diagnosis.Finding {
    .init(
      faults: [.unknown],
      description: given == truth.shape
        ? "none of the usual mistakes gives these numbers"
        : "the shape is \(given), that of the tensor \(truth.shape), and none of the usual "
          + "mistakes gives these numbers")
  }

  private func worst(
    _ mine: [Double], _ right: [Double]
  ) -> (index: [Int], given: Double, right: Double)? {
    func distance(_ place: Int) -> Double {
      let distance = abs(mine[place] - right[place])
      return distance.isNaN ? .infinity : distance
    }
    guard let place = mine.indices.max(by: { distance($0) < distance($1) }) else { return nil }
    var rest = place
    let index = truth.shape.rowMajorStrides.map { stride in
      defer { rest %= Swift.max(stride, 1) }
      return rest / Swift.max(stride, 1)
    }
    return (index, mine[place], right[place])
  }
}
