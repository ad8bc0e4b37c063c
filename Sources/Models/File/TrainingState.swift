// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors
import PullbackTraining

/// How far a training has come, as the file of a checkpoint holds it beside the model and its
/// optimizer.
struct TrainingState: Sendable {
  var progress: TrainingProgress
  var best: Best?
  /// How many losses there are whose gradients are summed.
  var summed: Int
  /// How often each average of the weights has been updated.
  var averageCounts: [Int]
  /// Of a fit to a table or to arrays.
  var fit: FitState?
  /// The best weights, "best/hidden.weight"; sums of gradients, "sum/2"; averages, "average/0/2";
  /// what belongs to a fit, "fit/choice/0/weights/2".
  var tensors: NamedTensors

  /// The best epoch.
  struct Best: Sendable {
    var value: Double
    var epoch: Int
  }

  /// The tensors whose names begin so, with the rest of their names.
  func tensors(below prefix: String) -> [(name: String, tensor: StoredTensor)] {
    tensors.compactMap { name, tensor in name.dropping(prefix: prefix).map { ($0, tensor) } }
  }
}

extension TrainingState {
  var json: JSON {
    var members: [JSON.Member] = [
      .init("epochs", .integer(progress.epoch)), .init("batches", .integer(progress.batch)),
      .init("steps", .integer(progress.step)), .init("examples", .integer(progress.count)),
      .init("lossTotal", .exact(progress.total)),
      .init("summed", .integer(summed)),
      .init("averages", .array(averageCounts.map(JSON.integer))),
      .init("history", .array(progress.history.map(\.json))),
    ]
    if let run = progress.run {
      members.append(.init("seed", .string(String(run.seed, radix: 16))))
      members.append(.init("batchSize", .integer(run.batch)))
    }
    if let best {
      members.append(
        .init("best", ["epoch": .integer(best.epoch), "value": .exact(best.value)]))
    }
    if let fit { members.append(.init("fit", fit.json)) }
    return .object(members)
  }

  init(
    _ reader: MetadataReader, _ tensors: NamedTensors, _ check: FileCheck
  ) throws(FileError) {
    var progress = TrainingProgress(history: try reader.member("history").records())
    if let size = reader.memberIfPresent("batchSize") {
      progress.run = Run(seed: try reader.member("seed").bits(), batch: try size.count())
    }
    progress.epoch = try reader.member("epochs").count()
    progress.batch = try reader.member("batches").count()
    progress.step = try reader.member("steps").count()
    progress.count = try reader.member("examples").count()
    progress.total = try reader.member("lossTotal").exactNumber()
    self.progress = progress
    self.tensors = tensors
    summed = try reader.member("summed").count()
    averageCounts = try reader.member("averages").elements { (count) throws(FileError) in
      try count.count()
    }
    best = try reader.memberIfPresent("best").map { (best) throws(FileError) in
      Best(
        value: try best.member("value").exactNumber(), epoch: try best.member("epoch").count())
    }
    fit = try reader.memberIfPresent("fit").map { (fit) throws(FileError) in
      var parts = NamedTensors()
      for (name, tensor) in self.tensors(below: FitState.prefix) { parts.add(name, tensor) }
      return try FitState(fit, parts, check)
    }
  }

  /// Throws unless the parts fit together and training can go on from them.
  func check(with modelWeights: NamedTensors, _ check: FileCheck) throws(FileError) {
    func refuse(_ part: String, _ problem: String) -> FileError {
      check.error("training.\(part)", problem)
    }
    // Counted on, and to as many as the file says: no list is made of a number that it claims.
    let counts = [
      ("steps", progress.step), ("batches", progress.batch), ("examples", progress.count),
      ("summed", summed),
    ]
    for (part, count) in counts + averageCounts.map({ ("averages", $0) })
    where !stepCounts.contains(count) {
      throw refuse(
        part, "\(count) where a whole number in 0 ... \(stepCounts.upperBound) is expected")
    }
    guard progress.history.count == progress.epoch,
      zip(progress.history, 1...).allSatisfy({ $0.epoch == $1 })
    else {
      throw refuse("history", "a record for each of \(counted(progress.epoch, "epoch")) expected")
    }
    if !progress.total.isFinite { throw refuse("lossTotal", "is no finite number") }
    guard progress.batch <= progress.step, progress.batch <= progress.count else {
      throw refuse("batches", "\(progress.batch), more than there were steps or examples")
    }
    if let run = progress.run {
      if run.batch < 1 { throw refuse("batchSize", "\(run.batch) where 1 or more is expected") }
    } else if progress.step > 0 {
      throw refuse("steps", "steps without a seed and a size of batches")
    }
    try fit?.check(epochs: progress.epoch, check)
    guard let best else { return }
    guard (1...max(progress.epoch, 1)).contains(best.epoch), !best.value.isNaN else {
      throw refuse("best", "is none of the epochs")
    }
    let weights = tensors(below: "best/")
    guard Set(weights.map { Name($0.name) }) == Set(modelWeights.names.map(Name.init)) else {
      throw refuse("best", "has other weights than the model")
    }
    for (name, tensor) in weights where tensor.shape != modelWeights[name]?.shape {
      throw check.error(
        "training/best/\(name)", "has the shape \(tensor.shape), and another in the model")
    }
  }
}

extension EpochRecord {
  var json: JSON {
    var members: [JSON.Member] = [
      .init("epoch", .integer(epoch)), .init("steps", .integer(stepCount)),
      .init("learningRate", .exact(Double(learningRate))), .init("loss", .exact(loss)),
    ]
    if let validation {
      let metrics = validation.metrics.sorted { $0.key < $1.key }
        .map { JSON.Member($0.key, .exact($0.value)) }
      members.append(
        .init("validation", ["loss": .exact(validation.loss), "metrics": .object(metrics)]))
    }
    return .object(members)
  }

  fileprivate init(_ reader: MetadataReader) throws(FileError) {
    let validation = try reader.memberIfPresent("validation").map { (part) throws(FileError) in
      Evaluation(
        loss: try part.member("loss").exactNumber(),
        metrics: try part.member("metrics").members { (metric) throws(FileError) in
          try metric.exactNumber()
        })
    }
    self.init(
      epoch: try reader.member("epoch").count(), stepCount: try reader.member("steps").count(),
      learningRate: Float(try reader.member("learningRate").exactNumber()),
      loss: try reader.member("loss").exactNumber(), validation: validation)
  }
}

extension JSON {
  /// A number, also one that is not finite, which JSON does not know.
  static func exact(_ number: Double) -> JSON {
    number.isFinite ? .number(number) : .string("\(number)")
  }
}

extension MetadataReader {
  /// What an epoch came to, for each of some.
  func records() throws(FileError) -> [EpochRecord] {
    try elements { (record) throws(FileError) in try EpochRecord(record) }
  }

  /// A number that may be written as "nan", "inf" or "-inf".
  func exactNumber() throws(FileError) -> Double {
    switch value {
    case .string("nan"): return .nan
    case .string("inf"): return .infinity
    case .string("-inf"): return -.infinity
    default: return try number()
    }
  }
}
