// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct InspectTests {
  @Test func anArrayIsALine() throws {
    let folder = TemporaryFolder(), path = folder.file("x.npy")
    try NumPy.save(Tensor<Float>([[0, 1, 2], [3, 4, 12]]), to: path)
    let run = try Command.run("inspect", path)
    #expect(run.status == 0 && run.errors.isEmpty)
    // The mean by hand: 22 / 6.
    #expect(
      run.output
        == """
        \(path): an array of NumPy
        numbers         least   mean  largest     histogram
        float32 [2, 3]      0  3.667       12  ▄▄▄▄▄      ▄

        """.replacingOccurrences(of: "▄", with: "▁"))
  }

  @Test func jsonHasALineForEachArrayAndAResult() throws {
    let folder = TemporaryFolder(), path = folder.file("all.npz")
    let y = StoredTensor(shape: [3], scalars: [1, 2, 255] as [UInt8])
    try NumPy.save(["x": Tensor<Double>([[1, -1], [.nan, .infinity]]), "y\"": y], to: path)
    let run = try Command.run("inspect", "--json", path)
    let lines = try run.jsonLines
    #expect(run.status == 0 && lines.count == 3)
    #expect(lines[0]["event"] as? String == "array" && lines[0]["name"] as? String == "x")
    #expect(lines[0]["shape"] as? [Int] == [2, 2] && lines[0]["type"] as? String == "float64")
    #expect(lines[0]["not_finite"] as? Int == 2 && lines[0]["least"] as? Double == -1)
    let counted = (lines[0]["histogram"] as? [Int])?.reduce(0, +)
    #expect(counted == 2)
    #expect(lines[1]["name"] as? String == "y\"" && lines[1]["mean"] as? Double == 86)
    #expect(lines[1]["largest"] as? Double == 255)
    #expect(lines[2]["event"] as? String == "result" && lines[2]["kind"] as? String == "npz")
    #expect(lines[2]["arrays"] as? Int == 2)
  }

  /// Numbers at the ends of their types, none, and none that are finite.
  @Test func extremeArraysAreShown() throws {
    let folder = TemporaryFolder(), path = folder.file("all.safetensors")
    let tensors: NamedTensors = [
      "wide": StoredTensor(shape: [2], scalars: [Int64.min, .max]),
      "empty": StoredTensor(shape: [0, 3], scalars: [] as [Float]),
      "nan": StoredTensor(shape: [2], scalars: [Float.nan, .infinity]),
      "huge": StoredTensor(shape: [2], scalars: [-Double.greatestFiniteMagnitude, 1e308]),
      "truth": StoredTensor(shape: [2], scalars: [true, false]),
      "half": StoredTensor(Tensor<Float>([1, 2]), as: .float16),
    ]
    try Safetensors.write(tensors, to: path)
    let run = try Command.run("inspect", path)
    #expect(run.status == 0 && run.errors.isEmpty)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 8 && lines.allSatisfy { $0.count <= 80 || $0 == lines[0] })
    #expect(lines.contains { $0.contains("wide") && $0.contains("-9.223e+18") })
    #expect(lines.contains { $0.hasPrefix("nan ") && $0.hasSuffix("2") })
    #expect(try Command.run("inspect", path, "--json").jsonLines.count == 7)
  }

  @Test func aModelIsItsLayersAndClasses() throws {
    let folder = TemporaryFolder(), path = folder.file("m.safetensors")
    let model = Sequential(Linear(4, 3), ReLU(), Linear(3, 2)).initialized(seed: 1)
    try ModelFile(model, classNames: ["cat", "dog"], summary: ["epochs": 3]).save(to: path)
    let run = try Command.run("inspect", path)
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("\(path): a model of 23 numbers\n"))
    #expect(run.output.contains("Linear(4, 3)") && run.output.contains("classes: cat, dog\n"))
    let json = try #require(try Command.run("inspect", path, "--json").jsonLines.last)
    #expect(json["kind"] as? String == "model" && json["parameters"] as? Int == 23)
    #expect(json["classes"] as? [String] == ["cat", "dog"])
    #expect((json["summary"] as? [String: Int]) == ["epochs": 3])
  }

  @Test func aFileThatIsNoneIsOneError() throws {
    let folder = TemporaryFolder()
    try folder.write([], to: "weights.npy")
    let near = try Command.run("inspect", folder.file("wieghts.npy"))
    #expect(near.status == 66 && near.output.isEmpty)
    #expect(
      near.errors == "Error: \(folder.file("wieghts.npy")): there is no such file; did you mean "
        + "\"\(folder.file("weights.npy"))\"?\n")
    #expect(try Command.run("inspect", folder.path).status == 66)
    #expect(try Command.run("inspect", folder.file("weights.npy")).status == 65)
    let pickle = try folder.write([0x80, 4, 0x95, 1, 0, 0], to: "m.pkl")
    let other = try Command.run("inspect", pickle)
    #expect(other.status == 65 && other.errors.contains("is a Python pickle"))
    #expect(other.errors.split(separator: "\n").count == 1)
  }

  @Test func aTableIsALineForEachColumn() throws {
    let folder = TemporaryFolder()
    let file = try folder.write(Array(SmallTables.homes().utf8), to: "homes.csv")
    let run = try Command.run("inspect", file, "--target", "Preis")
    let lines = run.output.split(separator: "\n")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    #expect(lines[0] == "\(file): 200 rows, 4 columns")
    #expect(lines.dropFirst().allSatisfy { $0.count <= 80 }, "\(run.output)")
    #expect(lines[2].hasPrefix("Preis ") && lines[2].contains("currency"))
    #expect(lines[4].contains("categories") && lines[4].contains("Bonn"))
    #expect(lines[5].contains("dates") && lines[5].contains("2023-01-01 to 2023-12-"))
    #expect(run.output.contains("1 value left out as missing: \"viele\" in line 19"))
    #expect(run.output.contains("regression: "))
  }

  /// Against NumPy: see the comment of each number.
  @Test func associationsAreThoseOfStatistics() throws {
    let folder = TemporaryFolder()
    let text = """
      x,y,kind,sort,same
      1,2,a,u,1
      2,1,a,u,1
      3,5,b,v,1
      4,3,b,u,1
      5,8,b,v,1
      6,7,a,v,1

      """
    let file = try folder.write(Array(text.utf8), to: "t.csv")
    func association(_ column: String, _ target: String) throws -> Double? {
      let lines = try Command.run("inspect", file, "--target", target, "--json").jsonLines
      return lines.first { $0["name"] as? String == column }?["association"] as? Double
    }
    // numpy.corrcoef(x, y)[0, 1]
    #expect(abs(try #require(try association("x", "y")) - 0.838539) < 1e-6)
    // sqrt(sum of n (mean of kind - mean)^2 / sum of (y - mean)^2)
    #expect(abs(try #require(try association("kind", "y")) - 0.390567) < 1e-6)
    // sqrt(chi2 / n), scipy.stats.contingency.association(method="cramer")
    let third = 1.0 / 3, kinds = try #require(try association("kind", "sort"))
    #expect(abs(kinds - third) < 1e-9)
    #expect(try association("same", "y") == nil && association("y", "y") == nil)
  }

  @Test func aWrongColumnSuggestsTheNearest() throws {
    let folder = TemporaryFolder()
    let file = try folder.write(Array(SmallTables.homes(rows: 20).utf8), to: "homes.csv")
    let run = try Command.run("inspect", file, "--target", "Pries")
    #expect(run.status == 65 && run.output.isEmpty && run.errors.contains("\"Preis\"?"))
  }

  @Test func aTableOnStandardInput() throws {
    let run = try Command.run(inShell: "printf 'a,b\n1,x\n2,y\n' | \"$0\" inspect - --json")
    let lines = try run.jsonLines
    #expect(lines.count == 3 && lines[2]["kind"] as? String == "table")
    #expect(lines[0]["least"] as? Double == 1 && lines[1]["distinct"] as? Int == 2)
  }
}
