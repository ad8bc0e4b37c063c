// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// What a step writes down.
extension StepPrograms {
  /// The update of each parameter that the loss depends on, and of its state.
  ///
  /// - Parameters:
  ///   - leaves: what the slots hold, or what stands for it.
  ///   - firstScalar: the number that replays know the first scalar by.
  ///   - renewals: new values of what layers keep beside what is trained.
  func replacements(
    for loss: Value, _ leaves: [Value], scalarsFrom firstScalar: Int, _ renewals: [Replacement],
    isRecorded: Bool, at site: CallSite?
  ) -> [Replacement] {
    if parameters.isEmpty {
      let mistake =
        tree.distinct.isEmpty
        ? Mistake(
          "minimize", "the optimizer has no parameters",
          fix: "list the model's layers and parameters in its `parameters`")
        : Mistake(
          "minimize", "all parameters are frozen",
          fix: "thaw some of them, or compute the loss alone")
      mistake.stop(at: site)
    }
    let found = gradientsIfReached(
      of: loss, withRespectTo: firstSlots.map { leaves[$0] }, at: site, ofNetworks: networks > 0)
    if found.allSatisfy({ $0 == nil }) {
      Mistake(
        "minimize",
        "the loss \(loss.label) depends on no current value of any of the "
          + "\(parameters.count) parameters"
          + (parameters.count < tree.distinct.count ? " that are not frozen" : ""),
        fix: isRecorded
          ? "read the model inside the recorded function"
          : "compute the loss from the model after the last step"
      ).stop(at: site)
    }
    for number in found.indices where found[number] == nil {
      refuseFormerValue(of: number, in: loss, isRecorded: isRecorded, at: site)
    }
    return self.replacements(by: found, leaves, scalarsFrom: firstScalar, renewals)
  }

  /// The same by gradients.
  func replacements(
    by gradients: [Value?], _ leaves: [Value], scalarsFrom firstScalar: Int,
    _ renewals: [Replacement]
  ) -> [Replacement] {
    let scalars = (0..<scalarCount).map {
      let scalar = Operation.creation(.scalar(0, argument: firstScalar + $0))
      return Tensor<Float>(Value(scalar, elementType: .float, shape: []))
    }
    return replacements(by: gradients, leaves, scalars, renewals)
  }

  /// The update of each parameter that has a gradient, of its state and of averages: of one
  /// network, or of one of a swarm for all of them.
  func replacements(
    by gradients: [Value?], _ leaves: [Value], _ scalars: [Tensor<Float>],
    _ renewals: [Replacement] = []
  ) -> [Replacement] {
    if networks == 0 { return replacementsOfOne(by: gradients, leaves, scalars, renewals) }
    var pairs: [(one: Value, all: Value)] = []
    func one(_ all: Value) -> Value {
      let standIn = Value(
        .creation(.data(heldBy: all.node.holder)), elementType: all.elementType,
        shape: Shape(all.shape.dropFirst()))
      pairs.append((standIn, all))
      return standIn
    }
    let ownScalars =
      networkNumbers == nil
      ? scalars
      : scalars.indices.map { index in
        index < scalarCount - form.scalarCount
          ? Tensor(one(Tensor<Float>(leaves.last!)[index].value)) : scalars[index]
      }
    let ownLeaves = (networkNumbers == nil ? leaves[...] : leaves.dropLast()).map(one)
    let written = replacementsOfOne(
      by: gradients.map { $0.map(one) }, ownLeaves, ownScalars,
      renewals.map {
        Replacement(slot: $0.slot, number: $0.number, leaf: one($0.leaf), update: one($0.update))
      })
    let updates = batched(written.map(\.update), over: pairs, extent: networks)
    return zip(written, updates).map { written, update in
      let leaf = pairs.first { $0.one.node === written.leaf.node }!.all
      return Replacement(slot: written.slot, number: written.number, leaf: leaf, update: update)
    }
  }

