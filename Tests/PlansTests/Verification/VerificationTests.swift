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
    let y = relu(relu(x • w) • w) • w
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
      case .shapeOfUnary: "relu of [Float [3, 2]]: gives Float [3, 2], not Float [2, 3]"
      case .typeOfUnary: "relu of [Float [3, 2]]: gives Float [3, 2], not Double [3, 2]"
      case .shapeOfBinary: "* of [Float [3, 2], Float []]: gives Float [3, 2], not Float [3, 3]"
      case .typesOfBinary: "* of [Float [3, 2], Bool [3, 2]]: elementTypes"
      case .condition: "select of [Float [3, 2], Float [3, 2], Float [3, 2]]: elementType"
      case .shapeOfReduction: "sum of [Float [3, 2]]: gives Float [2], not Float [3]"
      case .missingResult: "a result is missing"
      case .tooLarge: "uncountable"
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
    case readAfterReplacement, phaseMissing, onePhase, byOtherRows, tooShortALife, resultMissing
    case givenTwice, givenToAnother

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
      case .tooShortALife: "is used when it does not live"
      case .resultMissing: "a result without memory"
      case .givenTwice: "an argument is given twice"
      case .givenToAnother: "takes the place of what is not like it"
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
      case .byOtherRows:
        let rows = Phase.Rows(count: 3001, inFlight: 1, multiple: 1)
        plan.phases = [Phase(steps: plan.steps.indices, rows: rows)]
      case .tooShortALife: plan.buffers[0].lastStep -= 1
      case .resultMissing: plan.results.append(plan.outputs.count)
      case .givenTwice: plan.outputs[0].donor = plan.outputs[1].donor
      case .givenToAnother: plan.arguments[plan.outputs[1].donor!].shape = [4]
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

  /// A product of many products: the factors live until the last of them has been used.
  private static func longPlan() throws -> Plan {
    let w: Tensor<Float> = [[1, 2], [3, 4]]
    let factors = (0..<100).map { relu(w + Float($0)) • w }
    let product = factors.dropLast().reversed().reduce(factors[99]) { $0 • $1 }
    return try Plan(Capture(of: [product.value]).program, verifying: true)
  }

  @Test func anyTwoLivingBuffersAreKeptApart() throws {
    let plan = try VerificationTests.longPlan()
    var pairs = 0, farthest = 0
    for first in stride(from: 0, to: plan.buffers.count, by: 5) {
      for second in plan.buffers.indices where second != first {
        let a = plan.buffers[first], b = plan.buffers[second]
        guard a.firstStep <= b.lastStep, b.firstStep <= a.lastStep else { continue }
        // Inner buffers are in the memory of their thread.
        if a.isInner != b.isInner { continue }
        var moved = plan
        moved.buffers[second].offset = a.offset
        #expect(throws: Illegality.self, "\(first), \(second)") { try moved.check() }
        pairs += 1
        farthest = max(farthest, abs(first - second))
      }
    }
    #expect(pairs > 1000 && farthest > 64)
  }

  @Test func placesMustBeWholeLinesInTheArena() throws {
    let plan = try VerificationTests.longPlan()
    for offset in [-64, 32, plan.arenaByteCount] {
      var moved = plan
      moved.buffers[0].offset = offset
      #expect(throws: Illegality.self) { try moved.check() }
    }
  }

  /// Each pass is checked before the next one: what it has not settled is nobody's fault.
  @Test func passesAreCheckedOneByOne() throws {
    var plan = try VerificationTests.longPlan()
    plan.arenaByteCount = 0
    try plan.check(.scheduled)
    plan.phases = []
    try plan.check(.lowered)
    #expect(throws: Illegality.self) { try plan.check(.scheduled) }
    plan.steps.removeFirst()
    #expect(throws: Illegality.self) { try plan.check(.lowered) }
  }

  private func expectMessage(_ outcome: ExitTest.Result?, _ message: String) {
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("illegal plan") && text.contains(message), "\(text)")
  }
}
