// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension CaseTable {
  /// Joining, splitting, taking and replacing, of any type.
  mutating func addJoining() {
    add("concatenated(_:along:)") { concatenated($0.all, along: $0.int(0)) }
    add("stacked(_:along:)") { Tensor.stacked($0.all, along: $0.int(0)) }
    add("padded(before:after:along:with:)", gradient: .sum(8)) {
      let modes = ["constant": PaddingMode.constant(0), "edge": .edge, "reflect": .reflect]
      return $0[0].padded(
        before: $0.int(1), after: $0.int(2), along: $0.int(0), with: modes[$0.word(3)]!)
    }
    add("padded(_:with:)") { inputs in
      let widths = inputs.ints(0)
      return inputs[0].padded(
        inputs[0].shape.indices.map { (before: widths[2 * $0], after: widths[2 * $0 + 1]) })
    }
    add("reversed(along:)") { $0[0].reversed(along: $0.int(0)) }
    add("reversed(along:) all") { $0[0].reversed() }
    add("rolled(by:along:)") { $0[0].rolled(by: $0.int(0), along: $0.int(1)) }
    add("tiled(_:)", gradient: .sum(8)) { inputs in
      let counts = inputs.ints(0)
      return switch counts.count {
      case 1: inputs[0].tiled(counts[0])
      case 2: inputs[0].tiled(counts[0], counts[1])
      default: inputs[0].tiled(counts[0], counts[1], counts[2])
      }
    }
    add("repeated(_:along:)", gradient: .sum(8)) {
      $0[0].repeated($0.int(0), along: $0.int(1))
    }
    addSeveral("split(into:along:)") { $0[0].split(into: $0.int(1), along: $0.int(0)) }
    addSeveral("split(sizes:along:)") { $0[0].split(sizes: $0.ints(1), along: $0.int(0)) }
    add("replacing(with:where:)", gradient: .sum(8)) {
      $0[0].replacing(with: $0[1], where: $0.truths(2))
    }
    add("taken(at:along:)", gradient: .sum(8)) {
      $0[0].taken(at: $0.integers(1), along: $0.int(0))
    }
  }
}

extension CaseTable where Scalar: NumericScalar {
  mutating func addAdding() {
    add("adding(_:at:along:)", .sum(8)) {
      $0[0].adding($0[1], at: $0.integers(2), along: $0.int(0))
    }
    add("adding(_:at:)", .sum(8)) { $0[0].adding($0[1], at: $0.integers(2)) }
    add("diagonalMatrix()") { $0[0].diagonalMatrix() }
    add("trace()", .sum(4)) { $0[0].trace() }
    add("identity(_:)") { Tensor<Scalar>.identity($0.int(0)) }
    add("differences(along:)", gradient: .sum(4)) { $0[0].differences(along: $0.int(0)) }
    add("lowerTriangle(offset:)") { $0[0].lowerTriangle(offset: $0.int(0)) }
    add("upperTriangle(offset:)") { $0[0].upperTriangle(offset: $0.int(0)) }
  }
}

extension CaseTable where Scalar == Bool {
  mutating func addMasks() {
    add("triangularMask(_:_:offset:)") {
      Tensor<Bool>.triangularMask($0.int(0), $0.int(1), offset: $0.int(2))
    }
  }
}
