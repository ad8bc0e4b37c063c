// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback explain`: the derivation of a network's gradients, line by line.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Derive the gradients of a network, line by line, each line checked.",
    discussion: """
      Without arguments it explains the network of the course notes with the notes' own numbers. \
      Every line of the backward pass has its shape, its cost, the Jacobian it stands for, and its \
      relative error against central differences in Double.

        pullback explain --layers 784-50-10 --format markdown
      """)

  enum Format: String, CaseIterable {
    case text, markdown, dot, svg
  }

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Units of input, hidden layers and output, with relu between them.",
      valueName: "units-units[-units...]"),
    transform: { try ExtentList(parsing: $0, separator: "-", counts: 2...17, largest: 4096) })
  var layers: ExtentList?

  @Option(
    help: "The loss: the mean over the batch. (default: cross-entropy; mse for the notes)",
    completion: words(of: TrainedNetwork.Loss.self), transform: chosen)
  var loss: TrainedNetwork.Loss?

  @Option(
    parsing: .unconditional,
    help: "Rows of the batch. (default: 1 for the notes, which have 1 or 2; else 64)")
  var batch: Int?

  @Option(
    help: "How to write it: text, markdown, dot or svg. (default: text)",
    completion: words(of: Format.self), transform: chosen)
  var format = Format.text

  @Flag(help: "Print the numbers of each line too.")
  var values = false

  @Flag(help: "Print the five Jacobians of the notes in full.")
  var jacobians = false

  @Option(
    parsing: .unconditional,
    help: "The seed of the network's numbers and of the directions of the checks.")
  var seed: UInt64 = 0

  private static let mostWeights = 1 << 22, mostProducts = 1 << 28

  func validate() throws {
    if values, format == .dot || format == .svg {
      throw ValidationError("--values goes with --format text or markdown")
    }
    if jacobians {
      guard layers == nil, loss == nil, batch == nil, format == .text, !values else {
        throw ValidationError(
          "--jacobians is about the notes' network, as text: leave the rest out")
      }
    }
    guard let layers else {
      guard loss != .crossEntropy else {
        throw ValidationError("the notes' network has the loss mse; other losses need --layers")
      }
      guard batch.map({ 1...2 ~= $0 }) ?? true else {
        throw ValidationError("the notes have 1 or 2 rows; other batches need --layers")
      }
      return
    }
    guard (batch.map { 1...65536 ~= $0 }) ?? true else {
      throw ValidationError("--batch must be from 1 to 65536")
    }
    let weights = zip(layers.extents, layers.extents.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    let units = layers.extents.reduce(0, +)
    guard weights <= Explain.mostWeights,
      (weights + units) * (batch ?? Explain.usualBatch) <= Explain.mostProducts
    else {
      throw ValidationError(
        "the network is too large to be checked in seconds: at most \(Explain.mostWeights) weights, "
          + "and \(Explain.mostProducts) products of weights and rows")
    }
  }

  private static let usualBatch = 64

  func run() throws {
    try prepare(threads: nil)
    if jacobians { return try NotesJacobians().lines.forEach { try Console.print($0) } }
    let network =
      if let layers {
        ExplainedNetwork(
          layers.extents, loss: loss ?? .crossEntropy, batch: batch ?? Explain.usualBatch,
          seed: seed)
      } else {
        ExplainedNetwork.ofTheNotes(rows: batch ?? 1)
      }
    let derivation = explain(network.loss, withRespectTo: network.parameters, seed: seed)
    switch format {
    case .text:
      try Console.print(
        derivation.text(showingValues: values, inColor: Console.outputTakesColor))
    case .markdown: try Console.print(derivation.markdown(showingValues: values))
    case .dot: try Console.print(derivation.dot)
    case .svg: try Console.print(derivation.svg)
    }
    if !derivation.passes {
      Console.noteError("a line does not agree with central differences")
      throw ExitCode.failure
    }
  }
}

#endif
