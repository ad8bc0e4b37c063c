// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The path of a file that a user names. Throws if there is none, with the nearest
/// name in its folder.
func found(_ path: String) throws(FileError) -> String {
  // A path with a NUL is none; opening it says so.
  if path.utf8.contains(0) || isThere(path) { return path }
  let (folder, name) = split(path)
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  let near = name.nearest(among: names.sorted()).map { near in
    "; did you mean \"\((path.dropLast(name.count) + near).printable)\"?"
  }
  throw FileError(.unreadable, in: path, "there is no such file\(near ?? "")")
}

/// Throws if a file could not be written where a path says, or would take the place of one that is
/// read or of another that is written: before hours have been spent on what it is to hold.
///
/// - Parameter inputs: files, "-" for standard input, or folders of IDX files.
func checkWritable(_ outputs: [String?], reading inputs: [String]) throws(FileError) {
  let read = inputs.flatMap(filesRead)
  var written: [String] = []
  for path in outputs.compactMap({ $0 }) {
    try checkWritable(path)
    if read.contains(where: { isSameFile($0, path) }) {
      throw FileError(
        .unwritable, in: path, "is read here and would be lost; name another file to write")
    }
    if written.contains(where: { isSameFile($0, path) || isSamePlace($0, path) }) {
      throw FileError(.unwritable, in: path, "is to hold two things; name two files to write")
    }
    written.append(path)
  }
}

/// The files that are read where an input is named.
private func filesRead(_ input: String) -> [String] {
  if input == "-" { return ["/dev/stdin"] }
  guard isFolder(input) else { return [input] }
  let names = (try? FileManager.default.contentsOfDirectory(atPath: input)) ?? []
  return names.filter { $0.contains("-ubyte") }.map { "\(input)/\($0)" }
}

/// Whether both paths lead to one file that is there.
private func isSameFile(_ one: String, _ other: String) -> Bool {
  var (first, second) = (stat(), stat())
  return stat(one, &first) == 0 && stat(other, &second) == 0
    && first.st_dev == second.st_dev && first.st_ino == second.st_ino
}

/// Whether a file made at one path would be that at the other.
private func isSamePlace(_ one: String, _ other: String) -> Bool {
  let (first, second) = (split(one), split(other))
  return first.name == second.name && isSameFile(first.folder, second.folder)
}

private func checkWritable(_ path: String) throws(FileError) {
  if isFolder(path) {
    throw FileError(.unwritable, in: path, "is a folder; name a file in it")
  }
  let (folder, name) = split(path)
  if name.isEmpty { throw FileError(.unwritable, in: path, "names no file") }
  guard isThere(folder) else {
    throw FileError(.unwritable, in: path, "there is no folder \(folder.quoted); make it first")
  }
  guard access(folder, W_OK) == 0 else {
    throw FileError(.unwritable, in: path, "its folder may not be written to")
  }
  try AtomicFile.check(path)
}

private func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// A path's folder, "." where it names none, and the name in it.
private func split(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let folder = String(path[..<slash])
  return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
}

#endif
