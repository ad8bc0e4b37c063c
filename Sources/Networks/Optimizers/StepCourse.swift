// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What an optimizer's steps do beside what its rules say, and where it stands in a round of losses
/// whose gradients are summed.
struct StepCourse {
  var clipping: Clipping?
  /// Parameters that are left as they are.
  var frozen: Set<ObjectIdentifier> = []
  var averages: [AverageState] = []
  /// How many losses a step is taken with.
  var accumulation = 1
  /// Made when they are first needed.
  var sums: GradientSums?
  private(set) var round = Round.none

  /// Where the next loss stands in its round.
  enum Round: Hashable {
    case none, adding
    /// Which parameters had gradients before.
    case ending(reached: [Int])
  }

  /// What decides what is written down.
  struct Key: Hashable {
    let clipping: Clipping.Kind?
    let frozen: Set<ObjectIdentifier>
    let averages: [ObjectIdentifier]
    let round: Round
  }

  /// More courses than that are not remembered.
  static let mostKnown = 16

  var key: Key {
    Key(
      clipping: clipping?.kind, frozen: frozen, averages: averages.map { ObjectIdentifier($0) },
      round: round)
  }

  /// Whether nothing is counted and nothing changes from step to step.
  var isPlain: Bool { sums == nil && averages.isEmpty }

  /// False if gradients are only added.
  var takesStep: Bool { round != .adding }

  /// Finds the place of the next loss; true if it is another than that of the loss before.
  mutating func findRound() -> Bool {
    let former = round, count = sums?.count ?? 0
    if count + 1 < accumulation {
      round = .adding
    } else if count > 0 {
      round = .ending(reached: sums!.reached)
    } else {
      round = .none
    }
    return round != former
  }

  /// Counts the loss.
  func endStep() {
    if round == .adding {
      sums!.addOne()
      return
    }
    sums?.endRound()
    for index in averages.indices { averages[index].countOne() }
  }

  /// The numbers of the next step that are no rule's.
  var numbers: [StepNumber] {
    switch round {
    case .adding: return []
    case .none, .ending:
      let share: [StepNumber] = round == .none ? [] : [.mean(sums!)]
      let limit: [StepNumber] = clipping.map { [.number($0.limit)] } ?? []
      return share + limit + averages.map { .average($0) }
    }
  }

  /// The form of the steps, and the pairs of its averages.
  ///
  /// - Parameter trained: the places of the trained parameters among the optimizer's, and these.
  func form(
    for trained: [(place: Int, parameter: Parameter)]
  ) -> (form: StepForm, averaged: [AverageState.Pair]) {
    var form = StepForm()
    switch round {
    case .none: break
    case .adding:
      form.sums = .added
      return (form, [])
    case .ending(let reached):
      form.sums = .ended(
        reached: trained.indices.filter { reached.contains(trained[$0].place) }.map {
          .init(number: $0, shape: trained[$0].parameter.shape)
        })
    }
    form.clipping = clipping?.kind
    form.averageCount = averages.count
    let numbers = Dictionary(
      uniqueKeysWithValues: trained.enumerated().map {
        (ObjectIdentifier($0.element.parameter), $0.offset)
      })
    for (index, average) in averages.enumerated() {
      form.averages += average.pairs.map {
        StepForm.Averaged(
          number: numbers[ObjectIdentifier($0.source)], shape: $0.source.shape, isMean: $0.isMean,
          firstScalar: 2 * index)
      }
    }
    return (form, averages.flatMap(\.pairs))
  }
}
