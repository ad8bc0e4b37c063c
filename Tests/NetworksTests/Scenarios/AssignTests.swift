// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct AssignTests {
  @Test func aSecondModelTakesTheNumbers() {
    let first = Linear(3, 2).initialized(seed: 1), second = Linear(3, 2)
    second.parameters.assign(first.snapshot())
    #expect(second.numbers == first.numbers)
    second.weight.value = .zeros([3, 2])
    #expect(first.numbers != second.numbers)
    first.parameters.assign(second)
    #expect(first.numbers == second.numbers)
  }

  /// Of a parameter at two paths the first counts, as in files.
  @Test func aTiedWeightTakesWhatStandsFirst() {
    let w = Parameter(value: [0])
    let tied: Parameters = ["a": w, "b": w]
    let other: Parameters = ["a": Parameter(value: [1]), "b": Parameter(value: [2])]
    tied.assign(other)
    #expect(w.value.scalars == [1])
  }

  enum Fault: String, CaseIterable, Codable {
    case missing, extra, shape, uninitialised

    var message: String {
      switch self {
      case .missing: "assign: there are no numbers for bias [2]. Fix: "
      case .extra: "assign: bias of the other model has no parameter here. Fix: "
      case .shape: "assign: weight has the shape [3, 2], and [3, 4] in the other model. Fix: "
      case .uninitialised:
        "assign: weight has no numbers yet in the other model. Fix: "
      }
    }

    func run() {
      let model = Linear(3, 2).initialized(seed: 1)
      switch self {
      case .missing: model.parameters.assign(Linear(3, 2, bias: false).initialized(seed: 1))
      case .extra: Linear(3, 2, bias: false).initialized(seed: 1).parameters.assign(model)
      case .shape: model.parameters.assign(Linear(3, 4).initialized(seed: 1))
      case .uninitialised: model.parameters.assign(Linear(3, 2))
      }
    }
  }

  @Test(arguments: Fault.allCases) func whatDoesNotFitIsAMistake(fault: Fault) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in fault.run()
    }
    #expect(standardError(of: result).contains(fault.message), "\(standardError(of: result))")
  }
}
