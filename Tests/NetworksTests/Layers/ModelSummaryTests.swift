// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Testing

/// Tables of models: which layer gives which shape, holds which numbers and costs which work.
struct ModelSummaryTests {
  struct Classifier: Layer {
    let hidden = Linear(784, 50), output = Linear(50, 10)
    var parameters: Parameters { ["hidden": hidden.parameters, "output": output.parameters] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(relu(hidden(x))) }
  }

  /// A layer that no layer of this package calls.
  struct Scaling: Layer {
    let factor = Parameter(shape: [10], .constant(1)), shift = Parameter(shape: [10], .zeros)
    var parameters: Parameters { ["factor": factor, "shift": shift] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x * factor.value + shift.value }
  }

  /// Indices to rows of a table.
  struct Rows: Layer {
    let table = Parameter(shape: [5, 8], .normal(standardDeviation: 1))
    var parameters: Parameters { ["table": table] }
    func callAsFunction(_ indices: Tensor<Int32>) -> Tensor<Float> { table.value.gathered(indices) }
  }

  /// Layers of all kinds: sequences in it, its own, one called twice, one never, a parameter alone.
  struct Mixed: Layer {
    let body = Sequential(Linear(10, 10), Tanh()), scaling = Scaling(), twice = Linear(10, 10)
    let unused = Linear(3, 2)
    let bias = Parameter(shape: [10], .zeros)
    var parameters: Parameters {
      ["body": body, "scaling": scaling, "twice": twice, "unused": unused, "bias": bias]
    }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      twice(twice(scaling(body(x)))) + bias.value
    }
  }

  private func checkTotals<Net: Layer<Tensor<Float>, Tensor<Float>>>(_ model: Net, _ shape: Shape) {
    let summary = model.summary(for: shape)
    #expect(summary.parameterCount == model.parameters.scalarCount)
    #expect(summary.rows.reduce(0) { $0 + $1.parameterCount } == summary.parameterCount)
    let x = Tensor<Float>.ones(shape)
    evaluate(x)
    let plan = Plan(evaluating: model.initialized(seed: 1)(x))
    let operations = plan.steps.reduce(0) { $0 + $1.floatingPointOperations }
    #expect(summary.floatingPointOperations == operations)
    let inRows = summary.rows.reduce(0) { $0 + $1.floatingPointOperations! }
    #expect(inRows == operations, "\(summary)")
    #expect(summary.rows.map(\.byteCount).reduce(0, +) == summary.byteCount)
    #expect("\(summary)".split(separator: "\n").allSatisfy { $0.count <= 80 })
    // Numbers change nothing.
    #expect(model.summary(for: shape) == summary)
  }

  @Test func totalsAgreeWithParametersAndPlansOfNormsAndRecurrences() {
    checkTotals(Sequential(Linear(8, 8), LayerNorm(8), RMSNorm(8), Linear(8, 2)), [5, 8])
    checkTotals(Sequential(BatchNorm(8), Residual(Linear(8, 8)), GRU(8, 4)), [2, 3, 8])
    checkTotals(Sequential(LSTM(8, 3), GroupNorm(groups: 3, channels: 3)), [2, 3, 8])
    checkTotals(MultiHeadAttention(8, heads: 2, isCausal: true), [2, 3, 8])
  }

  @Test func totalsAgreeWithParametersAndPlans() {
    checkTotals(Sequential(Linear(784, 50), ReLU(), Linear(50, 10)), [32, 784])
    checkTotals(Classifier(), [64, 784])
    checkTotals(Mixed(), [7, 10])
    checkTotals(Linear(3, 2), [4, 3])
    checkTotals(Sequential(GELU(), Dropout(0.5), Softmax()), [3, 4])
    checkTotals(Sequential(), [3, 4])
    checkTotals(
      Sequential(Sequential(Linear(8, 8), Sequential(Tanh())), Activation { $0 * tanh($0) }),
      [2, 8])
  }

  /// By hand: 2 • 784 • 50 operations for a row's product and 50 for its bias.
  @Test func aSequence() {
    let summary = Sequential(Linear(784, 50), ReLU(), Linear(50, 10)).summary(for: [32, 784])
    #expect(summary.rows.map(\.path) == ["0", "1", "2"])
    #expect(summary.rows.map(\.output) == [[32, 50], [32, 50], [32, 10]])
    #expect(summary.rows.map(\.parameterCount) == [39250, 0, 510])
    let products = [32 * (2 * 784 * 50 + 50), 32 * 50, 32 * (2 * 50 * 10 + 10)]
    #expect(summary.rows.map(\.floatingPointOperations) == products)
    #expect(summary.rows.map(\.byteCount) == [4 * 39250 + 6400, 6400, 2040 + 1280])
  }

  @Test func aStructOfLayers() {
    let summary = Classifier().summary(for: [1, 784])
    #expect(
      "\(summary)"
        == """
        path    layer            output   parameters   FLOP  bytes
        hidden  Linear(784, 50)  [1, 50]       39250  78.5k   157k
        output  Linear(50, 10)   [1, 10]         510  1.01k  2.08k
                Classifier       [1, 10]           0     50     40
        total                                  39760  79.5k   159k
        """)
  }

  @Test func layersOfAllKinds() {
    let rows = Mixed().summary(for: [7, 10]).rows
    #expect(
      rows.map(\.path) == ["body.0", "body.1", "scaling", "twice", "twice", "", "unused"])
    #expect(
      rows.map(\.layer) == [
        "Linear(10, 10)", "Tanh()", "factor, shift", "Linear(10, 10)", "Linear(10, 10)", "Mixed",
        "weight, bias",
      ])
    #expect(rows.map(\.parameterCount) == [110, 0, 20, 110, 0, 10, 8])
    #expect(
      rows.map(\.output) == [[7, 10], [7, 10], [7, 10], [7, 10], [7, 10], [7, 10], nil])
    let product = 7 * (2 * 100 + 10)
    let operations = rows.map(\.floatingPointOperations)
    #expect(operations == [product, 70, 140, product, product, 70, 0])
  }

  @Test func layersOfOtherInputsAndVersions() {
    let words = Sequential(Rows(), Linear(8, 2))
    let summary = words.summary(for: [6])
    #expect(summary.rows.map(\.layer) == ["Rows", "Linear(8, 2)"])
    #expect(summary.rows.map(\.output) == [[6, 8], [6, 2]])
    let model = Mixed(), rows = model.summary(for: [7, 10]).rows
    #expect(!model.unused.weight.isInitialized)
    #expect(model.copy().summary(for: [7, 10]).rows.map(\.path) == rows.map(\.path))
    let snapshot = model.initialized(seed: 1).snapshot()
    #expect(
      snapshot.summary(for: [7, 10]).parameterCount == rows.reduce(0) { $0 + $1.parameterCount })
  }

  /// A table without shapes, since nothing is said of the input.
  @Test func sequencesPrintATable() {
    let tied = Linear(4, 4)
    #expect(
      "\(Sequential(tied, Sequential(Linear(4, 4, bias: false), ReLU()), tied))"
        == """
        path   layer                      parameters  bytes
        0      Linear(4, 4)                       20     80
        1.0    Linear(4, 4, bias: false)          16     64
        1.1    ReLU()                              0      0
        2      Linear(4, 4)                        0      0
        total                                     36    144
        """)
    #expect("\(Sequential())" == "Sequential()")
  }

  struct ALayerWithANameThatIsMuchTooLongForOneColumnOfATableThatHasEightyColumns: Layer {
    var parameters: Parameters { [:] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x + 1 }
  }

  @Test func longNamesAreCut() {
    let model = Sequential(
      ALayerWithANameThatIsMuchTooLongForOneColumnOfATableThatHasEightyColumns(), ReLU())
    let lines = "\(model.summary(for: [2]))".split(separator: "\n")
    #expect(lines.allSatisfy { $0.count == 80 } && lines[1].contains("ALayerWith"))
    #expect(lines[1].contains("...  [2]"))
  }
}
