// SPDX-License-Identifier: Apache-2.0

import Pullback

/// A model of eight equal parts, so that a file that mixes two models would show it.
func saveModel(_ path: String, _ number: Int, byteCount: Int) throws {
  let count = byteCount / 8 / MemoryLayout<Float>.stride
  var parameters = Parameters()
  for part in 0..<8 {
    parameters.add("part\(part)", Parameter(value: Tensor<Float>.full([count], Float(number))))
  }
  try ModelFile(parameters, summary: ["number": .integer(number)]).save(to: path)
}

/// The number that a model was saved with. Throws or stops if any weight is another.
func numberOfModel(_ path: String) throws -> Int {
  let file = try ModelFile.load(at: path)
  guard case .integer(let number)? = file.summary["number"] else {
    fail(65, "\(path): no number in the summary")
  }
  for (name, tensor) in file.weights {
    let weights = try tensor.tensor(as: Float.self)
    let isOther = (weights .!= Float(number)).any()
    if Bool(isOther) { fail(65, "\(path): \(name) is not all \(number)") }
  }
  return number
}
