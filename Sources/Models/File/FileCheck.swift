// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// The errors of what is wrong in a model file, which are the same whether it was read or is to be
/// written.
struct FileCheck {
  let kind: FileError.Kind
  let file: String

  func error(_ part: String, _ problem: String) -> FileError {
    FileError(kind, in: file, at: .part(part), problem)
  }

  /// Throws if a name stands there twice, byte for byte.
  func checkDistinct(_ names: [String], at part: String) throws(FileError) {
    var seen: Set<Name> = []
    for (index, name) in names.enumerated() where !seen.insert(Name(name)).inserted {
      throw error("\(part)[\(index)]", "\(name.quoted) stands there twice")
    }
  }
}

extension String {
  /// What follows a prefix, compared by bytes: a character may begin with the end of the prefix.
  func dropping(prefix: String) -> String? {
    utf8.starts(with: prefix.utf8) ? String(Substring(utf8.dropFirst(prefix.utf8.count))) : nil
  }
}
