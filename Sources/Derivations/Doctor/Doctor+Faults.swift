// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Doctor {
  /// A gradient with a mistake made on purpose.
  struct PlantedFault {
    let fault: GradientFault
    let description: String
    let change: Change

    init(fault: GradientFault, description: String, value: Value) {
      (self.fault, self.description, change) = (fault, description, .whole(value))
    }

    init(fault: GradientFault, description: String, value: Value, insteadOf original: Value) {
      (self.fault, self.description) = (fault, description)
      change = .part(value, insteadOf: original)
    }
  }

  enum Change {
    /// The gradient is this.
    case whole(Value)
    /// It is the true one with one value in its graph exchanged for another of its shape.
    case part(Value, insteadOf: Value)
  }

  /// Mistakes in the graph of the gradient, likely ones first.
  func plantedFaults() -> [PlantedFault] {
    var faults: [PlantedFault] = []
    if truth.rank >= 2 {
      faults.append(
        PlantedFault(
          fault: .transposed, description: "the gradient is transposed",
          value: truth.transposed(Shape((0..<truth.rank).reversed()))))
    }
    faults += summations() + overwritings() + masks() + transpositions() + signs() + divisions()
    return faults
  }

  private func name(_ node: Node) -> String {
    names.entry(of: node).map { names.entries[$0].name } ?? node.operation.name
  }

  /// What each node received, by node.
  private var received: [(input: Node, contributions: [(Node, ReverseStep.Contribution)])] {
    var order: [Node] = [], lists: [UInt64: [(Node, ReverseStep.Contribution)]] = [:]
    for step in steps {
      for contribution in step.contributions {
        if lists[contribution.input.serial] == nil { order.append(contribution.input) }
        lists[contribution.input.serial, default: []].append((step.node, contribution))
      }
    }
    return order.map { ($0, lists[$0.serial]!) }
  }

  /// One contribution where several should be added.
  private func overwritings() -> [PlantedFault] {
    received.filter { $0.contributions.count > 1 }.flatMap { input, contributions in
      // x · x uses x twice, but nobody calls that overwriting.
      let isSquare = contributions.allSatisfy { $0.0 === contributions[0].0 }
      return contributions.reversed().compactMap { user, contribution -> PlantedFault? in
        guard let total = cotangents[input.serial] else { return nil }
        return PlantedFault(
          fault: isSquare ? .missingFactorTwo : .overwritten,
          description: isSquare
            ? "a factor 2 is missing: the derivative of x² is 2 x"
            : "\(name(input)) is used \(contributions.count) times, but only its use in "
              + "\(name(user)) counts: contributions must be added, not overwritten",
          value: contribution.summed, insteadOf: total)
      }
    }
  }

  /// Sums over the batch that are missing or go over another axis.
  private func summations() -> [PlantedFault] {
    let own = received.first { $0.input === w.node }?.contributions ?? []
    guard own.count == 1 else { return [] }
    let (user, contribution) = own[0]
    var faults = stretchedFaults(contribution.stretched)
    if case .contraction(0, 1, 1) = user.operation, user.inputs[1].node === w.node,
      user.inputs[0].rank == 2, w.rank == 2, let g = cotangents[user.serial]
    {
      let a = user.inputs[0]
      faults += outerProducts(a, g)
      if a.shape == g.shape {
        faults.append(
          PlantedFault(
            fault: .wrongAxis,
            description: "summed over the columns instead of the rows of \(name(a.node))",
            value: a.contracted(with: g.swappingLastAxes())))
      }
    }
    return faults
  }

  /// For a tensor that was stretched: other axes, no axes, single rows.
  private func stretchedFaults(_ whole: Value) -> [PlantedFault] {
    let axes = w.shape.stretchedAxes(to: whole.shape)
    guard !axes.isEmpty, whole.rank <= 6 else { return [] }
    let names = axisNames(axes, rank: whole.rank)
    var faults = [
      PlantedFault(
        fault: .missingBatchSum, description: "the sum over the \(names) is missing", value: whole)
    ]
    for mask in 1..<(1 << whole.rank) {
      let other = AxisSet((0..<whole.rank).filter { mask >> $0 & 1 == 1 })
      if other == axes { continue }
      faults.append(
        PlantedFault(
          fault: .wrongAxis,
          description:
            "summed over the \(axisNames(other, rank: whole.rank)) instead of the \(names)",
          value: whole.reduced(.sum, other)))
    }
    if axes.count == 1 {
      let axis = axes.sorted[0]
      faults += rows(whole.shape[axis]).map { row in
        var starts = Shape(repeating: 0, rank: whole.rank), extents = whole.shape
        (starts[axis], extents[axis]) = (row, 1)
        return PlantedFault(
          fault: .missingBatchSum,
          description: "the sum over the \(names) is missing: only number \(row) counts",
          value: whole.sliced(from: starts, extents: extents).reshaped(to: w.shape))
      }
    }
    return faults
  }

  /// What larger products of rows would take is more than finding one mistake is worth:
  /// 128 MiB in Double.
  private static var mostNumbers: Int { 1 << 24 }

  /// For W in a W: the products of single rows, that should be added up.
  private func outerProducts(_ a: Value, _ g: Value) -> [PlantedFault] {
    let (rowCount, n, m) = (a.shape[0], a.shape[1], g.shape[1])
    guard n * m <= Doctor.mostNumbers / Swift.max(rowCount, 1) else { return [] }
    let all = a.reshaped(to: [rowCount, n, 1]) * g.reshaped(to: [rowCount, 1, m])
    let whole = PlantedFault(
      fault: .missingBatchSum, description: "the sum over the rows is missing", value: all)
    return [whole]
      + rows(rowCount).map { row in
        PlantedFault(
          fault: .missingBatchSum,
          description: "the sum over the rows is missing: only row \(row) counts",
          value: all.sliced(from: [row, 0, 0], extents: [1, n, m]).reshaped(to: [n, m]))
      }
  }

  /// Rows worth trying: of many the first and the last one, which a loop that
  /// forgets its sum leaves.
  private func rows(_ count: Int) -> [Int] {
    let few = 16
    return count <= few ? Array(0..<count) : [0, count - 1]
  }
}
