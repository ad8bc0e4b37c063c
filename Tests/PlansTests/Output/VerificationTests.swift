// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

/// Faults planted in legal programs and plans are found.
@Suite struct VerificationTests {
  private static func program() throws -> Program {
    let x: Tensor<Float> = [[1, 2], [3, 4], [5, 6]]
    let y = select(x .> 2, relu(x) * 3, x)
    return try Capture(of: [(y.sum(along: 0) - y).value]).program
  }

  /// Two products with a reduction between them, and an update in place.
  private static func plan() -> Plan {
    let x: Tensor<Float> = [[1, 2], [3, 4]]
    let w: Tensor<Float> = [[5, 6], [7, 8]]
    let y = relu(x • w) • w
    let update = (w - y.sum(along: 0)).value
    return PullbackRuntime.plan(
      [y.value], replacing: [Replacement(leaf: w.value, update: update)])
  }

  @Test func legalOnesPass() throws {
    try VerificationTests.program().verify()
    try VerificationTests.program().simplified().verify()
    VerificationTests.plan().verify()
  }

  enum ProgramFault: String, CaseIterable, Codable {
    case readsALaterEntry, shapeOfUnary, typeOfUnary, shapeOfBinary, typesOfBinary, condition
    case shapeOfReduction, missingResult, tooLarge

    var message: String {
      switch self {
      case .readsALaterEntry: "reads one not before it"
      case .shapeOfUnary: "a unary entry changes the shape"
      case .typeOfUnary: "a unary entry changes the type"
      case .shapeOfBinary: "a binary entry does not have the broadcast shape"
      case .typesOfBinary: "operands of two types"
      case .condition: "a condition that is not Bool"
      case .shapeOfReduction: "a reduction's shape is wrong"
      case .missingResult: "a result is missing"
      case .tooLarge: "is too large"
      }
    }

    func plant(in program: inout Program) {
      func index(_ name: String) -> Int {
        program.entries.firstIndex { $0.operation.name == name }!
      }
      switch self {
      case .readsALaterEntry: program.entries[index("relu")].inputs[0] = index("relu")
      case .shapeOfUnary: program.entries[index("relu")].shape = [2, 3]
      case .typeOfUnary: program.entries[index("relu")].elementType = .double
      case .shapeOfBinary: program.entries[index("*")].shape = [3, 3]
      case .typesOfBinary: program.entries[index("*")].inputs[1] = index(".>")
      case .condition: program.entries[index("select")].inputs[0] = index("*")
      case .shapeOfReduction: program.entries[index("sum")].shape = [3]
      case .missingResult: program.results = [program.entries.count]
      case .tooLarge: program.entries[index("data")].shape = [1 << 40, 1 << 40]
      }
    }
  }

  @Test("In programs", arguments: ProgramFault.allCases)
  func programs(fault: ProgramFault) async throws {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as ProgramFault] in
      var program = try VerificationTests.program()
      fault.plant(in: &program)
      program.verify()
    }
    expectMessage(outcome, fault.message)
  }

  enum PlanFault: String, CaseIterable, Codable {
    case stepMissing, stepsExchanged, stepTwice, overlap, arenaTooSmall, lastStepMissing
    case readAfterReplacement, phaseMissing, onePhase, byOtherRows

    var message: String {
      switch self {
      case .stepMissing, .stepsExchanged: "reads what is not written"
      case .stepTwice: "writes a slot again"
      case .overlap: "two living buffers overlap"
      case .arenaTooSmall: "a buffer lies outside the arena"
      case .lastStepMissing: "is never written"
      case .readAfterReplacement: "reads"
      case .phaseMissing: "the phases do not cover the steps"
      case .onePhase: "reads what another thread may still be writing"
      case .byOtherRows: "a step does not go by rows"
      }
    }

    func plant(in plan: inout Plan) {
      switch self {
      case .stepMissing: plan.steps.removeFirst()
      case .stepsExchanged: plan.steps.swapAt(0, 1)
      case .stepTwice: plan.steps.insert(plan.steps[0], at: 0)
      case .overlap:
        plan.buffers[1].offset = plan.buffers[0].offset
        plan.buffers[1].firstStep = plan.buffers[0].firstStep
      case .arenaTooSmall: plan.arenaByteCount -= 64
      case .lastStepMissing: plan.steps.removeLast()
      case .readAfterReplacement:
        // The first output takes the place of the weights, which later steps still read.
        let donor = plan.outputs[1].donor
        plan.outputs[0].donor = donor
        plan.outputs[1].donor = nil
      case .phaseMissing: plan.phases.removeLast()
      case .onePhase:
        plan.outputs[1].donor = nil
        plan.phases = [Phase(steps: plan.steps.indices, rows: nil)]
      case .byOtherRows: plan.phases = [Phase(steps: plan.steps.indices, rows: 3001)]
      }
    }
  }

  @Test("In plans", arguments: PlanFault.allCases)
  func plans(fault: PlanFault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as PlanFault] in
      var plan = VerificationTests.plan()
      fault.plant(in: &plan)
      plan.verify()
    }
    expectMessage(outcome, fault.message)
  }

  private func expectMessage(_ outcome: ExitTest.Result?, _ message: String) {
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("illegal plan") && text.contains(message), "\(text)")
  }
}
