// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport

extension WrittenOperation {
  /// The operation with another operation, other inputs or another result.
  private func with(
    _ operation: Operation? = nil, _ inputs: [Form]? = nil, _ result: Form? = nil
  ) -> WrittenOperation {
    WrittenOperation(operation ?? self.operation, inputs ?? self.inputs, result ?? self.result)
  }

  private func ofType(_ type: ElementType) -> WrittenOperation {
    with(nil, inputs.map { Form($0.shape, type) }, Form(result.shape, type))
  }

  private func giving(_ type: ElementType) -> WrittenOperation {
    with(nil, nil, Form(result.shape, type))
  }

  private func giving(_ shape: Shape) -> WrittenOperation {
    with(nil, nil, Form(shape, result.elementType))
  }

  private func taking(_ form: Form, at index: Int) -> WrittenOperation {
    var inputs = inputs
    inputs[index] = form
    return with(nil, inputs)
  }

  private func reading(_ type: ElementType, at index: Int) -> WrittenOperation {
    taking(Form(inputs[index].shape, type), at: index)
  }

  /// The right one with element types that do not fit; a plan can be made of it all the same.
  static func wrongTypes(_ kind: OperationKind) -> [WrittenOperation] {
    let right = right(kind)
    switch kind {
    // Of any type.
    case .other(.data), .other(.constant), .other(.scalar), .other(.conversion): return []
    case .other(.iota): return [right.giving(.bool)]
    case .other(.uniform), .other(.normal): return [right.giving(.int32), right.giving(.bool)]
    case .other(.named), .other(.detached), .other(.unchanged), .other(.custom), .other(.renewing):
      return [right.giving(.double), right.giving(.bool)]
    case .other(.checked): return [right.giving(.float), right.ofType(.float), right.ofType(.bool)]
    case .unary(let operation):
      let sample = UnarySample(operation)
      let others = [ElementType.float, .int32, .bool].filter { !sample.isDefined(for: $0) }
      let result: ElementType = right.result.elementType == .bool ? .float : .double
      return [right.giving(result)] + others.map { right.ofType($0) }
    case .binary(.add), .binary(.subtract), .binary(.multiply), .binary(.divide):
      return [right.giving(.double), right.reading(.double, at: 1), right.ofType(.bool)]
    case .binary(.power):
      return [right.reading(.double, at: 0), right.ofType(.int32), right.ofType(.bool)]
    case .binary(.maximum), .binary(.minimum):
      return [right.giving(.bool), right.reading(.int32, at: 0), right.reading(.int32, at: 1)]
    case .comparison(.equal), .comparison(.notEqual):
      return [right.giving(.float), right.reading(.double, at: 1)]
    case .comparison(.less), .comparison(.lessOrEqual), .comparison(.greater),
      .comparison(.greaterOrEqual):
      return [right.giving(.float), right.reading(.double, at: 1), right.ofType(.bool)]
    case .other(.selection):
      return [
        right.giving(.double), right.reading(.float, at: 0), right.reading(.double, at: 1),
        right.reading(.double, at: 2),
      ]
    case .reduction(.sum), .reduction(.product):
      return [right.giving(.double), right.ofType(.bool)]
    case .reduction(.max), .reduction(.min): return [right.giving(.double)]
    case .reduction(.norm), .reduction(.squaredDeviations):
      return [right.giving(.double), right.ofType(.int32), right.ofType(.bool)]
    case .reduction(.argmax), .reduction(.argmin):
      return [right.giving(.float), right.reading(.bool, at: 0)]
    case .scan(.sum), .scan(.product): return [right.giving(.double), right.ofType(.bool)]
    case .scan(.recurrence):
      return [
        right.giving(.double), right.reading(.double, at: 1), right.ofType(.int32),
        right.ofType(.bool),
      ]
    case .scan(.max), .scan(.min), .scan(.sort): return [right.giving(.double)]
    case .scan(.sortedPositions): return [right.giving(.float)]
    case .other(.contraction):
      return [right.giving(.double), right.reading(.double, at: 0), right.ofType(.bool)]
    case .other(.reshape), .other(.transpose), .other(.expand), .other(.slice), .other(.windows):
      return [right.giving(.double)]
    case .other(.placed): return [right.giving(.double), right.reading(.double, at: 1)]
    case .other(.gather): return [right.giving(.double), right.reading(.float, at: 1)]
    case .other(.scatterAdd):
      return [
        right.giving(.double), right.reading(.float, at: 1),
        right.reading(.bool, at: 0).giving(.bool),
      ]
    }
  }

