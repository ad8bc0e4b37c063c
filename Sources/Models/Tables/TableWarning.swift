// SPDX-License-Identifier: Apache-2.0

/// What may make a model look better than it is, or keep it from being good, and what to do.
public struct TableWarning: Sendable, Hashable, CustomStringConvertible {
  /// What sort of thing it is, for programs.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A column alone says what is to be predicted.
    case revealingColumn
    /// Rows have the inputs of other rows.
    case duplicateRows
    /// Rows stand in the order of what is to be predicted.
    case orderedRows
    /// Classes have few rows.
    case fewRows
    /// The model is no better than something much simpler.
    case uselessModel
  }

  /// What sort of thing it is.
  public let kind: Kind
  /// The columns or classes that it is about.
  public let names: [String]
  /// What was found and what to do, in a sentence.
  public let description: String

  /// A warning of a kind.
  public init(_ kind: Kind, names: [String] = [], _ description: String) {
    (self.kind, self.names, self.description) = (kind, names, description)
  }
}