  private func replacementsOfOne(
    by gradients: [Value?], _ leaves: [Value], _ scalars: [Tensor<Float>],
    _ renewals: [Replacement]
  ) -> [Replacement] {
    var others = scalars[(scalarCount - form.scalarCount)...]
    var found = gradients.map { $0.map { Tensor<Float>($0) } }, kept: [Replacement] = []
    switch form.sums {
    case .none: break
    case .added:
      return renewals
        + found.enumerated().compactMap { number, gradient in
          gradient.map {
            replacement(of: sum(number), by: Tensor(leaves[sum(number)]) + $0, leaves)
          }
        }
    case .ended(let reached):
      let share = others.removeFirst(), reached = Set(reached.map(\.number))
      for number in found.indices where reached.contains(number) || found[number] != nil {
        let sum = sum(number), before = Tensor<Float>(leaves[sum])
        found[number] = (found[number].map { before + $0 } ?? before) * share
        if reached.contains(number) {
          kept.append(replacement(of: sum, by: .zeros(before.shape), leaves))
        }
      }
    }
    if let clipping = form.clipping {
      found = clipping.clipped(found, to: others.removeFirst())
    }
    var current = leaves
    for (number, gradient) in found.enumerated() {
      guard let gradient else { continue }
      let first = firstSlots[number]
      let own = first...first + ruleStateCount(number)
      let new = update(number, own.map { Tensor(leaves[$0]) }, gradient, scalars)
      current[first] = new[0].value
      for (slot, new) in zip(own, new) {
        // What the rule leaves as it is stays where it is.
        if new.value.node === leaves[slot].node { continue }
        kept.append(
          replacement(of: slot, by: new, leaves, number: slot == first ? number : nil))
      }
    }
    for renewal in renewals {
      if let place = slots.firstIndex(where: { $0 === renewal.slot }) {
        current[place] = renewal.update
      }
    }
    return kept + renewals + averages(of: current, leaves, Array(others))
  }

  /// - Parameter current: what the slots hold after the step.
  private func averages(
    of current: [Value], _ leaves: [Value], _ scalars: [Tensor<Float>]
  ) -> [Replacement] {
    zip(form.averages, averageSlots).map { averaged, slots in
      let weights = Tensor<Float>(current[slots.source])
      let new =
        averaged.isMean
        ? AverageState.next(
          Tensor(leaves[slots.average]), weights, kept: scalars[averaged.firstScalar],
          share: scalars[averaged.firstScalar + 1])
        : weights
      return replacement(of: slots.average, by: new, leaves)
    }
  }

  private func replacement(
    of slot: Int, by new: Tensor<Float>, _ leaves: [Value], number: Int? = nil
  ) -> Replacement {
    Replacement(slot: slots[slot], number: number, leaf: leaves[slot], update: new.value)
  }

  /// How many tensors the rule keeps for a parameter.
  private func ruleStateCount(_ number: Int) -> Int {
    state[number].count - (form.sums == .none ? 0 : 1)
  }

  /// Where the sum of a parameter's gradients is.
  private func sum(_ number: Int) -> Int { firstSlots[number] + state[number].count }

  /// Stops if a loss that does not reach a parameter as it is now reaches it as it was before: the
  /// parameter would be left out silently.
  private func refuseFormerValue(
    of number: Int, in loss: Value, isRecorded: Bool, at site: CallSite?
  ) {
    let parameter = parameters[number]
    let former = GraphOrder(of: [loss]) { $0.isDetached }.nodes.filter {
      $0.holder == parameter.slot.number
    }
    if former.isEmpty { return }
    // An ended history is a number like any other here: the loss's own gradient has been taken.
    let found = pullback(
      of: loss, cotangent: .constant(1, loss.elementType), withRespectTo: former.map { Value($0) },
      refusingEnds: false)
    guard found.contains(where: { $0 != nil }) else { return }
    let path = tree.first { $0.parameter === parameter }!.path
    Mistake(
      "minimize",
      isRecorded
        ? "the loss reaches \(path) only through a tensor from outside the recorded function"
        : "the loss reaches \(path) only through a value from before it was last changed",
      fix: isRecorded
        ? "read the model inside the recorded function"
        : "compute the loss from the model after the last step"
    ).stop(at: site)
  }
}
