// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

extension FileError {
  /// With options of the command, where the library's advice is for Swift.
  var forTheCommand: FileError {
    let problem = FileError.phrases.reduce(problem) { text, phrase in
      text.replacing(phrase.library, with: phrase.command)
    }
    return FileError(kind, in: file, at: place, problem)
  }

  private static let phrases: [(library: String, command: String)] = [
    (", of which a type is given", ""),
    ("header: true or header: false", "--header or --no-header"),
    ("load with header: false", "give --no-header"),
    ("decimal: \".\"", "--decimal point"), ("decimal: \",\"", "--decimal comma"),
    ("dayFirst: true or false", "--day-first or --no-day-first"),
    ("load it with skip: ", "give --skip "), ("separator: ", "--separator "),
    ("read a table with CSV.table", "pullback train takes tables"),
    ("read it with Safetensors.read", "pullback inspect shows what is in it"),
    ("read it with IDX.load", "pullback inspect shows what is in it"),
    ("read it with NumPy.load", "pullback inspect shows what is in it"),
    ("read it with NumPy.archive", "pullback inspect shows what is in it"),
    (
      "for weights of PyTorch use model.loadPyTorch(at:)",
      "pullback inspect shows what is in it"
    ),
  ]
}

#endif
