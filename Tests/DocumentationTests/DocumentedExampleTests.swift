// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

/// The examples in documentation comments compile, and print what the comments say. They are read
/// off the sources and compiled as they stand, so a new one is run without being added anywhere.
struct DocumentedExampleTests {
  private static let all = SourceFile.sources.flatMap {
    DocumentedExample.all(in: $0.path, $0.lines)
  }
  private static let examples = all.filter(\.prints), fragments = all.filter { !$0.prints }

  @Test func examplesPrintWhatTheySay() throws {
    let folder = TemporaryFolder()
    try writeFiles(to: folder)
    let program = folder.file("examples")
    let compiled = try CompiledSource.program(at: program, of: sources)
    try #require(compiled.succeeded, "\(compiled.messages)")
    let result = try BuiltProgram.run(at: program, in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let outputs = result.output.components(separatedBy: Self.mark).dropFirst()
    try #require(outputs.count == Self.examples.count)
    for (example, output) in zip(Self.examples, outputs) {
      #expect(output == example.printed, "\(example)")
    }
  }

  @Test func examplesAreFound() {
    #expect(Self.examples.count >= 90 && Self.fragments.count >= 40)
    let example = DocumentedExample.all(
      in: "Example.swift",
      [
        "/// Words, and `print(1)`.", "///", "/// ```swift", "/// // A remark.",
        "/// let x = 1   // one",
        "/// print(x)   // 1", "/// for y in 2...3 {", "///   print(y)", "/// }", "/// // 2",
        "/// // 3",
        "/// ```", "func f() {}", "///     print([4])   // [4]", "///                  //  5",
        "/// - Parameter x: which", "///     goes on.", "/// ```swift", "/// f()", "/// ```",
      ])
    #expect(example.map(\.line) == [4, 14, 19])
    #expect(example.map(\.prints) == [true, true, false])
    #expect(example.map(\.printed) == ["1\n2\n3\n", "[4]\n 5\n", ""])
  }

  /// Stands in front of what each example prints.
  private static let mark = "---- example ----\n"

  /// A function for each example, in a file for each file, as each may import something else.
  private var sources: [String: String] {
    var sources: [String: String] = [:], calls = ""
    for (number, example) in Self.examples.enumerated() {
      let module = example.file.split(separator: "/")[1]
      let imported =
        module == "ByHand" ? "import Pullback\nimport PullbackByHand" : "import Pullback"
      sources["\(module).swift", default: "\(imported)\n"] +=
        "func example\(number)() throws {\n\(example.code.joined(separator: "\n"))\n}\n"
      calls += "print(\(String(reflecting: Self.mark)), terminator: \"\")\n"
      calls += "do { try example\(number)() } catch { print(error) }\n"
    }
    for (number, example) in Self.fragments.enumerated() {
      let module = String(example.file.split(separator: "/")[1])
      sources["\(module)Fragments.swift", default: Self.surroundings] +=
        "private func fragment\(number)(\(Self.names[module] ?? "")) throws {\ndo {\n"
        + "\(example.code.joined(separator: "\n"))\n}\n}\n"
    }
    sources["main.swift"] = calls
    return sources
  }

  private static let surroundings = """
    import Foundation
    import Pullback

    private struct Classifier: Layer {
      let hidden = Linear(784, 50), output = Linear(50, 10)
      var parameters: Parameters { ["hidden": hidden, "output": output] }
      func encode(_ x: Tensor<Float>) -> Tensor<Float> { relu(hidden(x)) }
      func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(encode(x)) }
    }


    """

  /// What fragments of a module's documentation take as given.
  private static let names = [
    "Networks": """
    _ model: Classifier, _ snapshot: Snapshot<Classifier>, _ optimizer: Optimizer<SGD>,
    _ x: Tensor<Float>, _ key: RandomKey, _ training: Dataset<Int32>, _ order: RandomKey,
    _ state: inout RuleValues<Tensor<Float>>, _ scalars: RuleValues<Tensor<Float>>,
    _ gradient: Tensor<Float>
    """,
    "Training": """
    _ model: Classifier, _ optimizer: Optimizer<SGD>, _ data: Dataset<Int32>,
    _ trainer: Trainer<Classifier, SGD, Int32>
    """,
    "Models": """
    _ trainer: Trainer<Classifier, SGD, Int32>, _ table: Table, _ model: TableModel
    """,
    "Formats": "_ w: Tensor<Float>, _ b: Tensor<Float>",
  ]

  /// The files that examples read.
  private func writeFiles(to folder: TemporaryFolder) throws {
    try folder.write(
      Array(
        "island,bill,species\nBiscoe,36,Adelie\nDream,39,Adelie\nBiscoe,48,Gentoo\nDream,,Gentoo\n"
          .utf8),
      to: "penguins.csv")
    try folder.write(Array("price,postcode\n1.5,01234\n,98765\n".utf8), to: "prices.csv")
    let images = Tensor<Float>([[0, 1]]), digits: Tensor<Int32> = [7]
    let parts: NamedTensors = [
      "x_train": images, "y_train": digits, "x_test": images, "y_test": digits,
    ]
    try NumPy.save(parts, to: folder.file("mnist.npz"))
    let w = Tensor<Float>([[1, 2]]), b: Tensor<Float> = [3]
    for name in ["w.safetensors", "weights.safetensors"] {
      try Safetensors.write(
        ["hidden.weight": w, "b": b], metadata: ["made by": "me"], to: folder.file(name))
    }
  }
}
