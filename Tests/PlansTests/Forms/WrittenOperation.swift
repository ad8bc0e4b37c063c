// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors
import PullbackTestSupport

/// One operation with the forms of its inputs and of its result, right or wrong.
struct WrittenOperation {
  var operation: Operation
  var inputs: [Form]
  var result: Form

  init(_ operation: Operation, _ inputs: [Form], _ result: Form) {
    self.operation = operation
    self.inputs = inputs
    self.result = result
  }

  /// A program of this operation on stored numbers.
  func program() throws -> Program {
    var program = try Capture(of: [Tensor<Float>([1]).value]).program
    let blank = program.entries[0]
    func entry(_ operation: Operation, _ form: Form, index: Int) -> Program.Entry {
      var entry = blank
      (entry.operation, entry.index) = (operation, index)
      (entry.shape, entry.elementType) = (form.shape, form.elementType)
      return entry
    }
    program.entries = inputs.enumerated().map { entry(.creation(.data()), $1, index: $0) }
    var last = entry(operation, result, index: 0)
    last.inputs = InlineNumbers(inputs.indices)
    program.entries.append(last)
    program.results = [inputs.count]
    return program
  }
}

extension WrittenOperation {
  /// A right one of each kind, over `rows` rows.
  static func right(_ kind: OperationKind, rows: Int = 2) -> WrittenOperation {
    let x = Form([rows, 3], .float), truth = Form([rows, 3], .bool)
    let scalar = Form([], .float), places = Form([rows], .int32), row = Form([rows], .float)
    func unary(_ unary: Unary, _ form: Form) -> WrittenOperation {
      .init(.unary(unary), [form], form)
    }
    func binary(_ binary: Binary) -> WrittenOperation { .init(.binary(binary), [x, x], x) }
    func comparison(_ comparison: Comparison) -> WrittenOperation {
      .init(.comparison(comparison), [x, x], truth)
    }
    func reduction(_ reduction: Reduction, _ result: Form) -> WrittenOperation {
      .init(.reduction(reduction, axes: AxisSet([1])), [x], result)
    }
    func identity(_ identity: Identity) -> WrittenOperation { .init(.identity(identity), [x], x) }
    func random(_ distribution: RandomDistribution) -> WrittenOperation {
      .init(.random(distribution, key: RandomKey(seed: 1)), [], x)
    }
    switch kind {
    case .unary(let operation):
      if case .truth = UnarySample(operation).types { return unary(operation, truth) }
      return unary(operation, x)
    case .binary(let operation): return binary(operation)
    case .comparison(let operation): return comparison(operation)
    case .reduction(let operation):
      return reduction(operation, operation.givesPosition ? places : row)
    case .scan(let scan):
      return .init(
        .scan(scan, axis: 1, isReversed: true),
        [Form](repeating: x, count: scan == .recurrence ? 2 : 1),
        scan == .sortedPositions ? Form(x.shape, .int32) : x)
    case .other(let other):
      return switch other {
      case .data: .init(.creation(.data()), [], x)
      case .constant: .init(.creation(.constant(2)), [], scalar)
      case .scalar: .init(.creation(.scalar(3)), [], scalar)
      case .iota: .init(.creation(.iota), [], row)
      case .uniform: random(.uniform)
      case .normal: random(.normal)
      case .named: identity(.named("x"))
      case .detached: identity(.detached)
      case .unchanged: identity(.unchanged(by: "reshaped"))
      case .custom: .init(.identity(.custom(CustomRule { _, g in [g] })), [x, scalar], x)
      case .renewing: .init(.identity(.renewing(NoHolder())), [x, scalar, scalar], x)
      case .checked: .init(.identity(.checked(count: 3, use: .gather)), [places], places)
      case .selection: .init(.selection, [truth, x, x], x)
      case .conversion: .init(.conversion, [x], Form(x.shape, .int32))
      case .contraction:
        .init(
          .contraction(batch: 0, rows: 1, inner: 1), [x, Form([3, 4], .float)],
          Form([rows, 4], .float))
      case .reshape: .init(.movement(.reshape), [x], Form([3, rows], .float))
      case .transpose: .init(.movement(.transpose(order: [1, 0])), [x], Form([3, rows], .float))
      case .expand: .init(.movement(.expand), [x], Form([5, rows, 3], .float))
      case .slice:
        .init(
          .movement(.slice(at: Place(starts: [0, 1]), dropping: AxisSet([1]))), [x], row)
      case .placed:
        .init(
          .movement(.placed([Place(starts: [1, 0]), Place(starts: [0, 3], strides: [1, -1])])),
          [x, x], Form([rows + 2, 4], .float))
      case .windows:
        .init(
          .movement(.windows(Windows(axis: 1, size: 2, stride: 1, dilation: 1))), [x],
          Form([rows, 2, 2], .float))
      case .gather: .init(.gathering(.gather, batchRank: 0), [x, places], x)
      case .scatterAdd:
        .init(.gathering(.scatterAdd(count: 7), batchRank: 0), [x, places], Form([7, 3], .float))
      }
    }
  }
}

/// Holds nothing that could be renewed.
private final class NoHolder: LeafHolder {}
