// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks

/// What happens while a network is fitted to a table, in order.
public enum FitEvent: Sendable {
  /// What was understood of the table, before anything is learnt.
  case understood(TableUnderstanding)
  /// The settings, with what was chosen for the data.
  case settings(FitSettings)
  /// The network that is fitted.
  case model(ModelSummary)
  /// The learning rate that was found.
  case learningRate(Float)
  /// A fold of a cross-validation begins: its number, from 1, of how many.
  case fold(number: Int, of: Int)
  /// An epoch is done.
  case epoch(FitEpoch)
  /// What the network came to on the rows of a split or a fold that do not train.
  case validated(TableEvaluation)
  /// The model to keep is now trained on all rows, for the epochs that validation chose.
  case refitting(epochs: Int, rows: Int)
}
