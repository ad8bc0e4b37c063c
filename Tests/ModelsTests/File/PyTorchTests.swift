// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

struct PyTorchTests {
  /// Linear(4, 4), ReLU, Linear(4, 3) with PyTorch's output for two rows: see
  /// Scripts/fixtures/formats.py. The square weight would load in either orientation.
  @Test func weightsGivePyTorchsOutput() throws {
    let model = Sequential(Linear(4, 4), Activation(relu), Linear(4, 3))
    try model.loadPyTorch(at: fixture("pytorch.safetensors"))
    let lines = try String(contentsOfFile: fixture("pytorch.txt"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: " ").map { Float($0)! } }
    let y = model(Tensor(shape: [2, 4], scalars: lines[0]))
    #expect(y.isClose(to: Tensor(shape: [2, 3], scalars: lines[1])))
  }

  @Test func anotherModelIsRefused() throws {
    let path = fixture("pytorch.safetensors")
    func message(_ model: Sequential) -> String? {
      let error = #expect(throws: FileError.self) { try model.loadPyTorch(at: path) }
      #expect(!model.parameters.contains { $0.parameter.isInitialized })
      return error.map { String($0.description.dropFirst(path.count)) }
    }
    #expect(
      message(Sequential(Linear(4, 4), Linear(4, 3)))
        == ": 1.weight: the model has it, the file does not")
    #expect(
      message(Sequential(Linear(4, 4), Activation(relu), Linear(4, 5)))
        == ": 2.weight: has the shape [4, 3], the model's the shape [4, 5]")
    #expect(
      message(Sequential(Linear(4, 4), Activation(relu), Linear(4, 3, bias: false)))
        == ": 2.bias: the file has it, the model does not")
  }
}
