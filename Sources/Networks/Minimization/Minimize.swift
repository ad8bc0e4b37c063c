// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Changes parameters so that a loss is as small as it gets nearby, by L-BFGS with a line search
/// that meets the strong Wolfe conditions: for losses over all examples at once, of which it needs
/// far fewer evaluations than an ``Optimizer`` takes steps.
///
/// The loss is written down once, at the first call of `loss`, and replayed; random keys in it stay
/// the same. Each iteration ends by giving all parameters that are trained new numbers at once;
/// while a line is searched they keep the old ones. The loss never ends larger than it began; where
/// it is not finite on the way, the search turns back. What has no numbers yet is initialised with
/// seed 0. A mistake if the loss depends on none of the parameters, is not a scalar or a number of
/// the settings cannot be.
///
/// Source: Liu, Nocedal, "On the limited memory BFGS method for large scale optimization", Math.
/// Programming 1989; the line search: Nocedal, Wright, "Numerical optimization", 2006, section 3.5.
///
/// ```swift
/// let point = Parameter(value: [-1, 2])
/// let minimum = minimize(point) {
///   let x = point.value[0], y = point.value[1]
///   return (1 - x).squared() + 100 * (y - x.squared()).squared()
/// }
/// print(minimum.reason)   // the gradient is within its tolerance
/// print(point.value.isClose(to: [1, 1], absoluteTolerance: 1e-4))   // true
/// ```
///
/// - Parameters:
///   - tree: the parameters: a model, a part of one, a parameter.
///   - iterations: how often the parameters are changed at most.
///   - history: the moves that are remembered to tell how the loss curves.
///   - gradientTolerance: it ends where no component of the gradient is larger.
///   - lossTolerance: it ends after an iteration that changed the loss by a smaller share.
///   - loss: reads the model and gives the loss, as a scalar.
@discardableResult
public func minimize(
  _ tree: some ParameterTree, iterations: Int = 100, history: Int = 10,
  gradientTolerance: Float = 1e-5, lossTolerance: Float = 0,
  file: StaticString = #fileID, line: UInt = #line, _ loss: () -> Tensor<Float>
) -> Minimum {
  let site = CallSite(file, line)
  func check(_ isRight: Bool, _ problem: String, _ fix: String) {
    if !isRight { Mistake("minimize", problem, fix: fix).stop(at: site) }
  }
  check(iterations >= 0, "\(iterations) iterations", "use 0 or more")
  check(history >= 1, "a history of \(history)", "use 1 or more")
  for tolerance in [gradientTolerance, lossTolerance] {
    check(tolerance >= 0, "a tolerance of \(tolerance)", "use 0 or more")
  }
  Recording.refuseReading()
  tree.parameters.initializeMissing()
  let parameters = tree.parameters.trained.distinct
  var minimization = Minimization(parameters, history, TrialLoss(of: parameters, at: site, loss))
  return minimization.run(
    iterations, gradientTolerance: Double(gradientTolerance), lossTolerance: Double(lossTolerance))
}

/// The way to a minimum.
private struct Minimization {
  private let parameters: [Parameter]
  private let loss: TrialLoss
  private var descent: Descent
  private var point: TrialLoss.Point
  /// The loss at the start.
  private let ceiling: Double
  private var evaluations = 1

  init(_ parameters: [Parameter], _ history: Int, _ loss: TrialLoss) {
    self.parameters = parameters
    self.loss = loss
    descent = Descent(loss.shapes, history: history)
    point = loss(Parameter.values(of: parameters))
    ceiling = point.loss
  }

  mutating func run(
    _ mostIterations: Int, gradientTolerance: Double, lossTolerance: Double
  ) -> Minimum {
    var iterations = 0, flattest = point.steepness, smallest = point.loss, stays = 0
    var change = Double.infinity
    while true {
      let reason: Minimum.Reason? =
        if !point.isFinite {
          .startIsNotFinite
        } else if point.steepness <= gradientTolerance {
          .gradientIsSmall
        } else if change < lossTolerance || stays == 5 {
          .lossStays
        } else if iterations == mostIterations {
          .iterationsUsedUp
        } else {
          nil
        }
      if let reason { return minimum(iterations, reason) }
      guard let next = next() else { return minimum(iterations, .noSmallerLoss) }
      let size = max(abs(next.loss), abs(point.loss))
      change = size == 0 ? 0 : abs(next.loss - point.loss) / size
      stays = next.loss < smallest || next.steepness < flattest ? 0 : stays + 1
      (smallest, flattest) = (min(smallest, next.loss), min(flattest, next.steepness))
      descent.note(from: point, to: next)
      point = next
      Parameter.setValues(of: parameters, to: next.numbers)
      iterations += 1
    }
  }

  /// The next point on the way, found without what was learnt if it leads nowhere; nil
  /// if there is none.
  private mutating func next() -> TrialLoss.Point? {
    while true {
      if let next = search(along: descent.direction(at: point)) { return next }
      if descent.isSteepest { return nil }
      descent.forget()
    }
  }

  private mutating func search(along direction: [Tensor<Float>]) -> TrialLoss.Point? {
    let slope = descent.slope(point.gradients, direction)
    guard slope < 0, slope.isFinite else { return nil }
    var count = 0
    let search = LineSearch<TrialLoss.Point>(
      start: .init(size: 0, loss: point.loss, slope: slope, payload: nil), ceiling: ceiling
    ) { [loss, descent, point] size in
      count += 1
      let trial = loss(descent.moved(point.numbers, direction, by: size))
      let slope = trial.isFinite ? descent.slope(trial.gradients, direction) : .nan
      return .init(size: size, loss: trial.loss, slope: slope, payload: trial)
    }
    // Downhill for the first time, the way is as long as the gradient, 1 at most.
    let length = (-slope * point.steepness).squareRoot()
    let found = search.find(
      first: descent.isSteepest ? point.steepness * min(1, 1 / length) : 1)
    evaluations += count
    return found?.payload
  }

  private func minimum(_ iterations: Int, _ reason: Minimum.Reason) -> Minimum {
    Minimum(
      loss: Float(point.loss), gradientNorm: Float(point.steepness), iterations: iterations,
      evaluations: evaluations, reason: reason)
  }
}
