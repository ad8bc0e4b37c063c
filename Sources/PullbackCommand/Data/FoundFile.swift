// SPDX-License-Identifier: Apache-2.0

#if Command

import Foundation
import Pullback

/// The path of a file that a user names. Throws if there is none, with the nearest name in its folder.
func found(_ path: String) throws(FileError) -> String {
  // A path with a NUL is none; opening it says so.
  if path.utf8.contains(0) || FileManager.default.fileExists(atPath: path) { return path }
  let (folder, name) = split(path)
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  let near = name.nearest(among: names.sorted()).map { near in
    "; did you mean \"\((path.dropLast(name.count) + near).printable)\"?"
  }
  throw FileError(.unreadable, in: path, "there is no such file\(near ?? "")")
}

/// Throws if a file could not be written where a path says, before hours have been spent on what it is
/// to hold.
func checkWritable(_ path: String) throws(FileError) {
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
    throw FileError(.unwritable, in: path, "is a folder; name a file in it")
  }
  let (folder, name) = split(path)
  if name.isEmpty { throw FileError(.unwritable, in: path, "names no file") }
  guard FileManager.default.fileExists(atPath: folder) else {
    throw FileError(.unwritable, in: path, "there is no folder \(folder.quoted); make it first")
  }
  guard FileManager.default.isWritableFile(atPath: folder) else {
    throw FileError(.unwritable, in: path, "its folder may not be written to")
  }
}

func isFolder(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}

/// A path's folder, "." where it names none, and the name in it.
private func split(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let folder = String(path[..<slash])
  return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
}

#endif
