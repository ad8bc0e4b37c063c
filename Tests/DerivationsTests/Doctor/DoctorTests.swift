// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Each usual mistake, planted in a network of random shape, is named.
@Suite struct DoctorTests {
  /// h = relu(x W1 + b1), o = h W2 + c, the mean of (o - y)², and the right gradients by hand.
  struct Network {
    let x, y, w1, b1, w2, c: Tensor<Float>
    let s, h, loss: Tensor<Float>
    let og, hg, sg: Tensor<Float>
    let rows, outputs: Int

    init(seed: Int) {
      var random = SplitMix(seed: seed)
      // Extents that differ, so that shapes tell axes apart.
      let extents = [3, 4, 5, 6, 7].shuffled(using: &random)
      let (rows, n, m, outputs) = (extents[0], extents[1], extents[2], extents[3])
      let key = RandomKey(seed: UInt64(seed))
      func normal(_ shape: Shape, _ name: String) -> Tensor<Float> {
        .normal(shape, key: key.folding(in: name)).named(name)
      }
      x = normal([rows, n], "x")
      y = normal([rows, outputs], "y")
      w1 = normal([n, m], "W1")
      b1 = normal([m], "b1")
      w2 = normal([m, outputs], "W2")
      c = normal([1, outputs], "c")
      s = (x • w1 + b1).named("s")
      h = relu(s).named("h")
      let o = h • w2 + c
      loss = (o - y).squared().mean()
      self.rows = rows
      self.outputs = outputs
      og = 2 * (o - y) / Tensor(Float(rows * outputs))
      hg = og • w2.transposed()
      sg = select(s .> 0, hg, 0)
    }

    var w1g: Tensor<Float> { x.transposed() • sg }
    var count: Int { rows * outputs }
  }

  static let seeds = 0..<6

  private func faults(
    _ gradient: Tensor<Float>, _ network: Network, _ w: Tensor<Float>
  ) -> [[GradientFault]] {
    diagnose(gradient, of: network.loss, withRespectTo: w).findings.map(\.faults)
  }

  @Test(arguments: seeds)
  func rightGradientsAreRight(seed: Int) {
    let network = Network(seed: seed)
    func expectRight(_ gradient: Tensor<Float>, _ w: Tensor<Float>) {
      let diagnosis = diagnose(gradient, of: network.loss, withRespectTo: w)
      #expect(diagnosis.isRight, "\(diagnosis)")
    }
    expectRight(network.w1g, network.w1)
    expectRight(network.sg.sum(along: 0), network.b1)
    expectRight(network.h.transposed() • network.og, network.w2)
    expectRight(network.og.sum(along: 0, keepingAxes: true), network.c)
    expectRight(network.sg • network.w1.transposed(), network.x)
  }

  @Test(arguments: seeds)
  func transposed(seed: Int) {
    let network = Network(seed: seed)
    #expect(faults(network.w1g.transposed(), network, network.w1) == [[.transposed]])
  }

