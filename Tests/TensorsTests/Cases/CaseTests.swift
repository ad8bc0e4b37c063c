// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport
import Testing

/// Every operation against NumPy, PyTorch and JAX: values, gradients, strides, batches.
@Suite struct CaseTests {
  static let names = PeerCase.all.keys.sorted()

  @Test("As the peers compute and differentiate it", arguments: names)
  func values(_ name: String) {
    check(name) { $0.mismatches() }
  }

  /// Each case in one arrangement of memory, all of a name in all.
  @Test("The same bits through views", arguments: names)
  func views(_ name: String) {
    var number = 0
    check(name) { run in
      let view = CaseView.allCases[number % CaseView.allCases.count]
      number += 1
      return run.differsThrough(view) ? ["other numbers when inputs are \(view)"] : []
    }
  }

  @Test("In batches as one by one", arguments: names)
  func batches(_ name: String) {
    var number = 0
    check(name) { run in
      number += 1
      return [run.mismatchOfBatch(number)].compactMap(\.self)
    }
  }

  private func check(_ name: String, _ mismatches: (any CheckedCase) -> [String]) {
    for example in PeerCase.all[name]! {
      for type in example.types {
        guard let run = example.run(in: type) else {
          Issue.record("\(name) has cases in \(type.name) and no line in the table")
          return
        }
        for mismatch in mismatches(run) {
          Issue.record("\(example) in \(type.name): \(mismatch)")
        }
      }
    }
  }
}

/// A run of whatever element type.
protocol CheckedCase {
  func mismatches() -> [String]
  func differsThrough(_ view: CaseView) -> Bool
  func mismatchOfBatch(_ number: Int) -> String?
}

extension CaseRun: CheckedCase {}

extension PeerCase {
  /// Nil if the table of this type has no such operation.
  func run(in type: ElementType) -> (any CheckedCase)? {
    switch type {
    case .float: CaseRun(self, in: CaseTables.float)
    case .double: CaseRun(self, in: CaseTables.double)
    case .int32: CaseRun(self, in: CaseTables.int32)
    case .bool: CaseRun(self, in: CaseTables.bool)
    }
  }
}
