// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What a step does beside what its rules say. Steps of other forms share nothing.
struct StepForm: Hashable, Sendable {
  var clipping: Clipping.Kind?
  var sums = Sums.none
  var averages: [Averaged] = []
  /// Of how many averages these are parts.
  var averageCount = 0

  /// What becomes of gradients.
  enum Sums: Hashable {
    /// A step is taken with those of the loss.
    case none
    /// They are added to the sums, and no step is taken.
    case added
    /// A step is taken with their mean and those of the sums, which become zeros. Sums of these
    /// parameters are not zeros.
    case ended(reached: [Reached])
  }

  /// A parameter that an earlier loss of the round reached: the step changes it, whether its own
  /// loss says how large it is or not.
  struct Reached: Hashable {
    /// Its number among the trained ones.
    let number: Int
    let shape: Shape
  }

  /// A parameter whose average is updated.
  struct Averaged: Hashable {
    /// Its number among the trained ones, if it is trained.
    let number: Int?
    let shape: Shape
    /// False if the average is the parameter itself.
    let isMean: Bool
    /// Where the average's numbers for this step stand, counted from the first average's.
    let firstScalar: Int
  }

  /// How many numbers it needs beside those of the rules.
  var scalarCount: Int {
    let share =
      switch sums {
      case .none, .added: 0
      case .ended: 1
      }
    return share + (clipping == nil ? 0 : 1) + 2 * averageCount
  }
}

/// All that decides what is written down for a loss, beside the loss.
struct StepStructure<Rule: UpdateRule>: Hashable {
  let writers: [RuleWriter<Rule>]
  let form: StepForm
  /// How many networks are trained at once, and whether they have numbers of their
  /// own; 0 if it is one.
  let networks: Int
  let areNumbersOwn: Bool
}

/// Where what is written down finds its numbers and averages.
struct StepLayout: Hashable, Sendable {
  /// A number of the structure.
  let structure: UInt64
  /// Of all groups, frozen ones too; those of the form come last.
  let scalarCount: Int
  let averages: [AverageSlots]

  /// The slots of an average and of what it is an average of.
  struct AverageSlots: Hashable {
    let average: Int
    let source: Int
  }
}

/// Numbers of a step that are no rule's.
enum StepNumber {
  /// A limit.
  case number(Float)
  /// One by the number of losses in the round that the step ends.
  case mean(GradientSums)
  /// What is kept of an average, and what a new value gets.
  case average(AverageState)

  /// One or two.
  var numbers: (first: Float, second: Float?) {
    switch self {
    case .number(let number): return (number, nil)
    case .mean(let sums): return (1 / Float(sums.count + 1), nil)
    case .average(let state):
      let share = state.nextShare
      return (Float(1 - share), Float(share))
    }
  }
}
