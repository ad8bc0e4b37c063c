// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

/// Phases as a person would draw them.
struct SchedulingTests {
  private func phases(_ values: Value...) throws -> [[String]] {
    let plan = Plan(try Capture(of: values).program, verifying: true)
    return plan.phases.map { phase in
      phase.steps.map { number in
        let core: String
        switch plan.steps[number].core {
        case .pointwise: core = "body"
        case .contraction: core = "matmul"
        case .reduction: core = "reduction"
        case .scatterAdd: core = "scatter"
        case .placed: core = "placed"
        }
        return phase.rows.map { "\(core) by \($0)" } ?? core
      }
    }
  }

  private let x = Tensor<Float>.ones([6, 4]).scaledLeaf
  private let w = Tensor<Float>.ones([4, 4]).scaledLeaf

  @Test func layersGoByRows() throws {
    let hidden = tanh(x • w)
    #expect(try phases((hidden • w).value) == [["matmul by 6", "matmul by 6"]])
  }

  @Test func aReductionOfRowsGoesAlong() throws {
    let logits = x • w
    let weights = exp(logits - logits.max(along: 1, keepingAxes: true))
    let softmax = weights / weights.sum(along: 1, keepingAxes: true)
    let made = try phases((softmax • w).value)
    #expect(made.count == 1 && made[0].allSatisfy { $0.hasSuffix("by 6") }, "\(made)")
  }

  @Test func whatMixesRowsWaits() throws {
    // The transposed factor needs all rows of the product.
    let y = x • w
    #expect(try phases((y.transposed() • y).value) == [["matmul"], ["matmul"]])
    let centred = y - y.mean(along: 0)
    #expect(try phases((centred • w).value).count == 3)
  }

  @Test func partsOfRowsGoAlong() throws {
    let beside = concatenated([x • w, x[.all, .reversed]], along: 1)
    let made = try phases((beside * 2).value)
    #expect(made == [["matmul by 6", "placed by 6"]])
    let below = concatenated([x • w, x])
    #expect(try phases((below * 2).value) == [["matmul"], ["placed"]])
  }

  @Test func whatIsIndependentRunsTogether() throws {
    #expect(
      try phases((x.transposed() • x).value, x.sum(along: 0).value, (w • w).value)
        == [["matmul", "reduction", "matmul"]])
  }
}

extension Tensor where Scalar == Float {
  /// A leaf, so that plans read it from memory.
  fileprivate var scaledLeaf: Tensor {
    evaluate(self)
    return detached()
  }
}
