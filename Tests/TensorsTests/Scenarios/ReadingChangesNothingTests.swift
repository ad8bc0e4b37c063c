// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Printing changes nothing: a program gives the same bits whether its tensors are read on the way
/// or not, results and gradients alike.
@Suite struct ReadingChangesNothingTests {
  init() { Plan.verifiesByDefault = true }

  @Test func detachedBeforeASum() {
    // The tensor is used twice, and once behind a detached one: that must not decide which of its
    // cotangents comes first.
    func slope(reading: Bool) -> [UInt32] {
      let x = Tensor<Float>([0.1, 0.7, 1.3])
      let u = exp(x)
      let d = u.detached()
      if reading { _ = d.scalars }
      let loss = (d * sin(u) + tanh(u) * 0.3 + u * u * u * d).sum()
      return gradient(of: loss, withRespectTo: x).scalars.map(\.bitPattern)
    }
    #expect(slope(reading: true) == slope(reading: false))
  }

  @Test("Random programs, read at random moments", arguments: 0..<150)
  func randomPrograms(seed: Int) {
    let quiet = RandomProgram(seed: seed) { _ in false }
    var moments = SplitMix(seed: seed + 1000)
    let read = RandomProgram(seed: seed) { _ in moments.isTrue(oneIn: 3) }
    let onlyDetached = RandomProgram(seed: seed) { $0.value.node.isDetached }
    #expect(read.bits == quiet.bits)
    #expect(onlyDetached.bits == quiet.bits)
  }

  @Test func detachedIsOneKindOfNode() {
    let u = exp(Tensor<Float>([1, 2]))
    let before = u.detached()
    _ = u.scalars
    let after = u.detached()
    _ = before.scalars
    #expect(before.value.label == after.value.label)
    #expect(before.value.node.inputs.isEmpty && after.value.node.inputs.isEmpty)
    #expect(before.scalars == after.scalars)
  }

  /// What is behind a detached tensor has no say: also where its history has ended.
  @Test func endedHistoryBehindADetachedTensor() {
    let x = Tensor<Float>([1, 2])
    let old = (x * x).sum()
    let d = old.detached()
    _ = old.scalars
    old.value.node.endHistory()
    #expect(gradient(of: (x * d).sum(), withRespectTo: x).scalars == [5, 5])
  }
}

/// A program of tensors that are used again and again, some of them detached, with gradients of a
/// part of them.
private struct RandomProgram {
  /// Of the results and of all gradients.
  private(set) var bits: [[UInt32]] = []
  private var random: SplitMix
  private var pool: [Tensor<Float>] = []

  /// - Parameter reads: whether a tensor is read as soon as it is there. Asked once for each.
  init(seed: Int, reads: (Tensor<Float>) -> Bool) {
    random = SplitMix(seed: seed)
    for _ in 0..<3 {
      let numbers = (0..<12).map { _ in Float.random(in: -1...1, using: &random) }
      pool.append(Tensor(shape: [3, 4], scalars: numbers))
    }
    let leaves = pool
    for _ in 0..<14 {
      let made = next()
      if reads(made) { _ = made.scalars }
      pool.append(made)
    }
    var loss = Tensor<Float>(0)
    for _ in 0..<4 { loss = loss + (pick() * pick()).mean() }
    if reads(loss) { _ = loss.scalars }
    let targets = leaves + (0..<3).map { _ in pick() }
    let gradients = gradient(of: loss, withRespectTo: targets)
    for slope in gradients where reads(slope) { _ = slope.scalars }
    let size = gradients.reduce(loss) { $0 + $1.squared().sum() }
    let second = gradient(of: size, withRespectTo: leaves)
    bits = (pool + gradients + second + [loss, size]).map { $0.scalars.map(\.bitPattern) }
  }

  private mutating func pick() -> Tensor<Float> {
    random.isTrue(oneIn: 2) ? random.pick(pool) : random.pick(Array(pool.suffix(4)))
  }

  private mutating func next() -> Tensor<Float> {
    let x = pick(), y = pick()
    switch random.below(19) {
    case 0...2: return x.detached()
    case 3: return x + y
    case 4: return x * y
    case 5: return x - y.detached()
    case 6: return maximum(x, y)
    case 7: return tanh(x) * y
    case 8: return relu(x) + y
    case 9: return select(x .> y, x, y * 0.5)
    case 10: return softened(x)
    case 11: return (x • y.transposed()) • x * 0.25
    case 12: return x.named("x") + x.max(along: 1, keepingAxes: true)
    case 13: return x[0..<3] * y.sum(along: 0)
    case 14: return Tensor.stacked([x[0], y[1], x[2]])
    case 15: return batched(over: x, y) { tanh($0 * x[0].detached()) + $1 }
    case 16: return x.gathered([2, 0, 2]) - y
    case 17: return gradient(of: (x * y.detached() * x).sum(), withRespectTo: x)
    case 18: return [x[0] * 2, y[1].detached(), x[2]]
    default: return x.reshaped(to: [3, 4]).detached() * sin(y)
    }
  }

  private func softened(_ x: Tensor<Float>) -> Tensor<Float> {
    let powers = exp(x - x.max(along: 1, keepingAxes: true).detached())
    return powers / powers.sum(along: 1, keepingAxes: true)
  }
}