  @Test(arguments: seeds)
  func factors(seed: Int) {
    let network = Network(seed: seed), count = network.count
    let g = network.w1g
    #expect(faults(g * 0.5, network, network.w1).first == [.missingFactorTwo])
    #expect(faults(g * 2, network, network.w1).first == [.extraFactorTwo])
    #expect(faults(-g, network, network.w1).first == [.sign])
    let number = Tensor(Float(count))
    #expect(faults(g * number, network, network.w1).first == [.missingDivision(by: count)])
    #expect(faults(g / number, network, network.w1).first == [.extraDivision(by: count)])
    #expect(faults(g * 0, network, network.w1).first == [.zero])
    #expect(faults(g * -0.5, network, network.w1).first == [.sign, .missingFactorTwo])
    #expect(
      faults(g * 0.5 * number, network, network.w1).first
        == [.missingFactorTwo, .missingDivision(by: count)])
    guard case .scaled(let factor)? = faults(g * 1.37, network, network.w1).first?.first else {
      Issue.record("a factor that nothing explains is not reported")
      return
    }
    #expect(abs(factor - 1.37) < 1e-3)
  }

  /// The mean is over rows and columns, the gradient is divided by one of them.
  @Test(arguments: seeds)
  func dividedByOneExtentOfTwo(seed: Int) {
    let network = Network(seed: seed)
    for extent in [network.rows, network.outputs] {
      let gradient = network.w1g * Tensor(Float(extent))
      #expect(faults(gradient, network, network.w1).contains([.missingDivision(by: extent)]))
    }
  }

  @Test(arguments: seeds)
  func masksOfMaximum(seed: Int) {
    let key = RandomKey(seed: UInt64(seed))
    let x = Tensor<Float>.normal([4, 3], key: key),
      w = Tensor<Float>.normal([3, 2], key: key.folding(in: 1))
    let s = x • w, y = 3 * maximum(s, 0) + 1
    let yg = 6 * y
    func faults(_ sg: Tensor<Float>) -> [[GradientFault]] {
      diagnose(x.transposed() • sg, of: y.squared().sum(), withRespectTo: w).findings.map(\.faults)
    }
    #expect(faults(select(s .> 0, yg, 0)).isEmpty)
    #expect(faults(yg) == [[.wrongMask]])
    #expect(faults(select(s .> 0, 0, yg)) == [[.wrongMask]])
  }

  /// Divided by the rows only, where the mean is over rows and columns.
  @Test(arguments: seeds)
  func dividedByTheRowsOnly(seed: Int) {
    let network = Network(seed: seed)
    let sum = (network.h • network.w2 + network.c - network.y).squared().sum()
    let (right, rows) = (gradient(of: sum, withRespectTo: network.w1), network.rows)
    let found = diagnose(right / Tensor(Float(rows)), of: sum, withRespectTo: network.w1)
    #expect(found.findings.first?.faults == [.extraDivision(by: rows)])
  }

  @Test(arguments: seeds)
  func sums(seed: Int) {
    let network = Network(seed: seed)
    #expect(faults(network.sg.sum(along: 1), network, network.b1) == [[.wrongAxis]])
    #expect(faults(network.sg.sum(), network, network.b1) == [[.wrongAxis]])
    #expect(faults(network.sg, network, network.b1) == [[.missingBatchSum]])
    #expect(faults(network.sg[0], network, network.b1) == [[.missingBatchSum]])
    #expect(faults(network.sg[-1], network, network.b1) == [[.missingBatchSum]])
    let outer = network.x[.all, .all, .newAxis] * network.sg[.all, .newAxis, .all]
    #expect(faults(outer, network, network.w1) == [[.missingBatchSum]])
    // A row in which no unit is active has nothing but zeros.
    #expect(faults(outer[1], network, network.w1).contains([.missingBatchSum]))
  }

  @Test(arguments: seeds)
  func summedOverTheOtherAxisOfASquare(seed: Int) {
    let key = RandomKey(seed: UInt64(seed)), n = 2 + seed % 4
    let x = Tensor<Double>.normal([n, n], key: key),
      w = Tensor<Double>.normal([n, n], key: key.folding(in: 1))
    let s = tanh(x • w)
    let sg = 2 * s * (1 - s * s)
    let found = diagnose(x • sg.transposed(), of: s.squared().sum(), withRespectTo: w)
    #expect(found.findings.first?.faults == [.wrongAxis])
    let operand = diagnose(x • sg, of: s.squared().sum(), withRespectTo: w)
    #expect(operand.findings.first?.faults == [.transposed])
    #expect(operand.description.contains("must be transposed"))
    let other = diagnose(sg • w, of: s.squared().sum(), withRespectTo: x)
    #expect(other.findings.first?.faults == [.transposed])
  }

  @Test(arguments: seeds)
  func masks(seed: Int) {
    let network = Network(seed: seed), x = network.x.transposed()
    let (s, hg) = (network.s, network.hg)
    let wrong = [
      select(hg .> 0, hg, 0), relu(s), select(hg .> 0, s, 0), select(s .> 0, 0, hg),
      Tensor<Float>(s .> 0), hg,
    ]
    for sg in wrong {
      #expect(faults(x • sg, network, network.w1) == [[.wrongMask]])
    }
  }

  @Test(arguments: seeds)
  func dimensions(seed: Int) {
    let network = Network(seed: seed)
    #expect(faults(network.og.sum(along: 0), network, network.c) == [[.droppedDimension]])
    let extra = network.sg.sum(along: 0, keepingAxes: true)
    #expect(faults(extra, network, network.b1) == [[.extraDimension]])
  }

  @Test(arguments: seeds)
  func overwritten(seed: Int) {
    let key = RandomKey(seed: UInt64(seed)), n = 3 + seed % 3
    let x = Tensor<Float>.normal([4, n], key: key).named("x")
    let w = Tensor<Float>.normal([n, n], key: key.folding(in: 1)).named("W")
    // A weight that is used twice.
    let s1 = x • w, a1 = tanh(s1), s2 = a1 • w
    let loss = s2.squared().sum(), s2g = 2 * s2
    let s1g = (s2g • w.transposed()) * (1 - a1 * a1)
    for part in [a1.transposed() • s2g, x.transposed() • s1g] {
      let found = diagnose(part, of: loss, withRespectTo: w)
      #expect(found.findings.map(\.faults) == [[.overwritten]])
      #expect(found.description.contains("W is used 2 times"))
    }
    // Further up: a residual block whose input kept one of its two contributions.
    let h = relu(x • w).named("h"), residual = (h • w.detached() + h).squared().sum()
    let og = 2 * (h • w + h)
    let viaProduct = x.transposed() • select(h .> 0, og • w.transposed(), 0)
    let found = diagnose(viaProduct, of: residual, withRespectTo: w)
    #expect(found.findings.first?.faults == [.overwritten])
    #expect(found.description.contains("h is used 2 times"))
  }

  /// The sign of one term only.
  @Test(arguments: seeds)
  func signOfOneTerm(seed: Int) {
    let key = RandomKey(seed: UInt64(seed))
    let x = Tensor<Float>.normal([5], key: key),
      w = Tensor<Float>.normal([5], key: key.folding(in: 1))
    let loss = (exp(w) - tanh(w * x)).sum()
    let t = tanh(w * x)
    let found = diagnose(exp(w) + x * (1 - t * t), of: loss, withRespectTo: w)
    #expect(found.findings.first?.faults == [.sign])
  }

  @Test(arguments: seeds)
  func unknown(seed: Int) throws {
    let network = Network(seed: seed)
    var numbers = network.w1g.scalars
    let place = (seed * 7) % numbers.count, columns = network.w1.shape[1]
    let right = numbers[place]
    numbers[place] += 3
    let diagnosis = diagnose(
      Tensor(shape: network.w1.shape, scalars: numbers), of: network.loss,
      withRespectTo: network.w1)
    #expect(diagnosis.findings.map(\.faults) == [[.unknown]])
    let worst = try #require(diagnosis.worst)
    #expect(worst.index == [place / columns, place % columns])
    #expect(abs(worst.right - Double(right)) < 1e-4)
    numbers[place] = .nan
    let missing = diagnose(
      Tensor(shape: network.w1.shape, scalars: numbers), of: network.loss,
      withRespectTo: network.w1)
    #expect(missing.findings.map(\.faults) == [[.unknown]])
    #expect(missing.worst?.index == [place / columns, place % columns])
    let shape = diagnose(Tensor<Float>.ones([11, 2]), of: network.loss, withRespectTo: network.w1)
    #expect(shape.findings.map(\.faults) == [[.unknown]])
    #expect(shape.worst == nil)
  }
}
