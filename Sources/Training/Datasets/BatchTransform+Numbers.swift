// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension BatchTransform where Input == Output {
  /// x + e, e normally distributed with this standard deviation, drawn for each number of each
  /// batch. A mistake if the deviation is negative or not finite.
  ///
  ///     let noisy = Digits.training.transformed(by: .noise(0.1))
  public static func noise(
    _ standardDeviation: Float, file: StaticString = #fileID, line: UInt = #line
  ) -> BatchTransform {
    guard standardDeviation.isFinite, standardDeviation >= 0 else {
      Mistake(
        "noise", "a standard deviation of \(standardDeviation)", fix: "use a number of 0 or more"
      ).stop(at: CallSite(file, line))
    }
    return onInputs(file, line) { x, key in
      x + Tensor<Float>.normal(x.shape, standardDeviation: standardDeviation, key: key)
    }
  }

  /// (x - mean) / standardDeviation, with numbers that stay what they are: those of the training
  /// examples, also for others.
  ///
  /// mean, standardDeviation: [], or what stretches to an example.
  ///
  /// ```swift
  /// let x: Tensor<Float> = [[1, 10], [3, 30]]
  /// let scaled = BatchTransform<Int32, Int32>.normalized(mean: [2, 20], standardDeviation: [1, 10])
  /// print(try scaled(Dataset(inputs: x, labels: [0, 1]), key: RandomKey(seed: 0)).inputs)
  /// // [[-1. -1.]
  /// //  [ 1.  1.]]
  /// ```
  ///
  /// A mistake if a mean is not finite or a deviation not finite and above 0, or if they do not fit
  /// the examples.
  public static func normalized(
    mean: Tensor<Float>, standardDeviation: Tensor<Float>,
    file: StaticString = #fileID, line: UInt = #line
  ) -> BatchTransform {
    let site = CallSite(file, line)
    if let number = mean.scalars.first(where: { !$0.isFinite }) {
      Mistake("normalized", "a mean of \(number)", fix: "use finite numbers").stop(at: site)
    }
    if let number = standardDeviation.scalars.first(where: { !($0 > 0 && $0.isFinite) }) {
      Mistake(
        "normalized", "a standard deviation of \(number)",
        fix: "use finite numbers above 0: 1 for a column that does not vary"
      ).stop(at: site)
    }
    return onInputs(file, line) { x, _ in
      for (name, numbers) in [("mean", mean), ("standard deviation", standardDeviation)] {
        let example = Shape(x.shape.dropFirst())
        guard example.broadcast(with: numbers.shape) == example else {
          Mistake(
            "normalized",
            "the \(name) \(numbers.shape) does not fit examples of the shape \(example)",
            fix: "give one number, or one for each of the last axis or axes"
          ).stop(at: site)
        }
      }
      return (x - mean) / standardDeviation
    }
  }

  /// A transform that leaves the targets alone.
  static func onInputs(
    _ file: StaticString, _ line: UInt,
    _ change: @escaping @Sendable (Tensor<Float>, RandomKey) -> Tensor<Float>
  ) -> BatchTransform {
    BatchTransform(file: file, line: line) { examples, key in
      Dataset(inputs: change(examples.inputs, key), targets: examples.targets)
    }
  }
}

extension BatchTransform where Input == Int32, Output == Float {
  /// Classes as rows of a unit matrix, [count, classes]: soft targets that nobody has mixed, so
  /// that validation can have the loss of a training with ``mixup(_:classes:file:line:)``.
  ///
  ///     let validation = Digits.validation.transformed(by: .oneHot(classes: 10))
  public static func oneHot(
    classes: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> BatchTransform {
    if classes < 1 {
      Mistake("oneHot", "\(counted(classes, "class", plural: "classes"))", fix: "use 1 or more")
        .stop(at: CallSite(file, line))
    }
    return BatchTransform(file: file, line: line) { examples, _ in
      Dataset(
        inputs: examples.inputs,
        targets: examples.labels.oneHot(classes, as: Float.self, file: file, line: line))
    }
  }

  /// Each example mixed with another one of its batch, and its class likewise: targets become
  /// shares of the classes, [count, classes], for a cross-entropy with soft targets.
  ///
  /// x = s x_i + (1 - s) x_j, where j goes over a permutation of the batch and s is drawn for each
  /// example from the distribution Beta(alpha, alpha): the smaller `alpha`, the nearer to one of
  /// the two.
  ///
  /// Source: Zhang, Cissé, Dauphin, Lopez-Paz, "mixup: beyond empirical risk minimization", ICLR
  /// 2018. A mistake if `alpha` is not finite and above 0. Reading the numbers stops at a label
  /// outside 0 ..< classes.
  public static func mixup(
    _ alpha: Float, classes: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> BatchTransform {
    oneHot(classes: classes, file: file, line: line)
      .followed(by: .mixup(alpha, file: file, line: line), file: file, line: line)
  }
}

extension BatchTransform where Input == Float, Output == Float {
  /// Each example mixed with another one of its batch, inputs and targets in the same shares: see
  /// ``mixup(_:classes:file:line:)``. A mistake if `alpha` is not finite and above 0.
  public static func mixup(
    _ alpha: Float, file: StaticString = #fileID, line: UInt = #line
  ) -> BatchTransform {
    guard alpha.isFinite, alpha > 0 else {
      Mistake("mixup", "an alpha of \(alpha)", fix: "use a number above 0, such as 0.2")
        .stop(at: CallSite(file, line))
    }
    return BatchTransform(file: file, line: line) { examples, key in
      let keys = key.split(into: 3), count = examples.count
      let partners = Tensor(keys[0].permutation(of: count).map { Int32($0) })
      let shares = symmetricBeta(alpha, count, keys[1], keys[2])
      func mixed(_ x: Tensor<Float>) -> Tensor<Float> {
        let share = shares.reshaped(to: [count] + Shape(repeating: 1, rank: x.rank - 1))
        return share * x + (1 - share) * x.gathered(partners)
      }
      return Dataset(inputs: mixed(examples.inputs), targets: mixed(examples.targets))
    }
  }
}

/// Numbers with the distribution Beta(a, a), without trying again: with u and v uniform, p =
/// u^(1/a) and c = cos(2 pi v), s = (1 ± sqrt((1 - p) c² / (p + (1 - p) c²))) / 2, with the sign of
/// c.
///
/// Source: Devroye, "Random variate generation in one line of code", WSC 1996, after Bailey's
/// generator of Student's t.
private func symmetricBeta(
  _ a: Float, _ count: Int, _ first: RandomKey, _ second: RandomKey
) -> Tensor<Float> {
  let u = Tensor<Float>.uniform([count], key: first)
  let c = cos(Tensor<Float>.uniform([count], to: 2 * Float.pi, key: second))
  let p = pow(u, Tensor<Float>(1 / a)), square = (1 - p) * c * c
  let sum = maximum(p + square, Tensor<Float>(Float.leastNormalMagnitude))
  return 0.5 * (1 + sign(c) * sqrt(square / sum))
}
