// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

private struct Clipped: GradientRule {
  var limit: Float
  func pullback(_ x: Tensor<Float>, _ yg: Tensor<Float>) -> Tensor<Float> {
    minimum(maximum(yg, -limit), limit)
  }
}

/// The examples in the documentation of Sources/Tensors print what the documentation says.
@Suite struct TensorExamplesTests {
  /// The line that prints, as it stands in the documentation, and what the same code gives here.
  static let examples: [(line: String, printed: @Sendable () -> String)] = [
    (
      "print(shape, shape.rank, shape.elementCount)",
      {
        let shape: Shape = [2, 3]
        return text(shape, shape.rank, shape.elementCount)
      }
    ),
    (
      "print(y)",
      {
        let x: Tensor<Float> = [[1, 2], [3, 4]]
        let y = (x * x).sum(along: 1)
        return text(y)
      }
    ),
    (
      "print(x - rate * x / n)",
      {
        let x: Tensor<Float> = [1, 2], rate = 0.1, n = 2
        return text(x - rate * x / n)
      }
    ),
    (
      "print(total)",
      {
        var total: Tensor<Float> = 0
        for k in 1...3 {
          total = (total + Float(k)).detached()
          evaluate(total)
        }
        return text(total)
      }
    ),
    ("print(Tensor<Float>.zeros([2, 2]))", { text(Tensor<Float>.zeros([2, 2])) }),
    ("print(Tensor<Int32>.ones([3]))", { text(Tensor<Int32>.ones([3])) }),
    ("print(Tensor<Float>.full([2], 0.5))", { text(Tensor<Float>.full([2], 0.5)) }),
    ("print(Tensor<Int32>(range: 2..<5))", { text(Tensor<Int32>(range: 2..<5)) }),
    (
      "print(Tensor<Float>(from: 0, through: 1, count: 5))",
      {
        text(Tensor<Float>(from: 0, through: 1, count: 5))
      }
    ),
    ("print(exp(Tensor<Float>([0, 1])))", { text(exp(Tensor<Float>([0, 1]))) }),
    ("print(log(Tensor<Float>([1, 10])))", { text(log(Tensor<Float>([1, 10]))) }),
    ("print(sqrt(Tensor<Float>([4, 9])))", { text(sqrt(Tensor<Float>([4, 9]))) }),
    ("print(gelu(Tensor<Float>([-1, 0, 1])))", { text(gelu(Tensor<Float>([-1, 0, 1]))) }),
    ("print(sinh(Tensor<Float>([0, 1])))", { text(sinh(Tensor<Float>([0, 1]))) }),
    ("print(tanh(Tensor<Float>([0, 1])))", { text(tanh(Tensor<Float>([0, 1]))) }),
    ("print(erf(Tensor<Float>([0, 1])))", { text(erf(Tensor<Float>([0, 1]))) }),
    ("print(sin(Tensor<Float>([0, 1])))", { text(sin(Tensor<Float>([0, 1]))) }),
    ("print(cos(Tensor<Float>([0, 1])))", { text(cos(Tensor<Float>([0, 1]))) }),
    ("print(Tensor<Float>([-3, 2]).squared())", { text(Tensor<Float>([-3, 2]).squared()) }),
    (
      "print(Tensor<Bool>([true, true]) .& [true, false])",
      {
        text(Tensor<Bool>([true, true]) .& [true, false])
      }
    ),
    (
      "print(Tensor<Bool>([true, false]) .| [false, false])",
      {
        text(Tensor<Bool>([true, false]) .| [false, false])
      }
    ),
    (
      "print(RandomKey(seed: 7).split(into: 3).count)",
      {
        text(RandomKey(seed: 7).split(into: 3).count)
      }
    ),
    ("print(Tensor<Float>([1, 2]).named(\"x\"))", { text(Tensor<Float>([1, 2]).named("x")) }),
    (
      "print(Tensor<Float>([[1, 5], [7, 2]]).max(along: 0))",
      {
        text(Tensor<Float>([[1, 5], [7, 2]]).max(along: 0))
      }
    ),
    (
      "print(Tensor<Float>([[1, 5], [7, 2]]).min(along: 1))",
      {
        text(Tensor<Float>([[1, 5], [7, 2]]).min(along: 1))
      }
    ),
    (
      "print(Tensor<Float>([[1, 5, -2]]).argmin(along: 1))",
      {
        text(Tensor<Float>([[1, 5, -2]]).argmin(along: 1))
      }
    ),
    (
      "print(Tensor<Bool>([[false, true], [false, false]]).any(along: 1))",
      {
        text(Tensor<Bool>([[false, true], [false, false]]).any(along: 1))
      }
    ),
    (
      "print(Tensor<Bool>([[true, true], [true, false]]).all(along: 1))",
      {
        text(Tensor<Bool>([[true, true], [true, false]]).all(along: 1))
      }
    ),
    ("print(abs(Tensor<Float>([-1, 2])))", { text(abs(Tensor<Float>([-1, 2]))) }),
    ("print(sign(Tensor<Float>([-3, 0, 2])))", { text(sign(Tensor<Float>([-3, 0, 2]))) }),
    (
      "print(maximum(Tensor<Float>([1, 5]), Tensor<Float>([3, 2])))",
      {
        text(maximum(Tensor<Float>([1, 5]), Tensor<Float>([3, 2])))
      }
    ),
    (
      "print(minimum(Tensor<Float>([1, 5]), Tensor<Float>([3, 2])))",
      {
        text(minimum(Tensor<Float>([1, 5]), Tensor<Float>([3, 2])))
      }
    ),
    (
      "print(pow(Tensor<Float>([1, 2, 3]), 2))", { text(pow(Tensor<Float>([1, 2, 3]), 2)) }
    ),
    (
      "print(pow(2, Tensor<Float>([-1, 0.5])))", { text(pow(2, Tensor<Float>([-1, 0.5]))) }
    ),
    ("print(relu(Tensor<Float>([-1, 2])))", { text(relu(Tensor<Float>([-1, 2]))) }),
    (
      "print(gradient(of: bad.sum(), withRespectTo: p))",
      {
        let p: Tensor<Float> = [0, 4]
        let bad = select(p .> 0, log(p), 0)
        return text(gradient(of: bad.sum(), withRespectTo: p))
      }
    ),
    (
      "print(gradient(of: good.sum(), withRespectTo: p))",
      {
        let p: Tensor<Float> = [0, 4]
        let good = select(p .> 0, log(select(p .> 0, p, 1)), 0)
        return text(gradient(of: good.sum(), withRespectTo: p))
      }
    ),
    (
      "print(select(x .> 0, x, 0.1 * x))",
      {
        let x: Tensor<Float> = [-1, 2]
        return text(select(x .> 0, x, 0.1 * x))
      }
    ),
    (
      "print(Tensor<Int32>(Tensor<Float>([1.9, -1.9])))",
      {
        text(Tensor<Int32>(Tensor<Float>([1.9, -1.9])))
      }
    ),
    (
      "print(matmul(a, b))",
      {
        let a: Tensor<Float> = [[1, 2], [3, 4]], b: Tensor<Float> = [[5, 6], [7, 8]]
        return text(matmul(a, b))
      }
    ),
    (
      "print(a[1], a[.all, 2], a[0, 1..<3], a[1, .all, .newAxis].shape)",
      {
        let a: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
        return text(a[1], a[.all, 2], a[0, 1..<3], a[1, .all, .newAxis].shape)
      }
    ),
    (
      "print(Tensor<Int32>(range: 0..<6).reshaped(to: [2, -1]))",
      {
        text(Tensor<Int32>(range: 0..<6).reshaped(to: [2, -1]))
      }
    ),
    (
      "print(Tensor<Float>.zeros([2, 3, 4]).transposed(0, 2, 1).shape)",
      {
        text(Tensor<Float>.zeros([2, 3, 4]).transposed(0, 2, 1).shape)
      }
    ),
    (
      "print(Tensor<Int32>([[1], [2]]).expanded(to: [2, 3]))",
      {
        text(Tensor<Int32>([[1], [2]]).expanded(to: [2, 3]))
      }
    ),
    (
      "print(Tensor<Float>([1, 2]).expandingShape(at: 1).shape)",
      {
        text(Tensor<Float>([1, 2]).expandingShape(at: 1).shape)
      }
    ),
    (
      "print(table.gathered([2, 0]))",
      {
        let table: Tensor<Float> = [[1, 2], [3, 4], [5, 6]]
        return text(table.gathered([2, 0]))
      }
    ),
    (
      "print(Tensor<Int32>([2, 0]).oneHot(3, as: Float.self))",
      {
        text(Tensor<Int32>([2, 0]).oneHot(3, as: Float.self))
      }
    ),
    (
      "print(x.sum(along: 0), x.sum())",
      {
        let x: Tensor<Float> = [[1, 2], [3, 4]]
        return text(x.sum(along: 0), x.sum())
      }
    ),
    (
      "print(Tensor<Float>([[1, 5, 2]]).argmax(along: 1))",
      {
        text(Tensor<Float>([[1, 5, 2]]).argmax(along: 1))
      }
    ),
    (
      "print(Tensor<Float>([[1, 2], [3, 4]]).mean(along: 0))",
      {
        text(Tensor<Float>([[1, 2], [3, 4]]).mean(along: 0))
      }
    ),
    (
      "print(Tensor.stacked([a, a + 1]))",
      {
        let a: Tensor<Float> = [1, 2]
        return text(Tensor.stacked([a, a + 1]))
      }
    ),
    (
      "print(y, gradient(of: y.sum(), withRespectTo: x))",
      {
        let x: Tensor<Float> = [0.2, 1.7]
        let y = withCustomGradient(of: { Tensor(Tensor<Int32>($0 + 0.5)) }, at: x) { x, yg in yg }
        return text(y, gradient(of: y.sum(), withRespectTo: x))
      }
    ),
    (
      "print(y, gradient(of: (y * y).sum(), withRespectTo: x))",
      {
        let x: Tensor<Float> = [1, 2]
        let y = withCustomGradient(of: { 3 * $0 }, at: x, rule: Clipped(limit: 0.5))
        return text(y, gradient(of: (y * y).sum(), withRespectTo: x))
      }
    ),
    (
      "print(xg, wg)",
      {
        let x: Tensor<Float> = [1, 2], w: Tensor<Float> = [3, 4]
        let loss = (x * w).sum()
        let (xg, wg) = gradient(of: loss, withRespectTo: x, w)
        return text(xg, wg)
      }
    ),
    (
      "print(value, slope)",
      {
        let (value, slope) = valueAndGradient(at: Tensor<Float>(3)) { x in x * x }
        return text(value, slope)
      }
    ),
    (
      "print(perExample)",
      {
        let x: Tensor<Float> = [[1, 2], [3, 4]], w: Tensor<Float> = [10, 1]
        let perExample = batched(over: x) {
          gradient(of: ($0 * w).squared().sum(), withRespectTo: w)
        }
        return text(perExample)
      }
    ),
    (
      "print(jacobian(of: a • w, withRespectTo: a).shape)",
      {
        let a: Tensor<Float> = [[1, 2]], w: Tensor<Float> = [[1, -1], [1, 1]]
        return text(jacobian(of: a • w, withRespectTo: a).shape)
      }
    ),
    (
      "print(hessian(of: (x * x * x).sum(), withRespectTo: x))",
      {
        let x: Tensor<Float> = [1, 2]
        return text(hessian(of: (x * x * x).sum(), withRespectTo: x))
      }
    ),
    (
      "print(vectorJacobianProduct(of: x * x, withRespectTo: x, vector: [1, 10]))",
      {
        let x: Tensor<Float> = [1, 2]
        return text(vectorJacobianProduct(of: x * x, withRespectTo: x, vector: [1, 10]))
      }
    ),
    (
      "print(jacobianVectorProduct(of: x * x, withRespectTo: x, vector: [1, 10]))",
      {
        let x: Tensor<Float> = [1, 2]
        return text(jacobianVectorProduct(of: x * x, withRespectTo: x, vector: [1, 10]))
      }
    ),
  ]

