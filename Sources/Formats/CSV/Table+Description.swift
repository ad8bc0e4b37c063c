// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Table: CustomStringConvertible {
  /// The file, the number of rows, and what each column holds.
  public var description: String {
    "\(file): \(counted(rowCount, "row"))" + list(columns.map(\.description))
  }
}

extension Table.Column: CustomStringConvertible {
  /// "rooms: numeric, 2 missing".
  public var description: String {
    var text = "\(name): \(kind.rawValue)"
    if case .categorical(_, let categories) = values {
      text += ", \(counted(categories.count, "text"))"
    }
    if missingCount > 0 { text += ", \(missingCount) missing" }
    if firstRoundedRow != nil { text += ", with more digits than Double holds" }
    if isConstant { text += ", constant" }
    if isIdentifierLike { text += ", a value of its own in each row" }
    return text
  }
}
