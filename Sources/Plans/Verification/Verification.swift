// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Synchronization

/// What makes a program or a plan illegal: a fault of the pass that made it, never of a user.
package struct Illegality: Error, CustomStringConvertible {
  package let description: String
}

func require(_ holds: Bool, _ message: @autoclosure () -> String) throws(Illegality) {
  if !holds { throw Illegality(description: message()) }
}

extension Plan {
  private static let verifies = Atomic<Bool>(false)

  /// Whether programs and plans are checked after every pass. Tests turn it on; it is not an
  /// `assert`, so that release builds are tested with it too.
  package static var verifiesByDefault: Bool {
    get { verifies.load(ordering: .relaxed) }
    set { verifies.store(newValue, ordering: .relaxed) }
  }

  /// What is settled in a plan: each pass adds to it.
  package enum Stage: Int {
    case lowered, scheduled, placed
  }

  /// Stops the program if the plan is illegal.
  package func verify(_ stage: Stage = .placed) {
    stopping { () throws(Illegality) in try check(stage) }
  }

  /// What a legal plan is.
  ///
  /// - Each step reads only what is there and in bounds, and every form is that which its operation
  ///   gives it; every number is written before it is read, every result is written once.
  /// - Once steps are in order: the phases cover them, and nothing in a phase waits for
  ///   another part of it.
  /// - Once memory is assigned: a result takes the place only of an argument like it that nobody
  ///   reads any more, and two buffers that live at the same time do not overlap.
  package func check(_ stage: Stage = .placed) throws(Illegality) {
    try checkForms()
    try checkOrder()
    if stage.rawValue >= Stage.scheduled.rawValue { try checkPhases() }
    if stage == .placed {
      try checkDonations()
      try checkBuffers()
    }
  }
}

extension Program {
  /// Stops the program if this one is illegal.
  package func verify() { stopping { () throws(Illegality) in try check() } }

  /// What a legal program is: inputs come before users, every entry has the form that its operation
  /// gives it, and no two are one argument or one parameter.
  package func check() throws(Illegality) {
    var arguments = Set<Int>(), parameters = Set<Int>()
    for (index, entry) in entries.enumerated() {
      var inputs: [Form] = []
      for input in 0..<entry.inputs.count {
        let input = entry.inputs[input]
        try require((0..<index).contains(input), "entry \(index) reads one not before it")
        inputs.append(Form(entries[input].shape, entries[input].elementType))
      }
      try entry.operation.check(
        inputs, Form(entry.shape, entry.elementType), of: "entry \(index)")
      if case .creation(.data) = entry.operation {
        try require(
          entry.index >= 0 && arguments.insert(entry.index).inserted,
          "entry \(index) is an argument that there was before")
      } else if entry.operation.takesParameter {
        try require(
          entry.index >= 0 && parameters.insert(entry.index).inserted,
          "entry \(index) is a parameter that there was before")
      }
    }
    for result in results {
      try require(entries.indices.contains(result), "a result is missing")
    }
  }
}

extension Operation {
  /// Refuses inputs that do not fit, and another result than the rule gives.
  func check(
    _ inputs: [Form], _ result: Form, of place: @autoclosure () -> String
  ) throws(Illegality) {
    func said() -> String { "\(place()), \(name) of \(inputs)" }
    let form: Form
    do throws(FormFault) {
      form = try self.form(of: inputs, shape: result.shape, elementType: result.elementType)
    } catch {
      throw Illegality(description: "\(said()): \(error)")
    }
    try require(form == result, "\(said()): gives \(form), not \(result)")
  }
}

private func stopping(_ check: () throws(Illegality) -> Void) {
  do throws(Illegality) { try check() } catch { fatalError("illegal plan: \(error)") }
}
