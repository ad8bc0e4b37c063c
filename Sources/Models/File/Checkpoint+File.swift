// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors
import PullbackTraining

extension Checkpoint {
  /// Writes the checkpoint in place of an old one, whole or not at all, also if the program is
  /// killed meanwhile.
  ///
  /// ```swift
  /// trainer.onCheckpoint = { try $0.save(to: "digits.checkpoint") }
  /// try trainer.fit(Digits.training, epochs: 20)
  /// // In another run of the program:
  /// try trainer.resume(from: Checkpoint.load(at: "digits.checkpoint"))
  /// try trainer.fit(Digits.training, epochs: 20)
  /// ```
  ///
  /// The file is a model file as well: ``ModelFile`` loads it, for prediction with the model as it
  /// was at that moment. Throws as ``ModelFile/save(to:)`` does.
  public func save(to path: String) throws(FileError) { try modelFile().save(to: path) }

  /// - Parameter fit: how far the fit has come that the training belongs to.
  func modelFile(fit: FitState? = nil) -> ModelFile {
    var file = ModelFile(NamedTensors(weights), of: model)
    file.optimizer = OptimizerState(optimizer)
    var tensors = NamedTensors()
    for (path, value) in best?.weights ?? [] { tensors.add("best/\(path)", value) }
    for (place, sum) in optimizer.sums.values.sorted(by: { $0.key < $1.key }) {
      tensors.add("sum/\(place)", sum)
    }
    for (number, average) in optimizer.averages.enumerated() {
      for (place, value) in average.values.enumerated() {
        tensors.add("average/\(number)/\(place)", value)
      }
    }
    for (name, value) in fit?.tensors ?? [:] { tensors.add(FitState.prefix + name, value) }
    file.training = TrainingState(
      progress: progress, best: best.map { .init(value: $0.value, epoch: $0.epoch) },
      summed: optimizer.sums.count, averageCounts: optimizer.averages.map(\.count), fit: fit,
      tensors: tensors)
    return file
  }

  /// Reads a file that `save` wrote.
  ///
  /// Throws a `FileError` as ``ModelFile/load(at:layers:)`` does, and if the file is a model
  /// without the state of its training.
  ///
  /// - Parameter layers: the types of layers that are your own: `[MyLayer.self]`.
  public static func load(
    at path: String, layers: [any StoredLayer.Type] = []
  ) throws(FileError) -> Checkpoint {
    try Checkpoint(ModelFile.load(at: path, layers: layers))
  }

  init(_ file: ModelFile) throws(FileError) {
    guard let state = file.training, let optimizer = file.optimizer else {
      throw FileError(
        .malformed, in: file.file,
        "holds a model, but not where its training stood: it is no checkpoint")
    }
    let check = FileCheck(kind: .malformed, file: file.file)
    self.init(
      model: try file.architecture?.model(for: file.weights, check),
      weights: try values(file.weights.map { $0 }), progress: state.progress,
      optimizer: try OptimizerMoment(optimizer, state, check),
      best: try state.best.map { (best) throws(FileError) in
        Best(
          value: best.value, epoch: best.epoch,
          weights: try values(state.tensors(below: "best/")))
      })
  }
}

extension NamedTensors {
  fileprivate init(_ weights: [(path: String, value: Tensor<Float>)]) {
    self.init()
    for (path, value) in weights { add(path, value) }
  }
}

private func values(
  _ tensors: [(name: String, tensor: StoredTensor)]
) throws(FileError) -> [(path: String, value: Tensor<Float>)] {
  var values: [(path: String, value: Tensor<Float>)] = []
  for (name, tensor) in tensors { values.append((name, try tensor.tensor(as: Float.self))) }
  return values
}

/// The number that a part of a name is, written in the one way in which `save` writes it.
private func wholeNumber(_ text: some StringProtocol) -> Int? {
  Int(text).flatMap { $0 >= 0 && "\($0)" == text ? $0 : nil }
}

extension TrainingState {
  private func misnamed(_ name: String, _ check: FileCheck) -> FileError {
    check.error(ModelFile.trainingPrefix + name, "is nothing that a checkpoint keeps")
  }

  /// By the places of the optimizer's parameters.
  fileprivate func sums(_ check: FileCheck) throws(FileError) -> [Int: Tensor<Float>] {
    var sums: [Int: Tensor<Float>] = [:]
    for (name, value) in try values(tensors(below: "sum/")) {
      guard let place = wholeNumber(name) else { throw misnamed("sum/\(name)", check) }
      sums[place] = value
    }
    return sums
  }

  /// Of each average its values, in the order of their places.
  fileprivate func averages(
    _ check: FileCheck
  ) throws(FileError) -> [OptimizerMoment.Average] {
    var places = averageCounts.map { _ in [Int: Tensor<Float>]() }
    for (name, value) in try values(tensors(below: "average/")) {
      let parts = name.split(separator: "/", maxSplits: 1).map(wholeNumber)
      guard parts.count == 2, let number = parts[0], let place = parts[1],
        places.indices.contains(number)
      else { throw misnamed("average/\(name)", check) }
      places[number][place] = value
    }
    return zip(averageCounts, places).map { count, values in
      .init(count: count, values: values.sorted { $0.key < $1.key }.map(\.value))
    }
  }
}

extension OptimizerState {
  /// What a checkpoint has of an optimizer.
  fileprivate init(_ moment: OptimizerMoment) {
    var numbers = NamedTensors()
    for (name, value) in moment.state { numbers.add(name, value) }
    self.init(
      stepCount: moment.stepCount, missedSteps: moment.missedSteps,
      groups: moment.groups.map { group in
        Group(
          kind: group.rule,
          settings: stored(group.settings),
          paths: moment.groups.count == 1 ? nil : group.paths)
      }, networks: moment.networks.map(stored), numbers: numbers)
  }
}

private func stored(_ settings: [OptimizerMoment.Setting]) -> [String: Double] {
  Dictionary(settings.map { ($0.name, Double($0.number)) }, uniquingKeysWith: { $1 })
}

private func moments(_ settings: [String: Double]) -> [OptimizerMoment.Setting] {
  settings.sorted { $0.key < $1.key }.map { .init(name: $0.key, number: Float($0.value)) }
}

extension OptimizerMoment {
  fileprivate init(
    _ state: OptimizerState, _ training: TrainingState, _ check: FileCheck
  ) throws(FileError) {
    let kept = try values(state.numbers.map { $0 }).map { (name: $0.path, value: $0.value) }
    self.init(
      stepCount: state.stepCount, missedSteps: state.missedSteps,
      groups: state.groups.map { group in
        Group(rule: group.kind, settings: moments(group.settings), paths: group.paths)
      }, networks: state.networks.map(moments), state: kept,
      sums: Sums(
        count: training.summed, values: try training.sums(check)),
      averages: try training.averages(check))
  }
}
