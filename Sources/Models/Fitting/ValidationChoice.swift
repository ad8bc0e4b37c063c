// SPDX-License-Identifier: Apache-2.0

/// Which rows say how good a model is, and when its training should end.
///
/// Rows are shuffled with the seed of the settings, and each class, or each tenth of the numbers of
/// a regression, is split in the same share, except where another order is asked for.
public enum ValidationChoice: Sendable, Hashable {
  /// A share of the rows.
  case share(Double)
  /// Each row once, in one of so many parts: cross-validation.
  case folds(Int)
  /// The last rows by a column of dates or numbers, about such a share. Rows of one
  /// time stay together.
  case byTime(column: String, share: Double = 0.2)
  /// Rows of some groups, such as patients, about such a share; no group trains and validates.
  case groups(column: String, share: Double = 0.2)
  /// None: all rows train, for as many epochs as the settings say.
  case none
}

extension ValidationChoice: CustomStringConvertible {
  public var description: String {
    switch self {
    case .share(let share): "a share of \(share) of the rows"
    case .folds(let number): "\(number) folds"
    case .byTime(let column, let share): "the last \(share) of the rows by \(column.quoted)"
    case .groups(let column, let share):
      "a share of \(share) of the rows, whole groups of \(column.quoted)"
    case .none: "none"
    }
  }
}
