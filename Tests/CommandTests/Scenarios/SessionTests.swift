// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTestSupport
import Testing

/// The session with the command that README shows.
struct SessionTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Numbers, how many epochs there are and the warnings that follow from them differ between
  /// instruction sets; the other words do not.
  private func masked(_ text: some StringProtocol) -> [String] {
    let numbers = [#"threads?, (avx2|avx512|neon|baseline)"#, #"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?"#]
    var lines: [String] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("warning: ") {
      let text = numbers.reduce(String(line)) { text, pattern in
        text.replacingOccurrences(of: pattern, with: "#", options: .regularExpression)
      }
      let words = text.split(separator: " ").map { word in
        // Histograms.
        word.allSatisfy { "▁▂▃▄▅▆▇█".contains($0) } ? "" : String(word)
      }
      let masked = words.filter { !$0.isEmpty }.joined(separator: " ")
      if masked != lines.last { lines.append(masked) }
    }
    return lines
  }

  @Test func printsWhatReadmeShows() throws {
    let readme = try String(
      contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    let section = readme.components(separatedBy: "## Your own table\n")[1]
      .components(separatedBy: "\n## ")[0]
    let folder = TemporaryFolder()
    for name in ["iris.csv"] {
      try FileManager.default.copyItem(
        at: Self.root.appending(path: "Examples/\(name)"), to: URL(filePath: folder.file(name)))
    }
    let session = section.components(separatedBy: "```text\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }.filter { $0.hasPrefix("$ ") }.joined()
    let parts = session.components(separatedBy: "$ ").dropFirst()
    #expect(parts.count >= 3)
    for part in parts {
      let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      let shell = lines[0].replacing("pullback ", with: "\"$0\" ")
      let run = try Command.run(inShell: "cd '\(folder.path)' && \(shell)")
      #expect(run.status == 0, "\(run.errors)")
      #expect(masked(run.output) == masked(lines[1]), "\(run.output)")
    }
  }
}
