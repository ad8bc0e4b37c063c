// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The last operations of the prologue of a sum along rows, where a kernel can do them on the way:
/// one pass over the rows instead of two or three. Each is rounded by itself, so no bit changes.
package struct RowTerm: Sendable {
  package enum Operation: Sendable {
    /// a b
    case product
    /// a - b, with one b for each row
    case difference
    /// (a - b)², likewise
    case squaredDifference

    /// How listings write it.
    var symbol: String {
      switch self {
      case .product: Binary.multiply.symbol
      case .difference: Binary.subtract.symbol
      case .squaredDifference: "\(Binary.subtract.symbol) \(Binary.multiply.symbol)"
      }
    }
  }

  package let operation: Operation
  /// Values of the prologue.
  package let a: Int
  package let b: Int
  /// Where the difference is stored too.
  package let stored: Slot?
  /// What of the prologue comes before.
  package let rest: Body
}

extension ReductionCore {
  /// How the prologue ends, if rows, which are not cut, can be added up while that is computed.
  package var rowTerm: RowTerm? {
    guard reduction == .sum, inner == 1, reduced > 0, reduced <= segmentLength,
      elementType.isFloatingPoint,
      let last = prologue.instructions.last, reducedValue == prologue.lastValue
    else { return nil }
    let isDifference = last.operation == .binary(.subtract)
    guard isDifference || last.operation == .binary(.multiply) else { return nil }
    let a = last.inputs[0], b = last.inputs[1]
    if isDifference {
      return term(.difference, a, b, storing: reducedValue, dropping: 1)
    }
    return (a == b ? square(of: a) : nil) ?? term(.product, a, b, storing: nil, dropping: 1)
  }

  /// The square of a difference that nothing else reads.
  private func square(of value: Int) -> RowTerm? {
    guard value == prologue.lastValue - 1, value >= prologue.operands.count else { return nil }
    let maker = prologue.instructions[value - prologue.operands.count]
    guard maker.operation == .binary(.subtract) else { return nil }
    return term(
      .squaredDifference, maker.inputs[0], maker.inputs[1], storing: value, dropping: 2)
  }

  /// - Parameter storing: the value that may be stored, and once; what else is computed may not be
  ///   stored, because then it might be where a or b is read.
  private func term(
    _ operation: RowTerm.Operation, _ a: Int, _ b: Int, storing difference: Int?,
    dropping count: Int
  ) -> RowTerm? {
    let stores = prologue.stores
    guard stores.count <= 1, stores.allSatisfy({ $0.value == difference }) else { return nil }
    if operation != .product, !isOneForEachRow(b) { return nil }
    var rest = prologue
    rest.instructions.removeLast(count)
    rest.stores = []
    let isRead = a == b || rest.instructions.contains { $0.inputs.contains(b) }
    // No register is filled with what the kernel reads where it is.
    if operation != .product, !isRead { rest.operands[b] = .constant(bits: 0, elementType) }
    return RowTerm(operation: operation, a: a, b: b, stored: stores.first?.slot, rest: rest)
  }

  private func isOneForEachRow(_ value: Int) -> Bool {
    guard value < prologue.operands.count, case .memory(let access) = prologue.operands[value]
    else { return false }
    return space.last.map { $0 > 1 } == true && access.view.strides.last == 0
  }
}

extension Body {
  fileprivate var lastValue: Int { operands.count + instructions.count - 1 }
}
