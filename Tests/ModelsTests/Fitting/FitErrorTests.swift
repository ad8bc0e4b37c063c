// SPDX-License-Identifier: Apache-2.0

import PullbackModels
import Testing

struct FitErrorTests {
  private func problem(_ change: (inout FitSettings) -> Void) -> String? {
    var settings = FitSettings()
    change(&settings)
    return #expect(throws: FitError.self) { try settings.check() }?.description
  }

  @Test func settingsThatCannotBeAreNamed() throws {
    try FitSettings().check()
    #expect(problem { $0.hidden = [0] } == "hidden: a layer of 0 units; use 1 to 1048576")
    #expect(problem { $0.epochs = 0 } == "epochs: 0 where 1 or more is expected")
    #expect(problem { $0.batch = -1 } == "batch: -1 where 1 or more is expected")
    #expect(
      problem { $0.learningRate = .nan } == "learning rate: nan where a number above 0 is expected")
    #expect(
      problem { $0.weightDecay = -1 }
        == "weight decay: -1.0 where a number from 0 on is expected")
    #expect(
      problem { $0.dropout = 1 } == "dropout: 1.0 where a share from 0 to below 1 is expected")
    #expect(
      problem { $0.validation = .share(1) }
        == "validation: a share of 1.0 is not between 0 and 1")
    #expect(problem { $0.validation = .folds(1) } == "validation: 1 folds; use 2 or more")
    #expect(
      problem {
        $0.members = 2
        $0.hidden = [4, 4]
      } == "members: 2 networks; use 1000 at most, each of one hidden layer")
    #expect(
      problem {
        $0.validation = .folds(3)
        $0.keepsValidation = true
      }?.hasPrefix("validation: no model of one fold") == true)
  }
}
