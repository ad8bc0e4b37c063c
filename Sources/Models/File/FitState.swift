// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackTensors
import PullbackTraining

/// How far a fit has come, as the file of its checkpoint holds it beside the training that goes on.
struct FitState: Sendable {
  /// What is fitted.
  var subject: FitSubject
  /// Of all its trainings.
  var learningRate: Float
  /// The trainings that are done, of a split or of folds.
  var done: [Trained] = []
  /// Of the training that goes on, the epochs that are done.
  var records: [EpochRecord] = []
  /// What is known there for the choice of an epoch: of the whole committee, then of each part.
  var choices: [Choice] = []

  /// What a training came to.
  struct Trained: Sendable {
    var records: [EpochRecord]
    /// Which of the choices was taken.
    var choice: Int
    var bestEpoch: Int
    var weights: [Tensor<Float>]
  }

  /// The epochs of a committee.
  struct Choice: Sendable {
    /// The one to choose so far; 0 if there is none.
    var epoch: Int
    /// What the metric was there.
    var value: Double
    /// The losses of the rows at the best epoch, then at the one to choose; none if there is none.
    var losses: [Tensor<Float>]
    /// At the epoch to choose.
    var weights: [Tensor<Float>]
  }
}

/// What is fitted: a fit goes on from a checkpoint of the same alone.
struct FitSubject: Sendable, Equatable {
  /// Rows, columns and settings by name.
  var facts: [Fact]
  /// Over the numbers of all rows.
  var checksum: UInt64

  struct Fact: Sendable, Hashable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  /// What a message says of the first thing in which another fit differs from this one; nil
  /// if it is the same.
  func difference(from other: FitSubject) -> String? {
    let (own, others) = (values, other.values)
    for name in (facts + other.facts).map({ Name($0.name) }) where own[name] != others[name] {
      let (former, now) = (own[name]?.shortened ?? "none", others[name]?.shortened ?? "none")
      return "was made with \(name.text.shortened) \(former) where this fit has \(now)"
    }
    return checksum == other.checksum ? nil : "was made with other values in the rows"
  }

  private var values: [Name: String] {
    Dictionary(facts.map { (Name($0.name), $0.value) }, uniquingKeysWith: { $1 })
  }
}

extension FitState {
  /// Where its tensors stand among those of a training.
  static let prefix = "fit/"

  /// What else is kept, by names behind the prefix.
  var tensors: NamedTensors {
    var tensors = NamedTensors()
    func add(_ part: String, _ values: [Tensor<Float>]) {
      for (place, value) in values.enumerated() { tensors.add("\(part)/\(place)", value) }
    }
    for (number, training) in done.enumerated() {
      add("done/\(number)/weights", training.weights)
    }
    for (number, choice) in choices.enumerated() {
      add("choice/\(number)/losses", choice.losses)
      add("choice/\(number)/weights", choice.weights)
    }
    return tensors
  }

  var json: JSON {
    [
      "facts": .object(subject.facts.map { .init($0.name, .string($0.value)) }),
      "rows": .string(String(subject.checksum, radix: 16)),
      "learningRate": .exact(Double(learningRate)),
      "done": .array(
        done.map {
          [
            "choice": .integer($0.choice), "bestEpoch": .integer($0.bestEpoch),
            "history": .array($0.records.map(\.json)),
          ]
        }),
      "history": .array(records.map(\.json)),
      "choices": .array(
        choices.map { ["epoch": .integer($0.epoch), "value": .exact($0.value)] }),
    ]
  }

  /// - Parameter tensors: by names behind the prefix.
  init(_ reader: MetadataReader, _ tensors: NamedTensors, _ check: FileCheck) throws(FileError) {
    var stored = StoredParts(tensors, check)
    let facts = try reader.member("facts").namedMembers { (fact) throws(FileError) in
      try fact.string()
    }
    subject = FitSubject(
      facts: facts.map { .init($0.name, $0.value) }, checksum: try reader.member("rows").bits())
    learningRate = Float(try reader.member("learningRate").exactNumber())
    records = try reader.member("history").records()
    var number = 0
    done = try reader.member("done").elements { (training) throws(FileError) in
      defer { number += 1 }
      return Trained(
        records: try training.member("history").records(),
        choice: try training.member("choice").count(),
        bestEpoch: try training.member("bestEpoch").count(),
        weights: try stored.list("done/\(number)/weights"))
    }
    number = 0
    choices = try reader.member("choices").elements { (choice) throws(FileError) in
      defer { number += 1 }
      return Choice(
        epoch: try choice.member("epoch").count(),
        value: try choice.member("value").exactNumber(),
        losses: try stored.list("choice/\(number)/losses"),
        weights: try stored.list("choice/\(number)/weights"))
    }
    if let name = stored.unread {
      throw check.error(
        ModelFile.trainingPrefix + FitState.prefix + name, "is nothing that a checkpoint keeps")
    }
  }

  /// Throws unless the parts fit together and the fit can go on from them.
  ///
  /// - Parameter epochs: how many the training has done that goes on.
  func check(epochs: Int, _ check: FileCheck) throws(FileError) {
    func refuse(_ part: String, _ problem: String) -> FileError {
      check.error("training.fit.\(part)", problem)
    }
    func areCounted(_ records: [EpochRecord]) -> Bool {
      zip(records, 1...).allSatisfy { $0.epoch == $1 }
    }
    guard learningRate.isFinite, learningRate > 0 else {
      throw refuse("learningRate", "\(learningRate) where a number above 0 is expected")
    }
    guard records.count == epochs, areCounted(records) else {
      throw refuse("history", "a record for each of \(counted(epochs, "epoch")) expected")
    }
    for (number, training) in done.enumerated() {
      guard areCounted(training.records), training.bestEpoch <= training.records.count else {
        throw refuse("done[\(number)]", "its epochs are not counted from 1 on")
      }
    }
    for (number, choice) in choices.enumerated() {
      let part = "choices[\(number)]", isMade = choice.epoch > 0
      guard choice.epoch <= epochs, choice.losses.count == (isMade ? 2 : 0) else {
        throw refuse(part, "is none of the epochs")
      }
      guard choice.losses.allSatisfy({ $0.rank == 1 && $0.shape == choice.losses[0].shape }) else {
        throw refuse(part, "has losses of different rows")
      }
    }
  }
}

/// Lists of tensors, "choice/0/weights/2", each of which is read once.
private struct StoredParts {
  private let tensors: NamedTensors
  private let check: FileCheck
  private var read: Set<Name> = []

  init(_ tensors: NamedTensors, _ check: FileCheck) {
    (self.tensors, self.check) = (tensors, check)
  }

  mutating func list(_ part: String) throws(FileError) -> [Tensor<Float>] {
    var values: [Tensor<Float>] = []
    while let stored = tensors["\(part)/\(values.count)"] {
      let name = "\(part)/\(values.count)"
      read.insert(Name(name))
      let value = try stored.tensor(as: Float.self)
      guard Bool(value.isFinite.all()) else {
        throw check.error(
          ModelFile.trainingPrefix + FitState.prefix + name,
          "holds a number that is not finite; training cannot go on from it")
      }
      values.append(value)
    }
    return values
  }

  /// The first that nobody asked for.
  var unread: String? { tensors.names.first { !read.contains(Name($0)) } }
}