  /// The right one with shapes, axes or numbers of inputs that do not fit.
  static func wrongShapes(_ kind: OperationKind) -> [WrittenOperation] {
    let right = right(kind), uncountable: Shape = [1 << 40, 1 << 40]
    let noInput = right.with(nil, []), other = right.giving(right.result.shape + [2])
    let oneMore = right.with(nil, right.inputs + [Form([], .float)])
    let impossible = [right.giving([-1]), right.giving(uncountable)]
    let x = Form([2, 3], .float), wider = Form([2, 4], .float), empty = Form([2, 0], .float)
    func axes(_ reduction: Reduction, _ axes: [Int]) -> WrittenOperation {
      right.with(.reduction(reduction, axes: AxisSet(axes)))
    }
    func movement(_ movement: Movement) -> WrittenOperation { right.with(.movement(movement)) }
    func slice(
      _ starts: Shape, _ strides: Shape? = nil, dropping axes: [Int] = [1]
    ) -> WrittenOperation {
      movement(.slice(at: Place(starts: starts, strides: strides), dropping: AxisSet(axes)))
    }
    switch kind {
    // Of any shape.
    case .other(.data), .other(.uniform), .other(.normal): return impossible + [oneMore]
    case .other(.constant), .other(.scalar): return [other, oneMore]
    case .other(.iota): return impossible + [other, oneMore, right.giving(Shape())]
    case .other(.named), .other(.detached), .other(.unchanged), .other(.custom), .other(.renewing):
      return [noInput, other]
    case .other(.checked):
      return [noInput, other, right.with(.identity(.checked(count: -1, use: .gather)))]
    case .unary, .other(.conversion):
      return [noInput, oneMore, other]
    case .binary, .comparison:
      return [
        noInput, oneMore, other, right.taking(wider, at: 0), right.taking(wider, at: 1),
        right.taking(Form([2], .float), at: 1), right.taking(Form([5, 2, 3], .float), at: 0),
      ]
    case .other(.selection):
      return [
        noInput, oneMore, other, right.taking(Form([2, 4], .bool), at: 0),
        right.taking(wider, at: 1), right.taking(wider, at: 2),
        right.taking(Form([5, 2, 3], .bool), at: 0),
      ]
    case .reduction(.sum): return [noInput, oneMore, other, axes(.sum, [2]), axes(.sum, [0, 1])]
    case .reduction(.product):
      return [noInput, oneMore, other, axes(.product, [2]), axes(.product, [0, 1])]
    case .reduction(.norm):
      return [noInput, oneMore, other, axes(.norm, [2]), axes(.norm, [0, 1])]
    case .reduction(.squaredDeviations):
      return [noInput, oneMore, other, axes(.squaredDeviations, [2])]
    case .reduction(.max):
      return [noInput, oneMore, other, axes(.max, [63]), right.taking(empty, at: 0)]
    case .reduction(.min):
      return [noInput, oneMore, other, axes(.min, [1, 2]), right.taking(empty, at: 0)]
    case .reduction(.argmax), .reduction(.argmin):
      let reduction: Reduction = kind == .reduction(.argmax) ? .argmax : .argmin
      let long = Form([2, 1 << 31], .float)
      return [
        noInput, oneMore, other, axes(reduction, [2]), axes(reduction, []),
        axes(reduction, [0, 1]).giving(Shape()), right.taking(empty, at: 0),
        right.taking(long, at: 0),
      ]
    case .scan(let scan):
      func along(_ axis: Int) -> WrittenOperation {
        right.with(.scan(scan, axis: axis, isReversed: false))
      }
      let faults = [noInput, oneMore, other, along(2), along(-1), right.giving([3, 2])]
      let long = Form([2, 1 << 31], .float)
      if scan == .sortedPositions {
        return faults + [right.taking(long, at: 0).giving(long.shape)]
      }
      if scan != .recurrence { return faults }
      return faults + [right.taking(wider, at: 1), right.taking(Form([2], .float), at: 1)]
    case .other(.contraction):
      let batch = WrittenOperation(
        .contraction(batch: 1, rows: 1, inner: 1),
        [Form([2, 2, 3], .float), Form([5, 3, 4], .float)],
        Form([2, 2, 4], .float))
      return [
        noInput, oneMore, other, batch,
        right.with(.contraction(batch: 0, rows: 0, inner: 2)),
        right.with(.contraction(batch: 0, rows: 2, inner: 0)),
        right.with(.contraction(batch: 0, rows: -1, inner: 3)),
        right.with(.contraction(batch: 1, rows: 1, inner: 1)),
        right.taking(wider, at: 0), right.taking(wider, at: 1),
        right.taking(Form([3], .float), at: 1), right.taking(Form([2, 3, 4], .float), at: 1),
      ]
    case .other(.reshape): return [noInput, oneMore, other, right.giving([3, -2])]
    case .other(.transpose):
      return [
        noInput, oneMore, other, movement(.transpose(order: [0, 0])),
        movement(.transpose(order: [0])), movement(.transpose(order: [1, 2])),
        movement(.transpose(order: [0, 1])),
      ]
    case .other(.expand):
      return [
        noInput, oneMore, other, right.giving([3]), right.giving([4, 3]), right.giving([2, 3, 1]),
        right.taking(Form([1, 1], .float), at: 0).giving(uncountable),
      ]
    case .other(.slice):
      return [
        noInput, oneMore, other, slice([0, 3]), slice([1, 0]), slice([0, -1]), slice([0]),
        slice([0, 0], dropping: [2]), slice([0, 0], dropping: []), slice([0, 1], [2, 1]),
        slice([0, 1], [-1, 1]), slice([0, 1], [0, 1]), slice([0, 1], [2]),
        slice([1, 1], [.min, 1]),
        slice([0, 1], [.max, 1]),
      ]
    case .other(.placed):
      func placed(_ starts: Shape, _ strides: Shape? = nil) -> WrittenOperation {
        movement(.placed([Place(starts: [1, 0]), Place(starts: starts, strides: strides)]))
      }
      return [
        noInput, oneMore, other, placed([-1, 0]), placed([3, 0]), placed([1, .max]), placed([0]),
        placed([0, 1], [1, 2]), placed([0, 1], [1, -1]), placed([0, 0], [0, 1]),
        placed([0, 0], [-1]),
        movement(.placed([Place(starts: [1, 0])])), movement(.placed([])),
        right.taking(Form([3], .float), at: 1), right.taking(Form([5, 3], .float), at: 1),
        right.giving(Shape(uncountable)), right.giving([-1, 4]),
      ]
    case .other(.windows):
      func windows(_ axis: Int, _ size: Int, _ stride: Int, _ dilation: Int) -> WrittenOperation {
        movement(
          .windows(Windows(axis: axis, size: size, stride: stride, dilation: dilation)))
      }
      return [
        noInput, oneMore, other, windows(0, 2, 1, 1), windows(2, 2, 1, 1), windows(-1, 2, 1, 1),
        windows(1, 4, 1, 1), windows(1, 2, 1, 3), windows(1, 2, 0, 1), windows(1, 0, 1, 1),
        windows(1, 2, 1, 0), windows(1, .max, 1, .max), windows(1, 3, 1, 1), windows(1, 2, 2, 1),
      ]
    case .other(.gather):
      let long = Form([1 << 31, 3], .float)
      return [
        noInput, oneMore, other, right.taking(Form([], .float), at: 0).giving([2]),
        right.taking(long, at: 0), right.with(.gathering(.gather, batchRank: 2)),
        right.with(.gathering(.gather, batchRank: 1)).taking(Form([3, 1], .int32), at: 1),
      ]
    case .other(.scatterAdd):
      return [
        noInput, oneMore, other, right.with(.gathering(.scatterAdd(count: -1), batchRank: 0)),
        right.with(.gathering(.scatterAdd(count: 8), batchRank: 0)),
        right.taking(Form([3], .int32), at: 1), right.taking(Form([2, 3, 1], .int32), at: 1),
        right.with(.gathering(.scatterAdd(count: 7), batchRank: 2)), right.taking(x, at: 1),
      ]
    }
  }
}
