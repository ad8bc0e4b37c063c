// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Table: CustomStringConvertible {
  /// The file, the number of rows, and what each column holds.
  public var description: String {
    "\(file): \(counted(rowCount, "row"))" + list(columns.map(\.description))
  }
}

extension Table.Column: CustomStringConvertible {
  /// "rooms: numeric, 2 missing"; "price: numeric (currency EUR), 3 missing, 1 of them no such
  /// number: "free" in line 17".
  public var description: String {
    var text = "\(name): \(kind.rawValue)"
    let spelling = spelling.description
    if !spelling.isEmpty { text += " (\(spelling))" }
    if case .categorical(_, let categories) = values {
      text += ", \(counted(categories.count, "text"))"
      if numberCount > 0 { text += ", \(counted(numberCount, "value")) in numbers" }
    }
    if missingCount > 0 { text += ", \(missingCount) missing" }
    if misfitCount > 0 {
      text += ", \(misfitCount) of them no such number: "
      text += misfits.map { "\($0.text.quoted) in line \($0.line)" }.joined(separator: ", ")
      if misfitCount > misfits.count { text += ", ..." }
    }
    if firstRoundedRow != nil { text += ", with more digits than Double holds" }
    if isConstant { text += ", constant" }
    if isIdentifierLike { text += ", a value of its own in each row" }
    return text
  }
}
