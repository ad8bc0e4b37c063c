// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

/// Each column of x times a factor of its own.
private struct Scaling: StoredLayer {
  static let kind = "scaling"
  let factor: Parameter
  init(_ columns: Int) { factor = Parameter(shape: [columns], .constant(1)) }

  var parameters: Parameters { ["factor": factor] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x * factor.value }

  var settings: LayerSettings { ["columns": .integer(factor.shape[0])] }
  init(settings: LayerSettings) throws { self.init(try settings.count("columns")) }
}

/// The examples in the documentation of Sources/Formats and Sources/Models run and print what the
/// documentation says.
struct FileExamplesTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "pullback-\(UUID())")

  private func path(_ name: String) -> String {
    folder.appending(path: name).path(percentEncoded: false)
  }

  private func inFolder(_ body: () throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body()
  }

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

  @Test func tablesAndArrays() throws {
    try inFolder {
      try Data("price,postcode\n1.5,01234\n,98765\n".utf8).write(
        to: URL(filePath: path("prices.csv")))
      let table = try CSV.table(at: path("prices.csv"), types: ["postcode": .categorical])
      let printed = table.columns.map { "\($0.name) \($0.kind) \($0.missingCount)" }
      #expect(printed == ["price numeric 1", "postcode categorical 0"])

      let seconds = try CSV.table(from: Array("t,v\n1700000001,1\n1700000002,2\n".utf8))
      let t = try seconds.matrix(of: ["t"], as: Double.self).scalars
      #expect("\(t)" == "[1700000001.0, 1700000002.0]")
      let sizes = try CSV.table(from: Array("size\nlarge\n10\n2\n".utf8), header: true)
      guard case .categorical(let codes, let categories) = sizes.columns[0].values else {
        Issue.record("sizes are texts")
        return
      }
      #expect("\(codes) \(Array(categories))" == #"[2, 1, 0] ["2", "10", "large"]"#)

      try NumPy.save(StoredTensor(shape: [2], scalars: [UInt8(7), 8]), to: path("labels.npy"))
      let labels = try NumPy.load(at: path("labels.npy"))
      let y = try labels.tensor(as: Int32.self)
      #expect(y.scalars == [7, 8] && labels.type == .uint8)
      #expect(try NumPy.load(at: path("labels.npy"), as: Float.self).scalars == [7, 8])

      let images = Tensor<Float>([[0, 1]]), digits: Tensor<Int32> = [7]
      let tensors: NamedTensors = ["x_train": images, "y_train": digits]
      try NumPy.save(tensors, to: path("mnist.npz"))
      let archive = try NumPy.archive(at: path("mnist.npz"))
      #expect("\(archive.names)" == #"["x_train", "y_train"]"#)
      #expect(try archive.load("x_train", as: Float.self).shape == [1, 2])
    }
  }

  @Test func weights() throws {
    try inFolder {
      let w = Tensor<Float>([[1, 2]]), b: Tensor<Float> = [3]
      try Safetensors.write(
        ["hidden.weight": w, "b": b], metadata: ["made by": "me"], to: path("w.safetensors"))
      let file = try Safetensors.read(at: path("w.safetensors"))
      #expect("\(file.names) \(file.metadata)" == #"["hidden.weight", "b"] ["made by": "me"]"#)
      #expect(file.metadata["made by"] ?? "nobody" == "me")
      #expect(try file.load("hidden.weight", as: Float.self).scalars == [1, 2])

      let summary: JSON = ["epochs": 20, "loss": 0.25, "classes": ["cat", "dog"]]
      #expect("\(summary)" == #"{"epochs":20,"loss":0.25,"classes":["cat","dog"]}"#)

      let model = Sequential(Linear(64, 50), ReLU(), Linear(50, 10)).initialized(seed: 7)
      #expect("\(model.parameters.paths)" == #"["0.weight", "0.bias", "2.weight", "2.bias"]"#)
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

  @Test func layersOfYourOwn() throws {
    try inFolder {
      let model = Sequential(Linear(4, 3), Scaling(3), ReLU()).initialized(seed: 7)
      try ModelFile(model).save(to: path("scaled.safetensors"))
      let same = try ModelFile.load(at: path("scaled.safetensors"), layers: [Scaling.self])
        .makeModel()
      #expect("\(same.layers[1])" == "Scaling(columns: 3)")
      let x = Tensor<Float>.uniform([2, 4], key: RandomKey(seed: 1))
      #expect(same(x).scalars == model(x).scalars)

      let settings: LayerSettings = ["inputs": .integer(4), "bias": .truth(true)]
      #expect("\(settings)" == "(inputs: 4, bias: true)")
      #expect(try settings.count("inputs") == 4)
      let sizes: LayerSettings = [
        "size": .list([.integer(3), .integer(5)]), "outputs": .integer(8),
      ]
      #expect("\(try sizes.shape("size", "outputs"))" == "[3, 5, 8]")
      let error = LayerError("0 where 1 or more are expected", setting: "heads")
      #expect("\(error)" == "heads: 0 where 1 or more are expected")
      #expect(
        try "\(Architecture(of: Sequential(Linear(64, 50), ReLU(), Dropout(0.5))))"
          == "[linear(inputs: 64, outputs: 50, bias: true), relu, dropout(rate: 0.5)]")

      let base = Linear(8, 4), head = Linear(4, 2)
      let parameters: Parameters = ["base": base.marked(isTrained: false), "head": head]
      #expect(
        "\(parameters.count) \(parameters.trained.paths)" == #"4 ["head.weight", "head.bias"]"#)
    }
  }
}
