// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The direction of L-BFGS: the gradient times an inverse Hessian that is made of the last moves.
///
/// Source: Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 1980;
/// Nocedal, Wright, "Numerical optimization", 2006, algorithm 7.4.
struct Descent {
  /// A move s of the parameters and the change y of the gradient by it.
  private struct Pair {
    let move: [Tensor<Float>]
    let change: [Tensor<Float>]
    /// 1 / s·y.
    let weight: Float
    /// s·y / y·y.
    let scale: Float
  }

  private let shapes: [Shape]
  private let mostPairs: Int
  private var pairs: [Pair] = []
  /// By the number of pairs.
  private var directions: [Int: WrittenFunction] = [:]
  private let pair: WrittenFunction
  private let steepest: WrittenFunction
  private let step: WrittenFunction
  private let slope: WrittenFunction

  init(_ shapes: [Shape], history: Int) {
    self.shapes = shapes
    mostPairs = history
    let count = shapes.count
    pair = WrittenFunction(of: shapes + shapes + shapes + shapes) { given in
      let s = (0..<count).map { given[$0] - given[count + $0] }
      let y = (0..<count).map { given[2 * count + $0] - given[3 * count + $0] }
      return s + y + [dot(s[...], y[...]), dot(y[...], y[...]), dot(s[...], s[...])]
    }
    steepest = WrittenFunction(of: shapes + [[1]]) { given in
      given[..<count].map { -$0 / given[count].reshaped(to: []) }
    }
    step = WrittenFunction(of: shapes + shapes + [[1]]) { given in
      (0..<count).map { given[$0] + given[2 * count].reshaped(to: []) * given[count + $0] }
    }
    slope = WrittenFunction(of: shapes + shapes) { given in
      [dot(given[..<count], given[count...])]
    }
  }

  var isSteepest: Bool { pairs.isEmpty }

  mutating func forget() { pairs = [] }

  /// Takes a move from one point to another into account, if the loss curves upwards along it.
  mutating func note(from old: TrialLoss.Point, to new: TrialLoss.Point) {
    let made = pair(new.numbers + old.numbers + new.gradients + old.gradients)
    let count = shapes.count
    let sy = made[2 * count].scalars[0], yy = made[2 * count + 1].scalars[0]
    let ss = made[2 * count + 2].scalars[0]
    guard sy > .ulpOfOne * (ss * yy).squareRoot(), (1 / sy).isFinite, (sy / yy).isFinite else {
      return
    }
    if pairs.count == mostPairs { pairs.removeFirst() }
    pairs.append(
      Pair(
        move: Array(made[..<count]), change: Array(made[count..<2 * count]), weight: 1 / sy,
        scale: sy / yy))
  }

  /// Where to go from a point; without moves to learn from, downhill, with 1 as the
  /// largest component.
  mutating func direction(at point: TrialLoss.Point) -> [Tensor<Float>] {
    guard let last = pairs.last else {
      return steepest(point.gradients + [Tensor([Float(point.steepness)])])
    }
    let function = directions[pairs.count] ?? directionOf(pairs.count)
    directions[pairs.count] = function
    return function(
      point.gradients + pairs.flatMap { $0.move + $0.change }
        + [Tensor(pairs.map(\.weight) + [last.scale])])
  }

  /// How steep the loss is along a direction.
  func slope(_ gradients: [Tensor<Float>], _ direction: [Tensor<Float>]) -> Double {
    Double(slope(gradients + direction)[0].scalars[0])
  }

  /// Numbers some way along a direction.
  func moved(
    _ numbers: [Tensor<Float>], _ direction: [Tensor<Float>], by size: Double
  ) -> [Tensor<Float>] {
    step(numbers + direction + [Tensor([Float(size)])])
  }

  /// The two loops over the pairs: the newest first, then the oldest.
  private func directionOf(_ pairCount: Int) -> WrittenFunction {
    let count = shapes.count
    let vectors = (0..<1 + 2 * pairCount).flatMap { _ in shapes }
    return WrittenFunction(of: vectors + [[pairCount + 1]]) { given in
      func vector(_ number: Int) -> ArraySlice<Tensor<Float>> {
        given[number * count..<(number + 1) * count]
      }
      let weights = given[vectors.count]
      var way = Array(vector(0)), shares: [Tensor<Float>] = []
      for pair in (0..<pairCount).reversed() {
        let share = weights[pair] * dot(vector(1 + 2 * pair), way[...])
        way = zip(way, vector(2 + 2 * pair)).map { $0 - share.reshaped(to: []) * $1 }
        shares.append(share)
      }
      way = way.map { weights[pairCount] * $0 }
      for pair in 0..<pairCount {
        let other = weights[pair] * dot(vector(2 + 2 * pair), way[...])
        let share = (shares.removeLast() - other).reshaped(to: [])
        way = zip(way, vector(1 + 2 * pair)).map { $0 + share * $1 }
      }
      return way.map { -$0 }
    }
  }
}

/// The sum of all products, as a tensor of shape [1].
private func dot(
  _ left: ArraySlice<Tensor<Float>>, _ right: ArraySlice<Tensor<Float>>
) -> Tensor<Float> {
  zip(left, right).map { ($0 * $1).sum() }.reduce(Tensor([0]), +)
}
