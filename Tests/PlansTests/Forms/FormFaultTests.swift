// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors
import PullbackTestSupport
import Testing

/// Each kind of operation, right and wrong in every way that there is, in programs and in plans.
@Suite struct FormFaultTests {
  @Test("Right ones pass", arguments: OperationKind.allCases)
  func right(kind: OperationKind) throws {
    let written = WrittenOperation.right(kind)
    #expect(OperationKind(written.operation) == kind)
    try written.program().check()
    guard !kind.isDroppedByPlans else { return }
    try Plan(written.program(), verifying: false).check()
  }

  @Test("Wrong ones are refused in programs", arguments: OperationKind.allCases)
  func programs(kind: OperationKind) {
    let faults = WrittenOperation.wrongShapes(kind) + WrittenOperation.wrongTypes(kind)
    for written in faults {
      #expect(throws: Illegality.self, "\(written)") { try written.program().check() }
    }
  }

  /// What must not be written down cannot be: the builders ask the same rules.
  @Test("Wrong ones are refused by builders", arguments: OperationKind.allCases)
  func builders(kind: OperationKind) throws {
    func built(_ written: WrittenOperation) throws -> Value {
      try Value(
        checking: written.operation,
        Inputs(written.inputs.map { .placeholder($0.shape, $0.elementType) }),
        elementType: written.result.elementType, shape: written.result.shape)
    }
    let right = WrittenOperation.right(kind)
    #expect(try built(right).form == right.result)
    for written in WrittenOperation.wrongShapes(kind) + WrittenOperation.wrongTypes(kind) {
      // Some are wrong in their result alone, which the rule gives.
      guard let value = try? built(written) else { continue }
      #expect(value.form != written.result, "\(written)")
    }
  }

  @Test("Wrong types are refused in plans", arguments: OperationKind.allCases)
  func typesInPlans(kind: OperationKind) throws {
    if kind.isDroppedByPlans { return }
    for written in WrittenOperation.wrongTypes(kind) {
      let plan = try Plan(written.program(), verifying: false)
      #expect(throws: Illegality.self, "\(written)") { try plan.check() }
    }
  }

  @Test("Steps over other numbers are refused", arguments: OperationKind.allCases)
  func stepsInPlans(kind: OperationKind) throws {
    if kind.isDroppedByPlans { return }
    let plan = try Plan(WrittenOperation.right(kind).program(), verifying: false)
    for index in plan.arguments.indices {
      var retyped = plan
      retyped.arguments[index].type = plan.arguments[index].type == .double ? .float : .double
      #expect(throws: Illegality.self) { try retyped.check() }
      var shorter = plan
      shorter.arguments[index].shape = [1]
      #expect(throws: Illegality.self) { try shorter.check() }
      var without = plan
      without.arguments.removeLast()
      #expect(throws: Illegality.self) { try without.check() }
    }
    if plan.parameterCount > 0 {
      var without = plan
      without.parameterCount = 0
      #expect(throws: Illegality.self) { try without.check() }
    }
    let other = try Plan(WrittenOperation.right(kind, rows: 4).program(), verifying: false)
    guard plan.outputs[0].shape != other.outputs[0].shape || plan.arguments.count > 0 else {
      return
    }
    var exchanged = plan
    (exchanged.steps, exchanged.phases) = (other.steps, other.phases)
    #expect(throws: Illegality.self) { try exchanged.check() }
  }

  @Test func argumentsAndParametersAreToldApart() throws {
    var program = try WrittenOperation.right(.binary(.add)).program()
    program.entries[1].index = 0
    #expect(throws: Illegality.self) { try program.check() }
    var scalars = try WrittenOperation.right(.other(.scalar)).program()
    scalars.entries.append(scalars.entries[0])
    #expect(throws: Illegality.self) { try scalars.check() }
  }
}

extension OperationKind {
  /// Nodes that say something about a tensor: no program holds them by the time it is planned.
  fileprivate var isDroppedByPlans: Bool {
    switch self {
    case .other(.named), .other(.detached), .other(.unchanged), .other(.custom), .other(.renewing):
      true
    case .unary, .binary, .comparison, .reduction, .scan, .other: false
    }
  }
}
