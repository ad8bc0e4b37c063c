// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// A training on the embedded digits, as `pullback train` without a file prints it.
struct DigitsRun {
  var hidden = [50]
  var epochs = 40
  var learningRate = DigitsRun.usualRate
  var batch = 32
  var seed: UInt64 = 0
  /// A file that is written after each epoch, to go on from.
  var checkpoint: String?
  var resumes = false
  /// A file for the model.
  var output: String?
  var isQuiet = false
  var json = false

  private static let usualRate: Float = 0.05

  init() {}

  func run() throws {
    let start = ContinuousClock.now
    let training = DigitsTraining(hidden: hidden, learningRate: learningRate, seed: seed)
    let startLoss = try training.trainingLoss()
    if resumes, let checkpoint {
      let begun = try Checkpoint.load(at: found(checkpoint))
      do {
        try training.trainer.resume(from: begun)
      } catch let error as TrainingError {
        throw FileError(.malformed, in: checkpoint, error.description)
      }
    }
    try fit(training.trainer)
    if let problem = try training.divergence(from: startLoss) { throw diverged(problem) }
    let outcome = try training.test()
    if let output {
      let names = (0..<Digits.classCount).map(String.init), stop = StopFlag()
      // Ctrl-C leaves a whole file.
      try Interruption.raising(stop) {
        try ModelFile(training.model, classNames: names).save(to: output)
      }
      if stop.isRaised { throw ExitCode(130) }
    }
    let seconds = (ContinuousClock.now - start).seconds
    try Console.print(
      json
        ? outcome.json(seconds: seconds).description
        : "test accuracy \(outcome.accuracy.written(decimals: 4)) "
          + "after \(seconds.written(decimals: 2)) s "
          + "(loss \(outcome.loss.written(decimals: 4)), \(training.model.parameters.scalarCount) "
          + "parameters, \(counted(Threads.highestUsed, "thread")), \(instructionSet))")
  }

  /// Goes over the epochs, with a row for each. Ctrl-C ends it after the batch that it is at.
  private func fit(_ trainer: Trainer<DigitsTraining.Network, SGD, Int32>) throws {
    var progress = Progress(total: epochs, unit: "epoch", isSilent: isQuiet)
    if !isQuiet, !json { try Console.print(DigitsRun.header) }
    trainer.onEpoch = { _, record in
      progress.clear()
      if !isQuiet { try Console.print(json ? record.json.description : record.row) }
      progress.show(record.epoch)
      return .continue
    }
    if let checkpoint { trainer.onCheckpoint = { try $0.save(to: checkpoint) } }
    let stop = StopFlag()
    trainer.stopFlag = stop
    defer { progress.clear() }
    do {
      try Interruption.raising(stop) {
        _ = try trainer.fit(
          Digits.training, validation: Digits.validation, epochs: epochs, batch: batch, seed: seed)
      }
    } catch let error as TrainingDiverged {
      progress.clear()
      throw diverged(error)
    }
    // Also if it came when there was no batch left to end after.
    if stop.isRaised {
      progress.clear()
      if let checkpoint {
        Console.note("pullback: --resume goes on from \(checkpoint.printable)\n")
      }
      throw ExitCode(130)
    }
  }

  private func diverged(_ error: TrainingDiverged) -> ExitCode {
    Console.note("Error: \(error)\n")
    return diverged(nil)
  }

  /// Says so in a sentence, with a learning rate that is worth a try.
  private func diverged(_ problem: String?) -> ExitCode {
    let rate =
      learningRate > DigitsRun.usualRate ? DigitsRun.usualRate : learningRate / 10
    let sentence = problem.map { "Error: training diverged: \($0). " } ?? ""
    Console.note(sentence + "Try --learning-rate \(rate).\n")
    return ExitCode(65)
  }

  private static let header = "epoch   training loss   validation loss   validation accuracy"
}

extension EpochRecord {
  fileprivate var row: String {
    "\(epoch)".padded(to: 5) + loss.written(decimals: 4).padded(to: 16)
      + validationLoss!.written(decimals: 4).padded(to: 18)
      + metrics["accuracy"]!.written(decimals: 4).padded(to: 22)
  }

  fileprivate var json: JSONLine {
    var line = JSONLine(event: "epoch")
    line.add("epoch", epoch)
    line.add("training_loss", loss)
    line.add("validation_loss", validationLoss!)
    line.add("validation_accuracy", metrics["accuracy"]!)
    return line
  }
}

extension DigitsTraining.Outcome {
  fileprivate func json(seconds: Double) -> JSONLine {
    var line = JSONLine(event: "result")
    line.add("task", text: TableTask.classification.rawValue)
    line.add("test_accuracy", accuracy)
    line.add("test_loss", loss)
    line.add("seconds", seconds)
    line.add("threads_used", Threads.highestUsed)
    line.add("checksum", text: checksum.hexadecimal)
    return line
  }
}

#endif
