// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Whatever loads can be used: each value of a good model file becomes each of many odd ones, and
/// the file is refused with its name and a place, or does all that a model file is for.
struct MutatedModelTests {
  private let folder = TemporaryFolder()

  /// Loads a file and uses it, or sees that the error says where it is wrong.
  private func tryOut(
    _ contents: ModelContents, _ use: inout ModelUse, _ comment: Comment
  ) throws {
    let file: ModelFile
    do throws(FileError) {
      file = try ModelFile.load(from: contents.bytes, name: "model", layers: layersOfOthers)
    } catch {
      #expect(error.kind == .malformed && error.file == "model", comment)
      #expect(error.place != nil && !error.problem.isEmpty, comment)
      return
    }
    try use.use(file, comment)
  }

  @Test(arguments: ModelContents.Kind.allCases)
  func everyValueIsChanged(kind: ModelContents.Kind) throws {
    let good = ModelContents(kind)
    var use = ModelUse(path: folder.file("model.safetensors"))
    try tryOut(good, &use, "unchanged")
    #expect(use.count == 1)
    // What does not concern the optimizer is changed once.
    for key in good.metadata.keys.sorted()
    where kind == .none || key == (kind == .own ? "architecture" : "optimizer") {
      for value in good.metadata[key]!.variants {
        var contents = good
        contents.metadata[key] = value
        try tryOut(contents, &use, "\(key): \(value)")
      }
    }
    #expect(use.count > 20)
  }

  @Test(arguments: ModelContents.Kind.allCases)
  func everyTensorIsChanged(kind: ModelContents.Kind) throws {
    let good = ModelContents(kind)
    var use = ModelUse(path: folder.file("model.safetensors"))
    for index in good.parts.indices {
      let part = good.parts[index]
      let count = part.bytes.count / 4
      var changed: [[ModelContents.Part]] = [[]]
      for name in [
        "", "x", "\0", "\u{301}", "\(part.name)\u{301}", "optimizer/", "optimizer/\u{301}",
      ] {
        var other = part
        other.name = name
        changed += [[other], [part, other]]
      }
      for shape in [[], [count], part.shape.reversed(), [1] + part.shape, [0], [0, 1 << 40]] {
        let length = shape.reduce(1, *)
        changed.append([.init(part.name, shape, Array(repeating: 0.5, count: length))])
      }
      for number: Float in [
        .nan, .infinity, -.infinity, -1, -0.0, .leastNonzeroMagnitude, 3e38, -3e38,
      ] {
        var numbers = [Float](repeating: 0.5, count: count)
        numbers[count - 1] = number
        changed.append([.init(part.name, part.shape, numbers)])
      }
      for (type, length) in [
        ("F64", 8), ("F16", 2), ("BF16", 2), ("I64", 8), ("I32", 4), ("U8", 1), ("BOOL", 1),
      ] {
        let bytes = [UInt8](repeating: 1, count: count * length)
        changed.append([.init(part.name, type, part.shape, bytes)])
      }
      for parts in changed {
        var contents = good
        contents.parts.replaceSubrange(index...index, with: parts)
        let names = parts.map { "\($0.name) \($0.type) \($0.shape)" }
        try tryOut(contents, &use, "\(part.name) becomes \(names)")
      }
    }
    #expect(use.count > 20)
  }

  /// Two changes may make up for each other.
  @Test(arguments: ModelContents.Kind.allCases)
  func severalValuesAreChanged(kind: ModelContents.Kind) throws {
    let good = ModelContents(kind)
    let keys = good.metadata.keys.sorted()
    let choices = good.metadata.mapValues(\.variants)
    var random = SplitMix(seed: 17)
    var use = ModelUse(path: folder.file("model.safetensors"))
    for _ in 0..<500 {
      var contents = good
      for _ in 0..<2 {
        let key = random.pick(keys)
        if random.isTrue(oneIn: 4) {
          contents.metadata[key] = nil
        } else {
          contents.metadata[key] = random.pick(choices[key]!)
        }
      }
      try tryOut(contents, &use, "\(contents.metadata)")
    }
    #expect(use.count > 5)
  }
}
