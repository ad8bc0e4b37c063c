// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// Files that are given to learn from, or to measure on.
enum GivenData {
  case table(String)
  case arrays([String])

  /// Throws unless they belong together. "-" is a table.
  init(_ files: [String]) throws {
    if files == ["-"] {
      self = .table("-")
      return
    }
    let paths = try files.map { $0 == "-" ? $0 : try found($0) }
    if paths.count == 1, isFolder(paths[0]) {
      self = .arrays(paths)
      return
    }
    switch try paths.map({ try $0 == "-" ? .table : FileFormat(ofFileAt: $0) }) {
    case [.table]: self = .table(paths[0])
    case [.npy], [.idx]:
      throw ValidationError(
        "\(paths[0].printable) holds one array: name the file of the targets behind it")
    case let formats where formats.count > 2 || formats.count == 2 && formats.contains(.table):
      throw ValidationError(
        "one table, one .npz archive, one folder, or two .npy files are wanted: the inputs, then "
          + "the targets")
    default: self = .arrays(paths)
    }
  }
}

extension TableOptions {
  /// Throws if they say something of data that are no table.
  func checkSaysNothing(of file: String) throws {
    try require(
      !isGiven, "\(file.printable) is no table: leave out what is said of columns and fields")
  }
}

#endif
