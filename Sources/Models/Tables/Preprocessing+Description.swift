// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackRuntime
import PullbackTensors

extension Preprocessing: CustomStringConvertible {
  /// A table: what becomes of each column, a line each; more than 40 are only counted. Behind it
  /// the texts that stand for no value, where they are others than usual.
  public var description: String {
    var rows = [["column", "as", "inputs", "how"]]
    rows += inputs.prefix(40).map(\.cells)
    if inputs.count > 40 { rows.append(["and \(inputs.count - 40) more", "", "", ""]) }
    if !targets.isEmpty {
      rows.append(["predicts", "", "", ""])
      rows += targets.prefix(40).map(\.cells)
      if targets.count > 40 { rows.append(["and \(targets.count - 40) more", "", "", ""]) }
    }
    return alignedTable(rows, textColumns: 4) + missingLine
  }

  private var missingLine: String {
    func quoted(_ texts: [String]) -> String {
      let rest = texts.count - 40
      return texts.prefix(40).map(\.quoted).joined(separator: ", ")
        + (rest > 0 ? " and \(rest) more" : "")
    }
    let others = missing.filter { !CSV.missing.contains($0) }
    guard CSV.missing.allSatisfy(missing.contains) else {
      return "\nno value: " + (missing.isEmpty ? "no text stands for it" : quoted(missing))
    }
    return others.isEmpty ? "" : "\nno value: \(quoted(others)), beside the usual texts"
  }

  /// What each input is, in order: "age", "age missing", "sex = female", "sold day of
  /// the year, sine".
  public var inputNames: [String] { inputs.flatMap(\.inputNames) }
}

extension Preprocessing.Column: CustomStringConvertible {
  /// "age as number: (x - 29.7) / 14.5".
  public var description: String { "\(cells[0]) as \(cells[1]): \(cells[3])" }

  /// Name, what it is taken for, how many inputs, how they are made.
  fileprivate var cells: [String] {
    let (kind, how) =
      switch transform {
      case .number(let coding):
        (spelling.description.isEmpty ? "number" : "\(spelling)", "\(coding)")
      case .category(let coding): ("category", "\(coding)")
      case .date(let coding): ("date", "\(coding)")
      case .words(let coding): ("text", "\(coding)")
      }
    return [name.shortened, kind, "\(transform.width)", how]
  }

  fileprivate var inputNames: [String] {
    func marked(_ isMarked: Bool) -> [String] { isMarked ? ["\(name) missing"] : [] }
    switch transform {
    case .number(let coding): return [name] + marked(coding.marksMissing)
    case .category(let coding):
      return coding.categories.map { "\(name) = \($0)" }
        + (coding.hasOther ? ["\(name) other"] : []) + marked(coding.marksMissing)
    case .date(let coding):
      return [name] + marked(coding.position.marksMissing)
        + coding.cycles.flatMap { ["\(name) \($0.words), sine", "\(name) \($0.words), cosine"] }
    case .words(let coding):
      return coding.words.map { "\(name) has \($0)" } + marked(coding.marksMissing)
    }
  }
}

extension Standardization: CustomStringConvertible {
  /// "(x - 43.92) / 5.46; missing: 44.45 and 1".
  public var description: String {
    var x = "x"
    if let curve {
      let difference = Standardization.difference(x, curve.center, curve.scale)
      // What lies on one side of the center has one sign.
      x = "log(1 + |\(difference)| / \(curve.scale.brief)) with its sign"
    }
    let centered = Standardization.difference(x, mean, scale)
    let formula = "\(centered == x && curve == nil ? x : "(\(centered))") / \(scale.brief)"
    return formula + "; missing: \(missing.brief)" + (marksMissing ? " and 1" : "")
  }

  /// What is no part of the unit is not shown.
  private static func difference(_ x: String, _ number: Double, _ unit: Double) -> String {
    if number.magnitude < 1e-6 * unit.magnitude { return x }
    return number < 0 ? "\(x) + \((-number).brief)" : "\(x) - \(number.brief)"
  }
}

extension CategoryCoding: CustomStringConvertible {
  /// "Biscoe, Dream, other, missing".
  public var description: String {
    let parts = (hasOther ? ["all others"] : []) + (marksMissing ? ["missing"] : [])
    return ([listed(categories, most: 12)] + parts).joined(separator: "; ")
  }
}

extension DateCoding: CustomStringConvertible {
  /// "position, day of the year, weekday".
  public var description: String {
    (["position in time"] + cycles.map(\.words)).joined(separator: ", ")
      + (position.marksMissing ? "; missing" : "")
  }
}

extension DateCoding.Cycle {
  fileprivate var words: String {
    switch self {
    case .year: "day of the year"
    case .week: "weekday"
    case .day: "time of day"
    }
  }
}

extension WordCounts: CustomStringConvertible {
  /// "words: and, blue, ...".
  public var description: String {
    "\(unit.rawValue): \(listed(words, most: 12))" + (marksMissing ? "; missing" : "")
  }
}

/// Texts from a file on one line; more than a line holds are only counted.
func listed(_ texts: [String], most: Int = 40) -> String {
  let rest = texts.count - most
  return texts.prefix(most).map(\.shortened).joined(separator: ", ")
    + (rest > 0 ? " and \(rest) more" : "")
}
