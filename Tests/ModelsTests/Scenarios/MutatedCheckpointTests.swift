// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Each value of a good checkpoint becomes each of many odd ones: the file is refused with its name
/// and a place, or training goes on from it.
struct MutatedCheckpointTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("run.checkpoint") }

  /// True if training went on.
  private func tryOut(_ contents: ModelContents, _ comment: Comment) throws -> Bool {
    try folder.write(contents.bytes, to: "run.checkpoint")
    let checkpoint: Checkpoint
    do throws(FileError) {
      checkpoint = try Checkpoint.load(at: path)
    } catch {
      #expect(error.kind == .malformed && error.file == path && !error.problem.isEmpty, comment)
      return false
    }
    #expect(!"\(checkpoint)".isEmpty)
    let trainer = InterruptedTraining.trainer()
    do {
      try trainer.resume(from: checkpoint)
      try InterruptedTraining.fit(trainer)
    } catch let error as TrainingError {
      #expect(!error.description.isEmpty, comment)
      return false
    } catch let error as TrainingDiverged {
      #expect(!"\(error)".isEmpty, comment)
      return false
    }
    do throws(FileError) {
      try trainer.checkpoint.save(to: path)
    } catch {
      // Who begins with the last step that files count is soon beyond it.
      #expect(
        error.problem.hasSuffix(" where a whole number in 0 ... \(1 << 53) is expected"), comment)
      return true
    }
    #expect(try Checkpoint.load(at: path).stepCount == trainer.checkpoint.stepCount, comment)
    return true
  }

  @Test func valuesAreChanged() throws {
    let good = try InterruptedTraining.contents(at: path)
    #expect(try tryOut(good, "unchanged"))
    let variants = good.metadata["training"]!.variants
    var count = 0, random = SplitMix(seed: 5)
    for _ in 0..<500 {
      let value = random.pick(variants)
      var contents = good
      contents.metadata["training"] = value
      if try tryOut(contents, "\(value)") { count += 1 }
    }
    #expect(count > 20)
  }

  @Test func everyTensorIsChanged() throws {
    let good = try InterruptedTraining.contents(at: path)
    let kept = good.parts.indices.filter { good.parts[$0].name.hasPrefix("training/") }
    let kinds = Set(kept.map { good.parts[$0].name.split(separator: "/")[1] })
    #expect(kinds.count == 3)
    for index in kept {
      let part = good.parts[index], count = part.bytes.count / 4
      var changed: [[ModelContents.Part]] = [[]]
      for name in [
        "sum/-1", "sum/+0", "sum/9", "average/0", "average/7/0", "average/0/00", "best/x",
      ] {
        var other = part
        other.name = "training/\(name)"
        changed += [[other], [part, other]]
      }
      changed.append([.init(part.name, [1] + part.shape, [Float](repeating: 1, count: count))])
      changed.append([.init(part.name, part.shape, [Float](repeating: .nan, count: count))])
      for parts in changed {
        var contents = good
        contents.parts.replaceSubrange(index...index, with: parts)
        _ = try tryOut(contents, "\(part.name) becomes \(parts.map(\.name))")
      }
    }
  }
}
