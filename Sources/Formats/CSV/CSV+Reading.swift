// SPDX-License-Identifier: Apache-2.0

extension CSV {
  /// What counts as a number, and what becomes of a column in which not all texts are some.
  public enum Reading: String, Sendable, Hashable, CaseIterable {
    /// Numbers are plain, as programs write them. One text that is none makes its column
    /// categorical.
    case exact
    /// Tables as people have them: a column is taken as what most of its values are.
    ///
    /// Of a column's values (texts that often stand for none, such as "n/a", "-" or "unknown", have
    /// no vote) at least three in four must be numbers of one ``Table/Notation``; what does not fit
    /// is then a missing value, counted and shown in ``Table/Column/misfits``. Otherwise the column
    /// is categorical, and ``Table/Column/numberCount`` says how many of its values are numbers.
    ///
    /// - *Numbers* may have a currency before or behind ($, €, £, ¥, codes such as USD), a percent
    ///   sign, a minus in front or behind, or the brackets of accountants; and points, commas,
    ///   blanks or apostrophes between groups of three digits.
    /// - *Decimals* are told by numbers that can be read in one way only: 1.5 and 1,234,567 have a
    ///   point, 1,5 and 1.234.567 a comma. First the column decides, then all others that know.
    ///   Where none does, 1.234 has decimals, and 1,234 is a thousand if commas separate fields,
    ///   has decimals if semicolons do, and is an error else.
    /// - *Dates* are 2024-01-31, 2024/01/31, 31.1.2024, 3 Mar 2024, Mar 3, 2024, 31/1/2024 or
    ///   1/31/2024; in the last two forms the whole column decides, then other columns, and if all
    ///   can be read both ways that is an error. A year of two digits is one from 1969 to 2068.
    /// - *Times* are 12:30, 12:30:15.5 and 1:05 pm; together with a date they may have an offset
    ///   (Z, +01:00), and are in UTC without one.
    /// - Lines in front of the table that begin with `#` are comments. Where the first record
    ///   behind them holds no names, and the last of them has as many fields, it does.
    case tolerant
  }
}
