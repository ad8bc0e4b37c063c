// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// Arrays of a file, a line for each: what they are, and how their numbers lie.
struct ArrayInspection {
  /// What a file holds under a name, or what is in the way of reading it.
  typealias Entry = (name: String, load: () throws(FileError) -> StoredTensor)

  let file: String
  /// "a .npz archive"
  let kind: String
  let entries: [Entry]

  /// The arrays of a .npy, .npz, .safetensors or IDX file.
  init(_ file: String, _ format: FileFormat) throws(FileError) {
    self.file = file
    switch format {
    case .npz:
      kind = "npz"
      let archive = try NumPy.archive(at: file)
      entries = archive.names.map { name in
        (name, { () throws(FileError) in try archive.load(name) })
      }
    case .safetensors:
      kind = "safetensors"
      let tensors = try Safetensors.read(at: file)
      entries = tensors.names.map { name in
        (name, { () throws(FileError) in try tensors.load(name) })
      }
    case .npy, .idx, .table:
      kind = format.rawValue
      let array = try format == .idx ? IDX.load(at: file) : NumPy.load(at: file)
      entries = [("", { () throws(FileError) in array })]
    }
  }

  func print(json: Bool) throws {
    if json {
      for entry in entries { try Console.page(ArrayInspection.line(entry)) }
      var result = JSONLine(event: "result")
      result.add("kind", text: kind)
      result.add("file", text: file)
      result.add("arrays", entries.count)
      return try Console.page(result)
    }
    let isOne = entries.count == 1 && entries[0].name.isEmpty
    try Console.page(
      "\(file.printable): "
        + (isOne ? kindInWords : "\(kindInWords), \(counted(entries.count, "array"))"))
    var table = [["name", "numbers", "not finite"] + Spread.titles]
    var problems: [String] = []
    for entry in entries.prefix(ArrayInspection.mostLines) {
      do throws(FileError) {
        let array = try entry.load()
        let spread = try Spread(of: array)
        table.append(
          [entry.name.shortened, "\(array)", "\(spread.nonFiniteCount)"] + spread.cells)
      } catch {
        problems.append("\(entry.name.shortened): \(error.problem)")
      }
    }
    // Columns of which nothing is to be said.
    if table.dropFirst().allSatisfy({ $0[2] == "0" }) { table = table.without(column: 2) }
    if isOne { table = table.without(column: 0) }
    if table.count > 1 { try Console.page(fittedTable(table, textColumns: isOne ? 1 : 2)) }
    for problem in problems { try Console.page(problem) }
    let rest = entries.count - ArrayInspection.mostLines
    if rest > 0 { try Console.page("and \(rest) more (--json shows all)") }
  }

  private static let mostLines = 100

  private var kindInWords: String {
    switch kind {
    case "npz": "an archive of NumPy"
    case "npy": "an array of NumPy"
    case "idx": "an IDX file"
    default: "a safetensors file"
    }
  }

  private static func line(_ entry: Entry) -> JSONLine {
    var line = JSONLine(event: "array")
    line.add("name", text: entry.name)
    do throws(FileError) {
      let array = try entry.load()
      line.add("type", text: array.type.rawValue)
      line.add("shape", Array(array.shape))
      let spread = try Spread(of: array)
      line.add("not_finite", spread.nonFiniteCount)
      spread.add(to: &line)
    } catch {
      line.add("problem", text: error.problem)
    }
    return line
  }
}

extension [[String]] {
  func without(column: Int) -> [[String]] {
    map { row in row.indices.filter { $0 != column }.map { row[$0] } }
  }
}

extension Spread {
  /// How the numbers of an array lie, each type as it is: a large file is not copied into Doubles.
  init(of array: StoredTensor) throws(FileError) {
    func spread<Scalar: StoredScalar>(
      _ number: @escaping (Scalar) -> Double
    ) throws(FileError) -> Spread {
      Spread(of: try array.scalars(as: Scalar.self).lazy.map(number))
    }
    self =
      switch array.type {
      case .float64: try spread { (x: Double) in x }
      case .float32: try spread { (x: Float) in Double(x) }
      case .float16, .bfloat16:
        Spread(of: try array.tensor(as: Float.self).scalars.lazy.map { Double($0) })
      case .int64: try spread { (x: Int64) in Double(x) }
      case .int32: try spread { (x: Int32) in Double(x) }
      case .int16: try spread { (x: Int16) in Double(x) }
      case .int8: try spread { (x: Int8) in Double(x) }
      case .uint64: try spread { (x: UInt64) in Double(x) }
      case .uint32: try spread { (x: UInt32) in Double(x) }
      case .uint16: try spread { (x: UInt16) in Double(x) }
      case .uint8: try spread { (x: UInt8) in Double(x) }
      case .bool: try spread { (x: Bool) in x ? 1 : 0 }
      }
  }
}

#endif
