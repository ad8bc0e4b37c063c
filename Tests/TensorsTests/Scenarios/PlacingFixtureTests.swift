// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Functions that move elements against NumPy and PyTorch: Scripts/fixtures/placing.py
/// wrote the cases.
@Suite struct PlacingFixtureTests {
  init() { Plan.verifiesByDefault = true }

  private static let cases = FunctionCase.cases(in: "placing.txt")

  @Test("Values and gradients, to the last bit but for sums", arguments: cases)
  func values(_ example: FunctionCase) {
    let x = Tensor(shape: example.x.shape, scalars: example.x.numbers)
    let y = example.moved(x)
    #expect(y.shape == example.y.shape)
    #expect(areClose(y.scalars, example.y.numbers, 1e-14))
    let weights = Tensor(shape: y.shape, scalars: example.weights)
    let slope = vectorJacobianProduct(of: y, withRespectTo: x, vector: weights)
    #expect(areClose(slope.scalars, example.gradient, 1e-13))
  }

  @Test("In Float the same elements", arguments: cases)
  func single(_ example: FunctionCase) {
    let x = Tensor(shape: example.x.shape, scalars: example.x.numbers.map { Float($0) })
    let y = example.moved(x)
    let wide = y.scalars.map { Double($0) }
    #expect(areClose(wide, example.y.numbers, 1e-5))
  }

  @Test func fixtureIsComplete() {
    #expect(Self.cases.count >= 200)
    #expect(Set(Self.cases.map { $0.words[0] }).count == 16)
  }
}

extension FunctionCase {
  fileprivate func moved<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    func number(_ index: Int) -> Int { Int(words[index])! }
    func numbers(_ index: Int) -> [Int] {
      words[index] == "-" ? [] : words[index].split(separator: ",").map { Int($0)! }
    }
    var several: [Tensor<Scalar>] { [x, x * x, x.reversed(along: 0)] }
    /// Σ x + 0, 1, 2, ...
    func counted(_ shape: Shape) -> Tensor<Scalar> {
      x.sum() + Tensor<Scalar>(range: 0..<shape.elementCount).reshaped(to: shape)
    }
    func indices() -> Tensor<Int32> {
      let extents = words[2].split(separator: "x").map { Int($0)! }
      return Tensor(shape: Shape(extents), scalars: numbers(3).map { Int32($0) })
    }
    switch words[0] {
    case "concatenated": return concatenated(several, along: number(1))
    case "stacked": return .stacked(several, along: number(1))
    case "reversed": return words[1] == "-" ? x.reversed() : x.reversed(along: number(1))
    case "rolled": return x.rolled(by: number(1), along: number(2))
    case "repeated": return x.repeated(number(1), along: number(2))
    case "tiled":
      let counts = numbers(1)
      switch counts.count {
      case 1: return x.tiled(counts[0])
      case 2: return x.tiled(counts[0], counts[1])
      default: return x.tiled(counts[0], counts[1], counts[2])
      }
    case "split":
      let parts = x.split(sizes: numbers(1), along: number(2)).enumerated()
      return concatenated(
        parts.map { $0.element * Scalar($0.offset + 1) }.reversed(), along: number(2))
    case "parts":
      let parts = x.split(into: number(1), along: number(2)).enumerated()
      return parts.map { $0.element * Scalar($0.offset + 1) }.reduce(0, +)
    case "padded":
      let flat = numbers(2)
      let starts = stride(from: 0, to: flat.count, by: 2)
      let widths = starts.map { (before: flat[$0], after: flat[$0 + 1]) }
      switch words[1] {
      case "edge": return x.padded(widths, with: .edge)
      case "reflect": return x.padded(widths, with: .reflect)
      default: return x.padded(widths, with: .constant(Double(words[1])!))
      }
    case "taken": return x.taken(at: indices(), along: number(1))
    case "adding":
      let places = indices()
      return x.adding(counted(places.shape), at: places, along: number(1))
    case "addingRows":
      let rows = Tensor<Int32>(shape: [numbers(1).count], scalars: numbers(1).map { Int32($0) })
      return x.adding(x.gathered(rows) * 2, at: rows)
    case "lowerTriangle": return x.lowerTriangle(offset: number(1))
    case "upperTriangle": return x.upperTriangle(offset: number(1))
    case "index": return Tensor(steps { () throws(Mistake) in try x.value.indexed(path) })
    case "set":
      let part = steps { () throws(Mistake) in try x.value.indexed(path) }
      let numbers = counted(part.shape).value
      return Tensor(steps { () throws(Mistake) in try x.value.replacing(path, with: numbers) })
    default: fatalError("unknown function \(words[0])")
    }
  }

  private func steps(_ rule: () throws(Mistake) -> Value) -> Value {
    stopping(at: CallSite(#fileID, #line), rule)
  }

  private var path: [IndexStep] {
    words.dropFirst().map { word in
      if word == "new" { return .newAxis }
      if word == ":" { return .all }
      let bounds = word.split(separator: ":").map { Int($0)! }
      return bounds.count == 1 ? bounds[0].step : (bounds[0]..<bounds[1]).every(bounds[2])
    }
  }
}
