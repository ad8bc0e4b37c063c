// SPDX-License-Identifier: Apache-2.0

import CPullbackAllocations
import Pullback
import PullbackTensors
import Testing

/// Ten times the graph is ten times the work. Work is counted, not timed: in bytes that this thread
/// asks for, since every node, walk, plan and formula takes some.
@Suite(.enabled(if: pb_counts_allocations() == 1)) struct LinearWorkTests {
  /// Graphs of so many operations, of every kind in which lines hang together.
  enum Graph: String, CaseIterable, Codable {
    /// sin, then a sum.
    case chain
    /// Every line is used by the next two.
    case fibonacci
    /// One weight is used by all.
    case recurrent
    /// Each has a parameter of its own, all of one name.
    case layers
    /// One name on another, and views of views.
    case names
    case views
    /// Many lines use one value, many views lie on one value.
    case fan

    func loss(_ count: Int) -> (loss: Tensor<Float>, targets: [Tensor<Float>]) {
      let x = Tensor<Float>([[0.5, 0.25], [1, -1]]).named("x")
      var y = x, before = x, targets = [x]
      switch self {
      case .chain: for _ in 0..<(count / 2) { y = sin(y) + 0 }
      case .fibonacci:
        for _ in 0..<(count / 2) { (before, y) = (y, sin(y * 0.5 - before)) }
      case .recurrent: for _ in 0..<(count / 2) { y = tanh(y • x) }
      case .layers:
        for _ in 0..<(count / 3) {
          let w = Tensor<Float>([[1, 0], [0, 1]]).named("w")
          targets.append(w)
          y = relu(y • w + 0.125)
        }
      case .names: for _ in 0..<count { y = y.named("y") }
      case .views: for _ in 0..<count { y = y.transposed() }
      case .fan:
        let view = x.transposed().transposed().transposed()
        y = (0..<(count / 2)).reduce(x) { sum, _ in sum + view }
      }
      return ((y * y).sum(), targets)
    }
  }

  /// How many bytes ten times the graph takes, in units of what the graph takes.
  private static func growth(_ work: (Int) -> () -> Void) -> Double {
    func bytes(_ count: Int) -> Double {
      let run = work(count), before = pb_allocated_byte_count()
      run()
      return Double(pb_allocated_byte_count() - before)
    }
    // The plans that checks of single lines share are made first.
    _ = bytes(60)
    return bytes(1000) / bytes(100)
  }

  // Alone in a process: plans that other tests make, keep and verify count for nobody here.

  @Test(arguments: Graph.allCases)
  func explaining(graph: Graph) async {
    await #expect(processExitsWith: .success) { [graph = graph as Graph] in
      let growth = Self.growth { count in
        let (loss, targets) = graph.loss(count)
        return { #expect(explain(loss, withRespectTo: targets).passes) }
      }
      #expect(growth <= 12)
    }
  }

  /// A gradient that is wrong in no usual way is compared with all that are.
  @Test(arguments: Graph.allCases)
  func diagnosing(graph: Graph) async {
    await #expect(processExitsWith: .success) { [graph = graph as Graph] in
      let growth = Self.growth { count in
        let (loss, targets) = graph.loss(count)
        let right = gradient(of: loss, withRespectTo: targets[0])
        let wrong = right * Tensor<Float>([[1, 1.5], [0.8, 1]])
        evaluate(wrong)
        return { #expect(!diagnose(wrong, of: loss, withRespectTo: targets[0]).isRight) }
      }
      #expect(growth <= 12)
    }
  }
}
