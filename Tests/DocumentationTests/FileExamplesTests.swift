// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// What the documentation of Sources/Formats and Sources/Models says beside what
/// its examples print.
struct FileExamplesTests {
  private let folder = TemporaryFolder()

  private func path(_ name: String) -> String { folder.file(name) }

  @Test func errorsReadAsDocumented() {
    func message(_ text: String, _ types: [String: Table.Kind] = [:]) -> String? {
      let bytes = Array(text.utf8)
      return #expect(throws: FileError.self) {
        try CSV.table(from: bytes, name: "prices.csv", types: types)
      }?.description
    }
    let rows = String(repeating: "1,2,3,4,5\n", count: 15)
    #expect(
      message("a,b,rooms,d,e\n" + rows + "1,2,3,4,5,6,7\n")
        == "prices.csv:17: expected 5 fields, found 7")
    #expect(
      message("a,b,rooms,d,e\n" + rows + "1,2,3,4,5\n1,2,many,4,5\n", ["rooms": .numeric])
        == "prices.csv:18: field 3 (rooms): \"many\" is not a number")
    let error = #expect(throws: FileError.self) {
      try Safetensors.read(
        from: [132, 3, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0x7B, count: 32),
        name: "weights.safetensors")
    }
    #expect(
      error?.description == "weights.safetensors: byte 0: the header of 900 bytes is longer than "
        + "the file of 40 bytes")
  }

  @Test func arrays() throws {
    try NumPy.save(StoredTensor(shape: [2], scalars: [UInt8(7), 8]), to: path("labels.npy"))
    let labels = try NumPy.load(at: path("labels.npy"))
    let y = try labels.tensor(as: Int32.self)
    #expect(y.scalars == [7, 8] && labels.type == .uint8)
    #expect(try NumPy.load(at: path("labels.npy"), as: Float.self).scalars == [7, 8])
  }

  @Test func weights() throws {
    let model = Sequential(Linear(64, 50), ReLU(), Linear(50, 10)).initialized(seed: 7)
    let saved = ModelFile(
      model, classNames: (0...9).map(String.init), summary: ["epochs": 20])
    try saved.save(to: path("digits.safetensors"))
    let loaded = try ModelFile.load(at: path("digits.safetensors"))
    let same = try loaded.makeModel()
    #expect(same(Digits.test.inputs).scalars == model(Digits.test.inputs).scalars)

    // nn.Sequential(nn.Linear(64, 50), nn.ReLU(), nn.Linear(50, 10))
    var transposed = NamedTensors()
    for (name, parameter) in model.parameters {
      transposed.add(
        name, parameter.value.rank == 2 ? parameter.value.transposed() : parameter.value)
    }
    try Safetensors.write(transposed, to: path("digits.safetensors"))
    let other = Sequential(Linear(64, 50), ReLU(), Linear(50, 10))
    try other.loadPyTorch(at: path("digits.safetensors"))
    #expect(other(Digits.test.inputs).scalars == model(Digits.test.inputs).scalars)
  }
}
