// SPDX-License-Identifier: Apache-2.0

import PullbackDerivations
import PullbackDrawing
import PullbackTensors
import Testing

/// Every operation can be explained: its lines are written, drawn and agree with differences.
@Suite struct DerivationTableTests {
  @Test("Explained", arguments: OperationSample.all)
  func explained(_ sample: OperationSample) {
    let leaves = sample.leaves(sample.numbers(seed: 17))
    let targets = sample.differentiable.map { Tensor<Double>(leaves[$0]) }
    let loss = Tensor<Double>(OperationSample.loss(sample.function(leaves)))
    let derivation = explain(loss, withRespectTo: targets)
    #expect(derivation.passes, "\(derivation)")
    for line in derivation.forward + derivation.backward {
      #expect(!line.formula.isEmpty)
      #expect(line.operations >= 0 && line.bytes >= 0)
      for form in line.jacobians { #expect(!form.entries.isEmpty) }
    }
    #expect(derivation.svg.hasSuffix("</svg>"))
    #expect(derivation.dot.hasSuffix("}"))
    #expect(!derivation.markdown(showingValues: true).isEmpty)
    #expect(!derivation.text(showingValues: true, inColor: true).isEmpty)
  }

  /// Whole graphs with much sharing: each line agrees, and boxes do not cover each other.
  @Test("Random graphs", arguments: 1...60)
  func randomGraphs(seed: UInt64) {
    let graph = RandomGraph(seed: seed, operations: 8 + Int(seed % 20))
    let loss = Tensor<Double>(graph.values.last!.unary(.tanh).sum)
    guard loss.scalars[0].isFinite else { return }
    let derivation = explain(loss, withRespectTo: graph.leaves.map { Tensor($0) })
    for line in derivation.backward {
      guard let check = line.check, check.kinks.isEmpty, !check.usesCustomGradient else { continue }
      #expect(check.passes, "\(line.name) in \(derivation)")
    }
    let layout = DiagramLayout(derivation.diagram)
    let all = layout.frames + layout.labels.filter { $0.width > 0 }
    for (index, frame) in all.enumerated() {
      for other in all[..<index] { #expect(!frame.overlaps(other)) }
    }
    #expect(derivation.dot.hasSuffix("}"))
    #expect(!derivation.markdown().isEmpty)
  }
}
