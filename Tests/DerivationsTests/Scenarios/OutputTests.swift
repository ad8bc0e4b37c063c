// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackDrawing
import Testing

@Suite struct OutputTests {
  static let derivation: Derivation = {
    let x = Tensor<Float>([[1, 2], [3, 4]]).named("x"), w = Tensor<Float>([[1], [-1]]).named("W")
    return explain((x • w).named("s").squared().mean(), withRespectTo: [w])
  }()

  @Test func textIsAligned() {
    let lines = Self.derivation.description.split(separator: "\n")
    let shapes = lines.filter { $0.contains("shape") }
    #expect(shapes.count == 2)
    let first = lines.first { $0.hasPrefix("  s = ") }!
    for heading in shapes {
      let column = heading.distance(
        from: heading.startIndex, to: heading.firstRange(of: "shape")!.lowerBound)
      #expect(first.dropFirst(column).hasPrefix("[2, 1]"))
    }
    #expect(!Self.derivation.description.contains("\u{1B}"))
  }

  @Test func colorChangesNothingElse() throws {
    let colored = Self.derivation.text(inColor: true)
    #expect(colored.contains("\u{1B}[32m"))
    let plain = colored.replacing(try Regex("\u{1B}\\[[0-9]*m"), with: "")
    #expect(plain == Self.derivation.description)
  }

  @Test func valuesFollowTheirLines() {
    let lines = Self.derivation.text(showingValues: true).split(separator: "\n").map(String.init)
    let place = lines.firstIndex { $0.hasPrefix("  W.g = xᵀ @ s.g") }!
    // Below the line its Jacobian, then its numbers: xᵀ (s · 2 / 2) with s = (-1, -1).
    #expect(lines[place + 2] == "      [[-4.]")
    #expect(lines[place + 3] == "       [-6.]]")
  }

  @Test func markdownTablesHaveOneCountOfCells() {
    let x = Tensor<Float>([1, 2]).named("a|b"), y = Tensor<Float>([1, 2]).named("c`d`")
    let text = explain(select(x .> y, x * y, x).sum(), withRespectTo: [x]).markdown(
      showingValues: true)
    var counts: Set<Int> = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("|") {
        counts.insert(line.count { $0 == "|" })
      } else {
        #expect(counts.count <= 1)
        counts = []
      }
    }
    #expect(text.contains(#"$\mathrm{a\vert b}.g = "#))
  }

  @Test func theDiagramHasABoxForEachTensor() {
    let diagram = Self.derivation.diagram
    #expect(
      diagram.boxes.map { $0.lines[0] } == [
        "x", "W", "s = x @ W", "L = mean(s²)", "L.g = 1", "s.g = 2 s / 2", "W.g = xᵀ @ s.g",
      ])
    #expect(diagram.boxes.map(\.row) == [0, 0, 1, 2, 2, 1, 0])
    #expect(diagram.boxes.map(\.panel) == [0, 0, 0, 0, 1, 1, 1])
    let arrows = diagram.arrows.map { "\($0.source)>\($0.target) \($0.label)" }
    #expect(
      arrows == ["0>2 [2, 2]", "1>2 [2, 1]", "2>3 [2, 1]", "4>5 []", "5>6 [2, 1]", "3>4 "])
  }

  /// Networks of up to some 60 lines, whatever the user calls tensors.
  @Test(arguments: [1, 2, 4, 7])
  func nothingOverlapsInPictures(depth: Int) {
    let key = RandomKey(seed: 1)
    var h = Tensor<Float>.normal([4, 6], key: key).named(
      "層 <input> & \"more\" \\ of a very long name")
    var weights: [Tensor<Float>] = []
    for layer in 0..<depth {
      let w = Tensor<Float>.normal([6, 6], key: key.folding(in: UInt64(layer)))
      weights.append(w)
      h = layer % 2 == 0 ? relu(h • w) + h : softmax(h • w)
    }
    let derivation = explain(softmaxCrossEntropy(h, labels: [0, 1, 2, 3]), withRespectTo: weights)
    let layout = DiagramLayout(derivation.diagram)
    let all = layout.frames + layout.labels.filter { $0.width > 0 }
    for (index, frame) in all.enumerated() {
      for other in all[..<index] { #expect(!frame.overlaps(other)) }
    }
    #expect(derivation.svg.contains("&lt;input&gt; &amp;"))
    #expect(derivation.dot.contains("\\\"more\\\" \\\\"))
  }
}
