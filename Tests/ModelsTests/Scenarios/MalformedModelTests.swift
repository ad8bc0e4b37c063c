// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct MalformedModelTests {
  private let folder = TemporaryFolder()

  /// A safetensors file whose metadata is a model's, with changes.
  private func message(_ changes: [String: String?]) throws -> String? {
    let path = folder.file("model.safetensors")
    var metadata: [String: String] = ["format": "pullback", "version": "1", "summary": "{}"]
    for (key, text) in changes { metadata[key] = text }
    try Safetensors.write(["0.weight": Tensor<Float>([[1]])], metadata: metadata, to: path)
    let error = #expect(throws: FileError.self) { try ModelFile.load(at: path) }
    #expect(error?.kind == .malformed)
    return error.map { String($0.description.dropFirst(path.count)) }
  }

  @Test(
    arguments: [
      (
        ["version": "2"],
        ": was saved in version 2 of the format; this Pullback reads versions up to 1: use a newer one"
      ),
      (["version": "0"], ": \"0\" is no version of a model file"),
      (["version": "x"], ": \"x\" is no version of a model file"),
      (["architecture": "["], ": architecture: a value expected"),
      (["architecture": "3"], ": architecture: a list expected"),
      (["architecture": "[{}]"], ": architecture[0]: the member \"type\" is missing"),
      (
        ["architecture": #"[{"type":"relu"},{"type":"conv"}]"#],
        ": architecture[1].type: \"conv\" is no layer that is known here; if it is your own, load "
          + "with layers: [its type]"
      ),
      (
        ["architecture": #"[{"type":"linear","inputs":-1,"outputs":1,"bias":true}]"#],
        ": architecture[0].inputs: a whole number from 0 on expected"
      ),
      (
        ["architecture": #"[{"type":"linear","inputs":1,"outputs":1,"bias":1}]"#],
        ": architecture[0].bias: true or false expected"
      ),
      (
        ["architecture": #"[{"type":"dropout","rate":1}]"#],
        ": architecture[0].rate: 1.0 where a rate in 0 ..< 1 is expected"
      ),
      (["preprocessing": "{}"], ": preprocessing: the member \"inputs\" is missing"),
      (
        ["preprocessing": #"{"inputs":[{"name":"x","type":"log"}]}"#],
        ": preprocessing.inputs[0].type: \"log\" is no transform that is known here"
      ),
      (
        [
          "preprocessing":
            #"{"inputs":[{"name":"x","type":"standardized","mean":"1","scale":1,"missing":0}]}"#
        ], ": preprocessing.inputs[0].mean: a number expected"
      ),
      (
        [
          "preprocessing":
            #"{"inputs":[{"name":"x","type":"standardized","mean":1,"scale":0,"missing":0}]}"#
        ],
        ": preprocessing.inputs[0]: mean 1.0, scale 0.0, missing 0.0 are no numbers to standardize "
          + "with"
      ),
      (["classNames": #"["a",1]"#], ": classNames[1]: a text expected"),
      (["classNames": #"["a","a"#], ": classNames: a text is left open"),
      (["randomKeys": #"{"k":"xyz"}"#], ": randomKeys.k: up to 16 hexadecimal digits expected"),
      (["randomKeys": "[]"], ": randomKeys: an object expected"),
      (["optimizer": #"{"kind":"SGD"}"#], ": optimizer: the member \"stepCount\" is missing"),
      (["summary": "{,}"], ": summary: \"\"\" expected"),
    ] as [([String: String], String)])
  func eachHasItsError(changes: [String: String], expected: String) throws {
    #expect(try message(changes) == expected)
  }

  @Test func otherFilesAreNoModels() throws {
    let expected =
      ": is a safetensors file, but no model that Pullback saved; for weights of PyTorch use "
      + "model.loadPyTorch(at:)"
    #expect(try message(["format": nil]) == expected)
    #expect(try message(["format": "pt"]) == expected)
    #expect(try message(["version": nil]) == expected)
  }
}