  @Test func documentationPrintsWhatItSays() throws {
    let documented = try DocumentedExample.all(in: "Sources/Tensors")
    #expect(documented.count == Self.examples.count)
    for example in documented {
      let tested = try #require(
        Self.examples.first { $0.line == example.line }, "\(example.line) has no test")
      #expect(tested.printed() == example.printed, "\(example.line) in \(example.file)")
    }
  }

  /// The example of `RandomKey`, which prints nothing.
  @Test func keysAreSplit() {
    let keys = RandomKey(seed: 7).split(into: 2)
    let noise = Tensor<Float>.normal([2, 3], key: keys[0])
    #expect(noise.shape == [2, 3])
  }
}

/// What `print` writes, without the end of the line.
func text(_ items: Any...) -> String {
  items.map { "\($0)" }.joined(separator: " ")
}

/// A line of a documentation comment that prints, and the comment that says what.
struct DocumentedExample {
  let file: String
  let line: String
  let printed: String

  static func all(in folder: String) throws -> [DocumentedExample] {
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let files = try #require(
      FileManager.default.enumerator(
        at: root.appending(path: folder), includingPropertiesForKeys: nil))
    return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.flatMap {
      try examples(in: $0)
    }
  }

  private static func examples(in file: URL) throws -> [DocumentedExample] {
    // Lines of comments without the slashes; nil between comments.
    let lines = try String(contentsOf: file, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { line -> Substring? in
        let text = line.drop { $0 == " " }
        return text.hasPrefix("///") ? text.dropFirst(3).drop { $0 == " " } : nil
      }
    var found: [DocumentedExample] = []
    for (number, line) in lines.enumerated() {
      guard let line, line.hasPrefix("print(") else { continue }
      let parts = line.components(separatedBy: "   // ")
      var printed = parts.dropFirst().map { $0 }
      for next in lines[(number + 1)...] {
        guard let next, next.hasPrefix("// ") else { break }
        printed.append(String(next.dropFirst(3)))
      }
      found.append(
        DocumentedExample(
          file: file.lastPathComponent, line: parts[0], printed: printed.joined(separator: "\n")))
    }
    return found
  }
}
