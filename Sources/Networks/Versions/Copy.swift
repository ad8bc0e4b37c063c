// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A model with parameters of its own, which starts as a copy of another and is trained on its own.
///
/// `let other = model` is not a copy: both share their weights. A copy's parameters stand at the
/// same paths, so what is saved of the one can be loaded into the other. A copy of a model without
/// numbers has none either; it gets the same ones from the same seed. Taking a copy copies no
/// number until one of the two changes.
///
/// ```swift
/// let w = Parameter(value: [4])
/// let model: Parameters = ["w": w]
/// let copy = model.copy()
/// Optimizer(SGD(learningRate: 0.25), for: copy.parameters)
///   .minimize(copy.withModel { _ in w.value.squared().sum() })
/// print(w.value, copy.parameters["w"]!.value)   // [4.] [2.]
/// ```
public struct Copy<Net: ParameterTree>: ParameterTree {
  private let twin: Twin<Net>

  fileprivate init(of model: Net) { twin = Twin(of: model, isFrozen: false) }

  /// The copy's own parameters, under the model's paths.
  public var parameters: Parameters { twin.parameters }

  /// Calls `body` with the model, whose parameters are those of the copy meanwhile, in this
  /// task and those that it starts: for models that have more functions than one, or another
  /// than layers have.
  public func withModel<Result>(_ body: (Net) throws -> Result) rethrows -> Result {
    try twin.withModel(body)
  }
}

extension Copy: ModelVersion {
  package var original: any ParameterTree { twin.original }
}

extension Copy: Sendable where Net: Sendable {}

extension Copy: Layer where Net: Layer {
  /// What the model gives for x with the parameters of the copy.
  public func callAsFunction(_ x: Net.Input) -> Net.Output { withModel { $0(x) } }
}

extension ParameterTree {
  /// A model with parameters of its own: see ``Copy``. They start with the numbers of one step;
  /// waits for the end of a step that is being taken.
  public func copy() -> Copy<Self> { Copy(of: self) }
}
