// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// A model file: its layers, what becomes of a table's columns, and what its training came to.
struct ModelInspection {
  private let file: ModelFile
  private let path: String

  init(_ path: String) throws(FileError) {
    self.path = path
    file = try ModelFile.load(at: path)
  }

  /// Whether a safetensors file is a model that this package saved.
  static func isModel(_ path: String) throws(FileError) -> Bool {
    try Safetensors.read(at: path).metadata["format"] == "pullback"
  }

  private var parameterCount: Int { file.weights.reduce(0) { $0 + $1.tensor.elementCount } }

  func print(json: Bool) throws {
    if json {
      var line = JSONLine(event: "result")
      line.add("kind", text: "model")
      line.add("file", text: path)
      line.add("parameters", parameterCount)
      line.add(
        "weights",
        .array(
          file.weights.map { name, tensor in
            [
              "name": .string(name), "type": .string(tensor.type.rawValue),
              "shape": .array(tensor.shape.map(JSON.integer)),
            ]
          }))
      line.add("classes", texts: file.classNames)
      if let preprocessing = file.preprocessing {
        line.add("missing", texts: preprocessing.missing)
      }
      line.add("summary", file.summary)
      return try Console.page(line)
    }
    try Console.page("\(path.printable): a model of \(counted(parameterCount, "number"))")
    if file.architecture != nil {
      try Console.page("\(try file.makeModel(as: (any Layer).self))")
    } else {
      let rows = file.weights.prefix(40).map { [$0.name.shortened, "\($0.tensor)"] }
      try Console.page(fittedTable(rows, textColumns: 2))
    }
    if let preprocessing = file.preprocessing {
      try Console.page("\n\(preprocessing)".linesWrapped())
    }
    if !file.classNames.isEmpty {
      try Console.page(
        "\nclasses: \(file.classNames.prefix(100).map(\.shortened).joined(separator: ", "))"
          .linesWrapped())
    }
    if let metrics { try Console.page("\n\(metrics)") }
    if case .object(let members) = file.summary {
      for member in members where metrics == nil || !ModelInspection.measured.contains(member.name)
      {
        try Console.page("\(member.name.shortened): \(member.value.inWords)".wrapped())
      }
    }
  }

  /// What a training keeps of metrics: the network's, and beside them those of simpler models.
  private static let measured = ["validation", "linear", "baseline"]

  /// A line for each metric of the validation; nil if the summary has none.
  private var metrics: String? {
    let parts = ModelInspection.measured.compactMap { name in
      file.summary[name].map { (name: name, numbers: $0) }
    }
    guard let first = parts.first, first.name == "validation",
      case .object(let members) = first.numbers
    else { return nil }
    let rows = members.compactMap { member -> [String]? in
      if member.name == "rows" || member.value.number == nil { return nil }
      let interval: String? =
        if case .array(let ends)? = first.numbers["\(member.name)_interval"] {
          ends.compactMap { $0.number?.brief }.joined(separator: " to ")
        } else {
          nil
        }
      let cells = parts.map { $0.numbers[member.name]?.number?.brief ?? "" }
      return [member.name.shortened, cells[0], interval ?? ""] + cells.dropFirst()
    }
    let count = first.numbers["rows"].map { "on \($0) row\($0 == .integer(1) ? "" : "s")" } ?? ""
    return alignedTable([[count, "network", ""] + parts.dropFirst().map(\.name)] + rows)
  }
}

extension JSON {
  /// Without the marks of JSON: "hidden 64, batch 32".
  fileprivate var inWords: String {
    switch self {
    case .null: "none"
    case .bool(let truth): truth ? "yes" : "no"
    case .integer(let number): "\(number)"
    case .number(let number): number.brief
    case .string(let text): text.shortened
    case .array(let elements): elements.map(\.inWords).joined(separator: " ")
    case .object(let members):
      members.map { "\($0.name.shortened) \($0.value.inWords)" }.joined(separator: ", ")
    }
  }

  fileprivate var number: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    case .null, .bool, .string, .array, .object: nil
    }
  }
}

#endif
