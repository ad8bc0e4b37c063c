// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTestSupport

/// The files of cases: those of the suite, or of the folder that PULLBACK_CASES names.
enum CaseFiles {
  struct Group {
    let lines: [Substring]
    /// The path of the .npz file.
    let numbers: String
  }

  /// Whether the cases are others than those of the suite: perhaps not of all operations.
  static var areOthers: Bool { folder != nil }

  static var groups: [Group] {
    let folder = folder ?? Fixture.path("Cases")
    let names = try! FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    return names.filter { $0.hasSuffix(".txt") }.map { name in
      let text = try! String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      return Group(
        lines: text.split(separator: "\n"), numbers: "\(folder)/\(name.dropLast(4)).npz")
    }
  }

  private static let folder = ProcessInfo.processInfo.environment["PULLBACK_CASES"]
}
