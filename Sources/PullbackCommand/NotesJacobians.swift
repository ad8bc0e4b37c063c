// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// The five Jacobians of the notes in full, at the notes' own numbers, and what is left of each
/// after contraction with the upstream gradient.
struct NotesJacobians {
  private let a0, w1, b1, s1, a1: Tensor<Float>
  private let a0g, w1g, b1g, s1g, a1g: Tensor<Float>

  init() {
    a0 = [[1, 2]]
    w1 = [[1, -1], [1, 1]]
    b1 = [0, -3]
    let w2: Tensor<Float> = [[2], [5]]
    s1 = a0 • w1 + b1
    a1 = relu(s1)
    let loss = (a1 • w2 + 1 - 4).squared().sum()
    (a0g, w1g, b1g, s1g, a1g) = gradient(of: loss, withRespectTo: a0, w1, b1, s1, a1)
  }

  var lines: [String] {
    let ofProduct = jacobian(of: s1, withRespectTo: w1)
    let ofRelu = jacobian(of: a1, withRespectTo: s1)
    let chained = (ofRelu.reshaped(to: [2, 2]) • ofProduct.reshaped(to: [2, 4]))
      .reshaped(to: [1, 2, 2, 2])
    var lines = [
      "s1 = a0 @ W1 + b1, a1 = relu(s1), at a0 = [1, 2], W1 = [[1, -1], [1, 1]], b1 = [0, -3].",
      "A row for each output, a column for each input.",
    ]
    lines += section(
      "1. ∂s1/∂a0 is W1ᵀ", jacobian(of: s1, withRespectTo: a0), "s1", "a0", [1, 2])
    lines.append(contraction("s1.g", s1g, jacobian(of: s1, withRespectTo: a0), "a0.g", a0g))
    lines += section(
      "2. ∂s1/∂W1: ∂s1_k/∂W1_ij is a0_i if j = k, else 0", ofProduct, "s1", "W1", [2, 2],
      marked: { output, input in input % 2 == output })
    lines += [
      "   The notes draw the matrix [[a1, a2], [a1, a2]]. It holds the entries in brackets only: its",
      "   row k belongs to column k of W1. All others are 0.",
    ]
    lines.append(contraction("s1.g", s1g, ofProduct, "W1.g = a0ᵀ @ s1.g", w1g))
    lines += section(
      "3. ∂s1/∂b1 is the identity", jacobian(of: s1, withRespectTo: b1), "s1", "b1", [2])
    lines.append(contraction("s1.g", s1g, jacobian(of: s1, withRespectTo: b1), "b1.g", b1g))
    lines += section(
      "4. ∂a1/∂s1 is diagonal, 1{s1 > 0}: a mask, kept as a row", ofRelu, "a1", "s1", [1, 2])
    lines.append(contraction("a1.g", a1g, ofRelu, "s1.g", s1g))
    lines += section(
      "5. The chain: ∂a1/∂W1 = ∂a1/∂s1 · ∂s1/∂W1", chained, "a1", "W1", [2, 2])
    lines.append(contraction("a1.g", a1g, chained, "W1.g", w1g))
    return lines
  }

  private func section(
    _ title: String, _ jacobian: Tensor<Float>, _ output: String, _ input: String,
    _ shape: [Int], marked: (Int, Int) -> Bool = { _, _ in false }
  ) -> [String] {
    let rows = 2, columns = jacobian.elementCount / rows
    let numbers = jacobian.scalars
    let names = (0..<columns).map { column in
      shape.count == 2 && shape[0] > 1
        ? "\(input)_\(column / shape[1] + 1)\(column % shape[1] + 1)" : "\(input)_\(column + 1)"
    }
    var table = [[""] + names]
    for row in 0..<rows {
      let cells = (0..<columns).map { column in
        let number = "\(Int(numbers[row * columns + column]))"
        return marked(row, column) ? "[\(number)]" : number
      }
      table.append(["\(output)_\(row + 1)"] + cells)
    }
    return ["", "\(title), \(jacobian.shape)"]
      + alignedTable(table).split(separator: "\n").map { "     \($0)" }
  }

  /// The upstream gradient times the Jacobian, beside what the backward pass computes.
  private func contraction(
    _ name: String, _ upstream: Tensor<Float>, _ jacobian: Tensor<Float>, _ result: String,
    _ expected: Tensor<Float>
  ) -> String {
    let count = upstream.elementCount
    let product = upstream.reshaped(to: [1, count]) • jacobian.reshaped(to: [count, -1])
    let numbers = product.scalars.map { "\(Int($0))" }.joined(separator: ", ")
    let verdict = product.scalars == expected.scalars ? "as" : "NOT as"
    return
      "   Contracted with \(name) it is [\(numbers)], \(verdict) the backward pass has \(result)."
  }
}

#endif
