// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback inspect`: what is in a file.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in a table, a model, or a file of arrays.",
    discussion: """
      Tables (CSV and its kin), models that `pullback train` saved, .npy, .npz, .safetensors and IDX \
      files are told by their first bytes. A table's columns are shown as training understands \
      them; with --target, beside how far each goes along with the column that is to be predicted.

        pullback inspect homes.csv --target price
      """)

  @Argument(
    help: ArgumentHelp("The file; - is a table on standard input.", valueName: "file"),
    completion: .file())
  var file: String

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A column of the table that is to be predicted.", valueName: "column"))
  var target: [String] = []

  @OptionGroup var table: TableOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    try prepare(threads: options.threads)
    let format = try file == "-" ? .table : FileFormat(ofFileAt: found(file))
    if format != .table {
      try require(
        target.isEmpty && !table.isGiven,
        "\(file.printable) is no table: leave out what is said of columns and fields")
    }
    switch format {
    case .table: try TableInspection(file, table, targets: target).print(json: options.json)
    case .safetensors where try ModelInspection.isModel(file):
      try ModelInspection(file).print(json: options.json)
    case .npy, .npz, .safetensors, .idx:
      try ArrayInspection(file, format).print(json: options.json)
    }
  }
}

#endif
