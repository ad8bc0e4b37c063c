// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Each value of a good checkpoint of a fit becomes each of many odd ones: the file is refused with
/// its name, or the fit goes on from it.
struct MutatedFitCheckpointTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("fit.checkpoint") }

  private func fit(
    from checkpoint: FitCheckpoint? = nil, onCheckpoint: ((FitCheckpoint) throws -> Void)? = nil
  ) throws {
    var fitting = FitSettings()
    (fitting.epochs, fitting.hidden, fitting.members) = (3, [2], 2)
    fitting.validation = .folds(2)
    _ = try TableModel.fit(
      FitTables.quarters(rows: 24), TableSettings(targets: ["quarter"]), fitting: fitting,
      from: checkpoint, onCheckpoint: onCheckpoint)
  }

  /// In the second fold.
  private func contents() throws -> ModelContents {
    var count = 0
    try fit {
      count += 1
      if count == 5 { try $0.save(to: path) }
    }
    return try ModelContents(reading: Safetensors.read(at: path))
  }

  /// True if the fit went on.
  private func tryOut(_ contents: ModelContents, _ comment: Comment) throws -> Bool {
    try folder.write(contents.bytes, to: "fit.checkpoint")
    do {
      let checkpoint = try FitCheckpoint.load(at: path)
      #expect(!"\(checkpoint)".isEmpty)
      try fit(from: checkpoint)
      return true
    } catch let error as FileError {
      #expect(error.kind == .malformed && error.file == path && !error.problem.isEmpty, comment)
    } catch let error as TrainingError {
      #expect(!error.description.isEmpty, comment)
    } catch let error as TrainingDiverged {
      #expect(!"\(error)".isEmpty, comment)
    } catch let error as FitError {
      // Weights as large as a file may have them are far worse than none.
      #expect("\(error)".hasPrefix("training diverged"), comment)
    }
    return false
  }

  @Test func valuesAreChanged() throws {
    let good = try contents()
    #expect(try tryOut(good, "unchanged"))
    guard case .object(let members)? = good.metadata["training"],
      let place = members.firstIndex(where: { $0.name == "fit" })
    else { throw FileError(.malformed, in: path, "no fit") }
    let variants = members[place].value.variants
    var count = 0, random = SplitMix(seed: 6)
    for _ in 0..<400 {
      var changed = members
      changed[place] = .init("fit", random.pick(variants))
      var contents = good
      contents.metadata["training"] = .object(changed)
      if try tryOut(contents, "\(changed[place].value)") { count += 1 }
    }
    #expect(count > 10)
  }

  @Test func everyTensorIsChanged() throws {
    let good = try contents()
    let kept = good.parts.indices.filter { good.parts[$0].name.hasPrefix("training/fit/") }
    #expect(kept.count > 10)
    for index in kept {
      let part = good.parts[index], count = part.bytes.count / 4
      var other = part
      other.name = "training/fit/choice/0/weights/00"
      let changed: [[ModelContents.Part]] = [
        [], [other], [part, other],
        [.init(part.name, [1] + part.shape, [Float](repeating: 1, count: count))],
        [.init(part.name, part.shape, [Float](repeating: .nan, count: count))],
      ]
      for parts in changed {
        var contents = good
        contents.parts.replaceSubrange(index...index, with: parts)
        let went = try tryOut(contents, "\(part.name) becomes \(parts.map(\.name))")
        #expect(!went, "\(part.name) becomes \(parts.map(\.name))")
      }
    }
  }
}
