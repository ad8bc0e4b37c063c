// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackPlans
import PullbackTestSupport
import Testing

/// Numbers that PyTorch computed: see Scripts/fixtures/networks.py and optimizers.py.
struct TrainingFixture {
  private let records: [String: [Float]]

  init(_ name: String = "training.txt") {
    Plan.verifiesByDefault = true
    records = Fixture.records(name)
  }

  func numbers(_ name: String) -> [Float] { records[name]! }

  func tensor(_ name: String, _ shape: Shape) -> Tensor<Float> {
    Tensor(shape: shape, scalars: numbers(name))
  }
}

/// What a process that was expected to fail said.
func standardError(of result: ExitTest.Result?) -> String {
  String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
}
