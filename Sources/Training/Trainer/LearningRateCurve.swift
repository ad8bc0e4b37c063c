// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

/// The loss of a training in which each step had a larger learning rate than the one before.
public struct LearningRateCurve: Sendable, Hashable {
  /// The rate of each step.
  public let rates: [Float]
  /// The loss before each step, as it was on its batch.
  public let losses: [Float]
  /// The same, smoothed: a mean in which what lies n steps back counts 0.9^n.
  public let smoothed: [Double]

  /// A curve of the losses at some rates. A mistake if they are not as many.
  public init(
    rates: [Float], losses: [Float], file: StaticString = #fileID, line: UInt = #line
  ) {
    guard rates.count == losses.count else {
      Mistake(
        "LearningRateCurve", "\(rates.count) rates and \(losses.count) losses",
        fix: "give one loss for each rate"
      ).stop(at: CallSite(file, line))
    }
    (self.rates, self.losses) = (rates, losses)
    var mean = SmoothedMean()
    smoothed = losses.map { mean.add($0) }
  }

  /// A rate to train with: where the loss fell most for a given factor of the rate, from the mean
  /// of a tenth of the steps before it to that of as many behind it; nil if it never fell.
  ///
  /// ```swift
  /// let rates: [Float] = [0.001, 0.01, 0.1, 1, 10]
  /// let curve = LearningRateCurve(rates: rates, losses: [2, 2, 0, 0, 9])
  /// print(curve.suggestion!)   // 0.1
  /// ```
  public var suggestion: Float? {
    // The loss of one step says more about its batch than about its rate.
    let width = max(losses.count / 10, 1)
    guard losses.count >= 2 * width else { return nil }
    func mean(_ steps: Range<Int>) -> Double {
      losses[steps].reduce(0) { $0 + Double($1) } / Double(width)
    }
    let falls = (width...losses.count - width).map { place in
      (place: place, fall: mean(place - width..<place) - mean(place..<place + width))
    }
    let steepest = falls.filter { $0.fall > 0 }.max { $0.fall < $1.fall }
    return steepest.map { rates[$0.place] }
  }
}

/// A mean in which what lies n numbers back counts 0.9^n.
private struct SmoothedMean {
  private var sum = 0.0
  private var weight = 0.0

  /// The mean up to a number.
  mutating func add(_ number: Float) -> Double {
    sum = 0.9 * sum + 0.1 * Double(number)
    weight = 0.9 * weight + 0.1
    return sum / weight
  }
}

extension LearningRateCurve: CustomStringConvertible {
  public var description: String {
    let range =
      rates.first.map { "\($0) ... \(rates[rates.count - 1])" }.map { ", rates \($0)" } ?? ""
    return "learning rate curve of \(counted(rates.count, "step"))\(range)"
      + (suggestion.map { ", suggests \($0)" } ?? "")
  }
}

extension Trainer {
  /// Tries learning rates: takes steps whose rates grow from one to the other by a constant factor,
  /// until the loss, smoothed as in the curve, is four times its least value, or is no finite
  /// number.
  ///
  /// Model, optimizer and trainer are afterwards what they were, bit for bit.
  ///
  /// ```swift
  /// let curve = try trainer.findLearningRate(on: Digits.training)
  /// trainer.optimizer.learningRate = curve.suggestion ?? 0.01
  /// ```
  ///
  /// Throws what the source of the batches throws, and a ``TrainingError`` if there
  /// are no examples.
  ///
  /// Source: Smith, "Cyclical learning rates for training neural networks", WACV 2017.
  public func findLearningRate(
    on training: some BatchSource<Target>, from least: Float = 1e-6, to largest: Float = 10,
    steps: Int = 100, batch: Int = 32, seed: UInt64 = 0,
    file: StaticString = #fileID, line: UInt = #line
  ) throws -> LearningRateCurve {
    guard least > 0, least < largest, largest.isFinite, steps >= 2 else {
      Mistake(
        "findLearningRate", "\(steps) steps from \(least) to \(largest)",
        fix: "use 2 steps or more from a rate above 0 to a larger one"
      ).stop(at: CallSite(file, line))
    }
    let before = moment, rules = optimizer.rules, suspended = suspendedWeights
    defer {
      restore(before)
      optimizer.rules = rules
      suspend(suspended)
    }
    let schedule = Schedule.exponential(
      from: least, factor: Double(largest) / Double(least), every: steps - 1)
    let run = Run(seed: seed, batch: BatchOrder(size: batch, file: file, line: line).size)
    var rates: [Float] = [], losses: [Float] = [], epoch = 0
    var mean = SmoothedMean(), leastMean = Double.infinity
    while rates.count < steps {
      epoch += 1
      let order = BatchOrder(size: run.batch, key: run.orderKey(epoch: epoch))
      var reader = try training.batches(in: order), isEmpty = true
      while rates.count < steps, let batch = try reader.next() {
        isEmpty = false
        let rate = schedule.rate(at: rates.count)
        optimizer.learningRate = rate
        let key = run.passKey.folding(in: UInt64(rates.count + 1))
        let loss = step(batch.inputs, batch.targets, key)
        guard loss.isFinite else { return LearningRateCurve(rates: rates, losses: losses) }
        rates.append(rate)
        losses.append(loss)
        let smoothed = mean.add(loss)
        leastMean = min(leastMean, smoothed)
        if smoothed > 4 * leastMean { return LearningRateCurve(rates: rates, losses: losses) }
      }
      if isEmpty { throw TrainingError("there are no training examples") }
    }
    return LearningRateCurve(rates: rates, losses: losses)
  }
}
