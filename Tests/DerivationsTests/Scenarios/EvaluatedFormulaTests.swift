// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTensors
import PullbackTestSupport
import Testing

/// What lines say is what they are: whoever evaluates them gets their numbers.
@Suite struct EvaluatedFormulaTests {
  static func numbers(_ value: Value) -> Numbers {
    let doubles = Tensor<Double>(value.converted(to: .double))
    return Numbers(shape: Array(doubles.shape), values: doubles.scalars)
  }

  /// Evaluates all lines of a derivation, each from the numbers of the others.
  ///
  /// - Returns: how many could be read.
  @discardableResult
  static func expectTrue(
    _ derivation: Derivation, sourceLocation: SourceLocation = #_sourceLocation
  ) -> Int {
    var reader = FormulaReader(), count = 0
    for input in derivation.inputs { reader.tensors[input.name] = numbers(input.value) }
    let lines = derivation.forward + derivation.backward
    for line in lines {
      #expect(reader.tensors[line.name] == nil, sourceLocation: sourceLocation)
      reader.tensors[line.name] = numbers(line.value)
    }
    for line in lines {
      let right = reader.tensors[line.name]!
      do {
        let found = try reader.read(line.written, as: right.shape)
        let size = right.values.map { abs($0) }.max() ?? 0
        let isClose = zip(found.values, right.values).allSatisfy {
          abs($0 - $1) <= 1e-4 * (1 + size) || $0.isNaN && $1.isNaN || $0 == $1
        }
        #expect(
          isClose, "\(line.name) = \(line.formula), not \(found.values)",
          sourceLocation: sourceLocation)
        count += 1
      } catch FormulaReader.Failure.unknown {
        continue
      } catch {
        Issue.record("\(line.name) = \(line.formula): \(error)", sourceLocation: sourceLocation)
      }
    }
    return count
  }

  /// Expressions of vectors and matrices of few extents, so that axes are easily mistaken for each
  /// other.
  static func expression(_ seed: Int) -> (loss: Tensor<Float>, targets: [Tensor<Float>]) {
    var random = SplitMix(seed: seed)
    let (made, targets) = tensors(2 + random.below(8), seed, &random)
    let loss = made.suffix(4).reduce(Tensor<Float>(0)) { sum, x in
      sum + (random.isTrue(oneIn: 2) ? x.sum() : (x * x).mean())
    }
    return (loss, targets)
  }

  /// A tensor y that takes few operations.
  static func line(_ seed: Int) -> (y: Tensor<Float>, targets: [Tensor<Float>]) {
    var random = SplitMix(seed: seed)
    let (made, targets) = tensors(1 + random.below(4), seed, &random)
    return (made.last!.named("y"), targets)
  }

  private static func tensors(
    _ count: Int, _ seed: Int, _ random: inout SplitMix
  ) -> (made: [Tensor<Float>], targets: [Tensor<Float>]) {
    let n = 2 + random.below(2), m = random.isTrue(oneIn: 2) ? n : 1 + random.below(4)
    let key = RandomKey(seed: UInt64(seed))
    var pool: [Tensor<Float>] = [[n], [m], [n, m], [m, n], [n, 1], [1, m]].enumerated().map {
      .normal(Shape($1), key: key.folding(in: UInt64($0))).named("x\($0)")
    }
    let targets = pool
    for step in 0..<count {
      var next = Self.next(random.pick(pool), random.pick(pool), &random)
      if random.isTrue(oneIn: 5) { next = next.named("n\(step)") }
      pool.append(next)
    }
    return (pool, targets)
  }

  private static func next(
    _ a: Tensor<Float>, _ b: Tensor<Float>, _ random: inout SplitMix
  ) -> Tensor<Float> {
    let axis = random.below(max(a.rank, 1)), isPair = a.shape.broadcast(with: b.shape) != nil
    switch random.below(36) {
    case 0 where isPair: return a + b
    case 1 where isPair: return a * b
    case 2 where isPair: return a - b
    case 3 where isPair: return a / (b * b + 1)
    case 4 where isPair: return select(a .> b, a, b * 0.5)
    case 5 where isPair: return maximum(a, b)
    case 6 where isPair: return select(a .== b, a, b)
    case 7 where a.rank == 1 && b.rank == 1:
      return a.expandingShape(at: 1) * b.expandingShape(at: 0)
    case 8 where a.rank == 1:
      return a.expandingShape(at: 1) - a.expandingShape(at: 0)
    case 9 where a.rank > 0: return a - a.mean(along: axis, keepingAxes: true)
    case 10 where a.rank == 2 && a.shape[0] == a.shape[1]:
      return random.isTrue(oneIn: 2) ? a - a.mean(along: 1) : a * a.sum(along: 1)
    case 11 where a.rank > 0: return a.sum(along: axis)
    case 12 where a.rank > 0: return a.sum(along: axis, keepingAxes: true)
    case 13 where a.rank > 0: return a.max(along: axis, keepingAxes: random.isTrue(oneIn: 2))
    case 14 where a.rank > 0: return a[.reversed]
    case 15 where a.rank > 0: return a[0]
    case 16 where a.rank == 2: return a[.all, 0]
    case 17 where a.rank > 0: return a[.every(2)]
    case 18 where a.rank == 2 && b.rank == 2 && a.shape[1] == b.shape[0]: return a • b
    case 19 where a.rank == 2 && b.rank == 1 && a.shape[1] == b.shape[0]:
      return (a • b.expandingShape(at: 1)).sum(along: 1)
    case 20 where a.rank == 2: return a.transposed()
    case 21 where a.rank < 3: return a.expandingShape(at: random.below(a.rank + 1))
    case 22 where a.rank > 0 && a.rank < 3: return concatenated([a, 2 * a])
    case 23 where a.rank > 0: return softmax(a, along: axis)
    case 24 where a.rank < 2: return a.expanded(to: [2] + a.shape)
    case 25 where a.rank == 2: return a.reshaped(to: [a.elementCount])
    case 26 where a.rank == 3 && b.rank == 2 && a.shape[2] == b.shape[0]: return a • b
    case 27 where a.rank == 3: return a.transposed(1, 2, 0)
    case 28 where a.rank == 2 && a.shape[0] == a.shape[1]: return a.diagonal()
    case 29 where a.rank > 0:
      return a.gathered(Tensor<Int32>([0, Int32(a.shape[0] - 1), 0]).named("rows"))
    case 30 where a.rank > 0: return a.rolled(by: 1, along: axis)
    case 31 where a.rank > 0: return a.cumulativeSum(along: axis)
    case 32 where a.rank == 2 && b.rank == 2 && a.shape == b.shape:
      return einsum("ij,ij->j", a, b)
    case 33 where a.rank > 0: return a / (a.squared().sum(along: axis, keepingAxes: true) + 1)
    case 34 where a.rank > 0: return a.padded(a.shape.map { _ in (before: 1, after: 0) })
    case 35 where a.rank > 0: return a.logSumExp(along: axis)
    default: return random.isTrue(oneIn: 2) ? tanh(a) : exp(tanh(a))
    }
  }

  @Test(arguments: 0..<400)
  func linesOfRandomExpressions(seed: Int) {
    let (loss, targets) = Self.expression(seed)
    let derivation = explain(loss, withRespectTo: targets)
    let lines = derivation.forward.count + derivation.backward.count
    #expect(Self.expectTrue(derivation) * 2 >= lines)
    #expect(derivation.passes)
  }
}
