// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension CaseTable {
  /// What moves elements of any type, or chooses among them.
  mutating func addMovements() {
    add("reshaped(to:)") { $0[0].reshaped(to: $0.shape(0)) }
    add("transposed()") { $0[0].transposed() }
    add("transposed(_:)") { inputs in
      let x = inputs[0], order = inputs.ints(0)
      return switch order.count {
      case 0: x.transposed()
      case 1: x.transposed(order[0])
      case 2: x.transposed(order[0], order[1])
      case 3: x.transposed(order[0], order[1], order[2])
      default: x.transposed(order[0], order[1], order[2], order[3])
      }
    }
    add("expanded(to:)", gradient: .sum(4)) { $0[0].expanded(to: $0.shape(0)) }
    add("expandingShape(at:)") { $0[0].expandingShape(at: $0.int(0)) }
    add("squeezingShape(at:)") { inputs in
      let axes = inputs.ints(0)
      return switch axes.count {
      case 0: inputs[0].squeezingShape()
      case 1: inputs[0].squeezingShape(at: axes[0])
      default: inputs[0].squeezingShape(at: axes[0], axes[1])
      }
    }
    add("flattened(from:)") { $0[0].flattened(from: $0.int(0)) }
    add("movingAxis(_:to:)") { $0[0].movingAxis($0.int(0), to: $0.int(1)) }
    add("swappingAxes(_:_:)") { $0[0].swappingAxes($0.int(0), $0.int(1)) }
    add("diagonal(offset:)") { $0[0].diagonal(offset: $0.int(0)) }
    for name in ["subscript(_:)", "subscript(_:) strided"] {
      addValues(name) { inputs in
        let steps = Self.indexSteps(inputs)
        return [stopping(at: nil) { () throws(Mistake) in try inputs[0].value.indexed(steps) }]
      }
    }
    addValues("subscript(_:) assigned", gradient: .sum(8)) { inputs in
      let steps = Self.indexSteps(inputs)
      return [
        stopping(at: nil) { () throws(Mistake) in
          try inputs[0].value.replacing(steps, with: inputs[1].value)
        }
      ]
    }
    add("gathered(_:)", gradient: .sum(4)) { $0[0].gathered($0.integers(1)) }
    add("named(_:)") { $0[0].named("x") }
    add("select(_:_:_:)", gradient: .sum(4)) { select($0.truths(0), $0[1], $0[2]) }
    add("rearranged(_:_:)") { $0[0].rearranged($0.text(0), $0.sizes(1)) }
    add("repeated(_:_:)", gradient: .sum(8)) { $0[0].repeated($0.text(0), $0.sizes(1)) }
    if Scalar.elementType != .int32 { add("init(_:) int32") { Tensor<Int32>($0[0]) } }
    if Scalar.elementType != .bool { add("init(_:) bool") { Tensor<Bool>($0[0]) } }
  }

  private static func indexSteps(_ inputs: Inputs) -> [IndexStep] {
    inputs.arguments[0].split(separator: ",").map(indexStep)
  }

  /// A step of `x[...]` as Python writes it: 2, 1:3, :, new, ...; of 1:6/-2 one in two positions,
  /// from the last on.
  private static func indexStep(_ word: Substring) -> IndexStep {
    if let slash = word.firstIndex(of: "/") {
      let bounds = word[..<slash].split(separator: ":").map { Int($0)! }
      return (bounds[0]..<bounds[1]).every(Int(word[word.index(after: slash)...])!)
    }
    switch word {
    case "()": return .ellipsis
    case "new": return .newAxis
    case "...": return .ellipsis
    default: break
    }
    guard let colon = word.firstIndex(of: ":") else { return Int(word)!.step }
    let lower = Int(word[..<colon]), upper = Int(word[word.index(after: colon)...])
    switch (lower, upper) {
    case (let lower?, let upper?): return (lower..<upper).step
    case (let lower?, nil): return (lower...).step
    case (nil, let upper?): return (..<upper).step
    case (nil, nil): return .all
    }
  }
}

extension CaseTable where Scalar == Bool {
  mutating func addTruths() {
    add("!(_:)") { !$0[0] }
    add(".&(_:_:)") { $0[0] .& $0[1] }
    add(".|(_:_:)") { $0[0] .| $0[1] }
    add(".==(_:_:)") { $0[0] .== $0[1] }
    add(".!=(_:_:)") { $0[0] .!= $0[1] }
    add("reduced(_:by:_:)") {
      $0[0].reduced($0.text(0), by: $0.word(2) == "any" ? .any : .all, $0.sizes(1))
    }
    addReduction(
      "any(along:keepingAxes:)", .exact, { $0[0].any(keepingAxes: $0.keepsAxes) },
      { $0[0].any(along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].any(along: $1, $2, keepingAxes: $0.keepsAxes) })
    addReduction(
      "all(along:keepingAxes:)", .exact, { $0[0].all(keepingAxes: $0.keepsAxes) },
      { $0[0].all(along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].all(along: $1, $2, keepingAxes: $0.keepsAxes) })
  }
}
