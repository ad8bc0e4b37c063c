// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackPlans
import Testing

/// Numbers that PyTorch computed: see Scripts/fixtures/networks.py.
struct Fixture {
  private var records: [String: [Float]] = [:]

  init() throws {
    Plan.verifiesByDefault = true
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/training.txt")
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ")
      records[String(words[0])] = words.dropFirst().map { Float($0)! }
    }
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
