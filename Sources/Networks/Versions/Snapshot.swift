// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A model as it was after one step: it is called like the model and never changes.
///
/// Threads that predict while another one trains each take a snapshot: the numbers of all its
/// parameters belong to one step. Taking it copies no number; the step after it writes into fresh
/// memory, once. A gradient does not reach the model through a snapshot, which so can be a
/// teacher of the model.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let model: Parameters = ["w": w]
/// let before = model.snapshot()
/// Optimizer(SGD(learningRate: 0.25), for: model).minimize(w.value.squared().sum())
/// print(w.value, before.parameters["w"]!.value)   // [2.] [4.]
/// model.assign(before)
/// print(w.value)   // [4.]
/// ```
public struct Snapshot<Net: ParameterTree>: ParameterTree {
  private let twin: Twin<Net>

  fileprivate init(of model: Net) { twin = Twin(of: model, isFrozen: true) }

  /// The numbers under the model's paths. They are read, saved and assigned to other models;
  /// setting or training them is a mistake.
  public var parameters: Parameters { twin.parameters }

  /// Calls `body` with the model, whose parameters have the numbers of the snapshot meanwhile, in
  /// this task and those that it starts: for models that have more functions than one, or another
  /// than layers have.
  ///
  /// ```swift
  /// let code = snapshot.withModel { model in model.encode(x) }
  /// ```
  public func withModel<Result>(_ body: (Net) throws -> Result) rethrows -> Result {
    try twin.withModel(body)
  }
}

extension Snapshot: ModelVersion {
  package var original: any ParameterTree { twin.original }
}

extension Snapshot: Sendable where Net: Sendable {}

extension Snapshot: Layer where Net: Layer {
  /// What the model gave for x after that step.
  public func callAsFunction(_ x: Net.Input) -> Net.Output { withModel { $0(x) } }
}

extension ParameterTree {
  /// The model as it is now, between two steps: see ``Snapshot``. Waits for the end of a step that
  /// is being taken. A mistake if a parameter has no numbers yet.
  public func snapshot() -> Snapshot<Self> { Snapshot(of: self) }
}
