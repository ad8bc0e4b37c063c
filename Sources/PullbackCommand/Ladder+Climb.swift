// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback
import PullbackByHand

/// The extents of a product [n, k] x [k, m], as a user gives them.
struct Extents: CustomStringConvertible {
  let n, k, m: Int

  /// Keeps the first rung at seconds, and every sum of small integers exact in Float.
  static let largest = 1024

  /// Five images of 28 x 28 and ten classes: the course's example.
  static let ofTheNotes = Extents(n: 5, k: 784, m: 10)

  private init(n: Int, k: Int, m: Int) { (self.n, self.k, self.m) = (n, k, m) }

  /// Reads `5x784x10`.
  init(parsing text: String) throws {
    let written = text.split(separator: "x", omittingEmptySubsequences: false)
    guard written.count == 3 else {
      throw ValidationError("Three extents are wanted, such as \(Extents.ofTheNotes).")
    }
    let extents = try written.map { part in
      // Int(_:) also takes a sign.
      guard let extent = Int(part), part.allSatisfy(\.isNumber) else {
        throw ValidationError("'\(part)' is not an integer up to \(Extents.largest).")
      }
      guard 1...Extents.largest ~= extent else {
        throw ValidationError("The extent \(extent) is not in 1...\(Extents.largest).")
      }
      return extent
    }
    self.init(n: extents[0], k: extents[1], m: extents[2])
  }

  /// A multiplication and an addition for each term of each sum.
  var operations: Double { 2 * Double(n) * Double(k) * Double(m) }

  var description: String { "\(n)x\(k)x\(m)" }
}

/// Two matrices of small integers and their product in integer arithmetic: what every rung must
/// agree with exactly, since Float holds integers up to 2^24 and no sum here exceeds 9 · 1024.
struct IntegerProduct {
  let a, b: Tensor<Float>
  let expected: [Float]

  init(_ extents: Extents) {
    let (n, k, m) = (extents.n, extents.k, extents.m)
    let a = IntegerProduct.integers(n * k, salt: 1), b = IntegerProduct.integers(k * m, salt: 2)
    var c = [Int](repeating: 0, count: n * m)
    for i in 0..<n {
      for p in 0..<k {
        for j in 0..<m { c[i * m + j] += a[i * k + p] * b[p * m + j] }
      }
    }
    self.a = Tensor(shape: [n, k], scalars: a.map { Float($0) })
    self.b = Tensor(shape: [k, m], scalars: b.map { Float($0) })
    expected = c.map { Float($0) }
  }

  /// Integers from -3 to 3 in no visible order.
  private static func integers(_ count: Int, salt: UInt64) -> [Int] {
    (0..<count).map { index in
      let mixed = (UInt64(index) &+ salt << 32) &* 0x9E37_79B9_7F4A_7C15
      return Int((mixed >> 40) % 7) - 3
    }
  }
}

/// A rung's times on one product.
struct Climb {
  let rung: Rung
  let isCorrect: Bool
  /// Seconds of each run, shortest first.
  private let seconds: [Double]

  private static let budget = 0.4
  private static let mostRuns = 1000

  /// Checks the rung, then runs it until the time or the number of runs is used up.
  init(of rung: Rung, _ product: IntegerProduct) {
    let clock = ContinuousClock()
    func secondsOf(_ body: () -> Void) -> Double {
      // A clock that did not move must not make a rung infinitely fast.
      max(clock.measure(body).seconds, 1e-9)
    }
    var numbers: [Float] = []
    let first = secondsOf { numbers = rung.multiply(product.a, product.b).scalars }
    var seconds: [Double] = []
    var spent = first
    while spent < Climb.budget, seconds.count < Climb.mostRuns {
      let run = secondsOf { _ = rung.multiply(product.a, product.b) }
      seconds.append(run)
      spent += run
    }
    self.rung = rung
    self.isCorrect = numbers == product.expected
    // The first run also plans; it counts only where there is no time for another.
    self.seconds = seconds.isEmpty ? [first] : seconds.sorted()
  }

  var best: Double { seconds[0] }
  var median: Double { seconds[seconds.count / 2] }

  /// One line of JSON; `first` is the rung to compare with.
  func json(_ extents: Extents, _ first: Climb, peak: Double) -> JSONLine {
    let speed = extents.operations / best
    var line = JSONLine()
    line.add("rung", text: rung.rawValue)
    line.add("shape", [extents.n, extents.k, extents.m])
    line.add("runs", seconds.count)
    line.add("best_us", best * 1e6)
    line.add("median_us", median * 1e6)
    line.add("gflops", speed / 1e9)
    line.add("speedup", first.best / best)
    line.add("peak_share", speed / peak)
    line.add("peak_gflops", peak / 1e9)
    line.add("threads", Threads.limit)
    line.add("instruction_set", text: instructionSet)
    line.add("correct", isCorrect)
    return line
  }
}

#endif
