// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Synchronization

/// The average of a model's weights over the steps of its training, which is called like the model.
///
/// An optimizer that was told of it, `optimizer.add(average)`, updates it as a part of each of its
/// steps; `update()` does so at other times, after each epoch for instance. The first update takes
/// the weights as they are. What is not trained is taken over, not averaged.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let model: Parameters = ["w": w]
/// let average = WeightAverage(of: model, .equal)
/// let optimizer = Optimizer(SGD(learningRate: 0.25), for: model)
/// optimizer.add(average)
/// for _ in 0..<2 { optimizer.minimize(w.value.squared().sum()) }
/// print(w.value, average.parameters["w"]!.value)   // [1.] [1.5]
/// ```
///
/// It is saved like a model, and a `snapshot()` of it never changes; training goes on from a saved
/// one if its numbers are assigned and ``updateCount`` is set.
public struct WeightAverage<Net: ParameterTree>: ParameterTree {
  /// Which average.
  public enum Kind: Hashable, Sendable {
    /// a ← d a + (1 - d) w: old weights count less and less. The decay d is in 0 ..< 1.
    case exponential(decay: Float)
    /// The mean of all weights since the first update.
    ///
    /// Source: Izmailov et al., "Averaging weights leads to wider optima and better
    /// generalization", UAI 2018.
    case equal
  }

  private let twin: Twin<Net>
  package let state: AverageState

  /// An average that starts with the weights of now. A mistake if a parameter has no numbers yet,
  /// or the decay is not in 0 ..< 1.
  public init(
    of model: Net, _ kind: Kind, file: StaticString = #fileID, line: UInt = #line
  ) {
    var decay: Float?
    if case .exponential(let given) = kind {
      if !(given >= 0 && given < 1) {
        Mistake("WeightAverage", "a decay of \(given)", fix: "use a number in 0 ..< 1")
          .stop(at: CallSite(file, line))
      }
      decay = given
    }
    let tree = model.parameters
    for parameter in tree.distinct where !parameter.isInitialized {
      parameter.withoutNumbers().stop(at: CallSite(file, line))
    }
    twin = Twin(of: model, isFrozen: false)
    state = AverageState(of: tree, in: twin.parameters, decay: decay)
  }

  /// The averages under the model's paths.
  public var parameters: Parameters { twin.parameters }

  /// How often it has been updated. The next update after 0 takes the weights as they are.
  public var updateCount: Int {
    get { state.count }
    nonmutating set { state.count = newValue }
  }

  /// Takes the model's weights of now into the average: the same bits as in a step.
  public func update() { state.update() }

  /// Calls `body` with the model, whose parameters are the averages meanwhile, in this task
  /// and those that it starts: for models that have more functions than one, or another
  /// than layers have.
  public func withModel<Result>(_ body: (Net) throws -> Result) rethrows -> Result {
    try twin.withModel(body)
  }
}

extension WeightAverage: ModelVersion {
  package var original: any ParameterTree { twin.original }
}

extension WeightAverage: Sendable where Net: Sendable {}

extension WeightAverage: Layer where Net: Layer {
  /// What the model gives for x with the averages.
  public func callAsFunction(_ x: Net.Input) -> Net.Output { withModel { $0(x) } }
}

/// What is averaged, and how often it was.
package final class AverageState: Sendable {
  /// A parameter and its average.
  struct Pair {
    let source: Parameter
    let average: Parameter
    let isMean: Bool
  }

  let pairs: [Pair]
  /// Nil for the mean of all.
  private let decay: Float?
  private let counted = Atomic<Int>(0)

  init(of tree: Parameters, in averages: Parameters, decay: Float?) {
    self.decay = decay
    let trained = Set(tree.trained.distinct.map { ObjectIdentifier($0) })
    pairs = zip(tree.distinct, averages.distinct).map {
      Pair(source: $0, average: $1, isMean: trained.contains(ObjectIdentifier($0)))
    }
  }

  /// The averages themselves.
  package var parameters: [Parameter] { pairs.map(\.average) }

  package var count: Int {
    get { counted.load(ordering: .relaxed) }
    set { counted.store(newValue, ordering: .relaxed) }
  }

  func countOne() { counted.add(1, ordering: .relaxed) }

  /// How much of the next average the weights are; the rest is what it was.
  var nextShare: Double {
    let count = count
    if count == 0 { return 1 }
    if let decay { return 1 - Double(decay) }
    return 1 / Double(count + 1)
  }

  /// The next average, given its two numbers.
  static func next(
    _ average: Tensor<Float>, _ weights: Tensor<Float>, kept: Tensor<Float>, share: Tensor<Float>
  ) -> Tensor<Float> {
    kept * average + share * weights
  }

  func update() {
    Recording.refuseReading()
    let weights = Parameter.values(of: pairs.map(\.source))
    let averages = Parameter.values(of: pairs.map(\.average))
    let number = nextShare
    let kept = Tensor<Float>(Value.scalar(1 - number, .float))
    let share = Tensor<Float>(Value.scalar(number, .float))
    let new = pairs.indices.map { index in
      pairs[index].isMean
        ? AverageState.next(averages[index], weights[index], kept: kept, share: share)
        : weights[index]
    }
    evaluate(new)
    Parameter.setValues(of: pairs.map(\.average), to: new)
    countOne()
  }
}
