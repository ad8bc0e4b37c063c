// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback

/// Reads all that is in a file, by name, and says what that took. Ends the program if it was more
/// memory than four times the file and 64 MiB.
func readWithinBounds(_ path: String) throws {
  let before = peak()
  var result = "read"
  do {
    try readAll(path)
  } catch let error as FileError {
    let problem = error.problem
    result = problem.utf8.count > 60 ? problem.prefix(57) + "..." : problem
  }
  let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
  let taken = peak() - before, allowed = 4 * size + 64 << 20
  let name = URL(filePath: path).lastPathComponent
  print("\(name): \(size >> 20) MiB, took \(taken >> 20) of \(allowed >> 20) MiB: \(result)")
  if taken > allowed { fail(65, "\(name) took too much memory") }
}

private func readAll(_ path: String) throws {
  if path.hasSuffix(".json") {
    _ = try JSON(parsing: String(contentsOfFile: path, encoding: .utf8))
  } else if path.hasSuffix("model.safetensors") {
    _ = try ModelFile.load(at: path)
  } else if path.hasSuffix(".safetensors") {
    let file = try Safetensors.read(at: path)
    for name in file.names { _ = try file.load(name) }
    for (key, value) in file.metadata where file.metadata[key] != value {
      fail(65, "\(path): two values of a key")
    }
  } else {
    let archive = try NumPy.archive(at: path, arraysUpTo: 64 << 20)
    for name in archive.names where name.hasSuffix("0") || name == "a" {
      do throws(FileError) {
        _ = try archive.load(name)
      } catch {
        // Empty members are no arrays, which must not take time or memory either.
        if error.place == .part(name) && name != "a" { continue }
        throw error
      }
    }
  }
}

/// The most memory that the process has taken so far, in bytes.
private func peak() -> Int {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    // In KiB on Linux.
    return usage.ru_maxrss << 10
  #endif
}
