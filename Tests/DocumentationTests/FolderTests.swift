// SPDX-License-Identifier: Apache-2.0

import PullbackTestSupport
import Testing

/// Where files stand, read off the files: the folders of a module have an order, and tests stand
/// where their sources do.
struct FolderTests {
  /// The folders of each module, from left to right: a file names no type of a folder further
  /// right, and no member that is declared there alone. The module's own files stand where the
  /// empty name does.
  private static let order = [
    "Tensors": ["Shapes", "Graphs", "Functions", "Gradients"],
    "Plans": [
      "Programs", "Reading", "Bodies", "Cores", "Steps", "Verification", "Passes", "Output",
    ],
    "Runtime": [
      "Kernels", "Memory", "Threads", "Runs", "Bodies", "Cores", "Execution", "Recording", "",
      "Printing", "Reading",
    ],
    "Networks": [
      "Parameters", "Functions", "Losses", "Layers", "Versions", "Optimizers", "Swarms",
      "Minimization",
    ],
    "Formats": [
      "", "Files", "Compression", "Stored", "JSON", "Fields", "CSV", "IDX", "NumPy",
      "Safetensors",
    ],
    "Models": ["", "Tables", "File", "Fitting"],
    "Derivations": ["Formulas", "Reading", "Checks", "Doctor", "", "Output"],
    "Training": ["Datasets", "Metrics", "Schedules", "Diagnosis", "Trainer", "Serving"],
    "PullbackCommand": [
      "Terminal", "Options", "Data", "Training", "Prediction", "Inspection", "Bench", "",
    ],
  ]

  @Test(arguments: order.keys.sorted())
  func foldersNameNothingFromTheirRight(module: String) throws {
    let order = try #require(Self.order[module])
    let files = SourceFile.sources.filter { $0.module == module }
    func place(_ file: SourceFile) throws -> Int {
      let folder = file.folder.prefix { $0 != "/" }
      return try #require(
        order.firstIndex(of: String(folder)), "\(file.path) is in a folder without a place")
    }
    var places: [String: Int] = [:]
    for file in files {
      let place = try place(file)
      for name in file.declaredTypes { places[name] = place }
    }
    var members: [String: Int] = [:]
    for file in files {
      let place = try place(file)
      for name in file.declaredMembers where Self.declarationCounts[name] == 1 {
        members[name] = place
      }
    }
    for file in files {
      let place = try place(file)
      for word in file.words {
        let known = word.isMember ? members : places
        if known[word.text, default: place] > place {
          Issue.record("\(file.path):\(word.line) names \(word.text), of a folder further right")
        }
      }
    }
  }

  /// How often a name is declared in all sources, whatever it is the name of.
  private static let declarationCounts: [String: Int] = SourceFile.sources
    .flatMap(\.declaredNames).reduce(into: [:]) { $0[$1, default: 0] += 1 }

  /// Modules whose tests stand beside their sources or apart, in folders that sources do not have:
  /// scenarios, tables, support.
  private static let mirrored = [
    "ByHand", "Derivations", "Drawing", "Formats", "Models", "Networks", "Plans",
    "PullbackCommand", "Runtime", "Tensors", "Training",
  ]

  @Test(arguments: mirrored)
  func testsStandWhereTheirSourcesDo(module: String) {
    let sources = SourceFile.sources.filter { $0.module == module }
    let target = module == "PullbackCommand" ? "CommandTests" : "\(module)Tests"
    let tests = SourceFile.tests.filter { $0.module == target }
    #expect(!tests.isEmpty)
    let folders = Set(sources.map(\.folder))
    for test in tests {
      let name = test.name.hasSuffix("Tests") ? String(test.name.dropLast(5)) : test.name
      let namesakes = sources.filter { $0.name == name }
      if namesakes.isEmpty {
        #expect(
          !folders.contains(test.folder),
          "\(test.path) is no source's test and stands among those that are: see Scenarios")
      } else if test.name != name {
        #expect(
          namesakes.contains { $0.folder == test.folder },
          "\(test.path) should stand where \(namesakes[0].path) does")
      }
    }
  }
}

extension SourceFile {
  /// What follows `func`, `var`, `let` or `case`, one of a line.
  fileprivate var declaredNames: [String] {
    lines.compactMap { SourceFile.declared(in: $0, by: ["func", "var", "let", "case"]) }
  }

  /// The members of its types that others in its module see. Names of one word are left out: the
  /// standard library may have a member of that name.
  fileprivate var declaredMembers: [String] {
    lines.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") && !$0.contains("private ") }
      .compactMap { SourceFile.declared(in: $0, by: ["func", "var", "let"]) }
      .filter { $0.contains(where: \.isUppercase) && !Self.members.contains($0) }
  }

  /// Of the standard library.
  private static let members: Set = ["isFinite", "isInfinite", "isEmpty", "firstIndex"]

  private static func declared(in line: String, by keywords: Set<String>) -> String? {
    let words = line.prefix { $0 != "/" && $0 != "\"" }
      .split { !$0.isLetter && !$0.isNumber && $0 != "_" }
    guard let keyword = words.firstIndex(where: { keywords.contains(String($0)) }),
      keyword + 1 < words.count
    else { return nil }
    return String(words[keyword + 1])
  }

  /// The types that it declares for others in its module.
  fileprivate var declaredTypes: [String] {
    let kinds: Set = ["struct", "enum", "class", "protocol", "typealias"]
    return lines.compactMap { line in
      if line.first?.isLetter != true && line.first != "@" { return nil }
      let words = line.split(whereSeparator: { !$0.isLetter && !$0.isNumber })
      guard let kind = words.firstIndex(where: { kinds.contains(String($0)) }),
        !words.prefix(kind).contains(where: { $0.hasSuffix("private") }), kind + 1 < words.count
      else { return nil }
      return String(words[kind + 1])
    }
  }
}
