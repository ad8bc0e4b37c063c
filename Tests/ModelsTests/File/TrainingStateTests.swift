// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// What the file of a checkpoint says of its training, where training cannot go on from it.
struct TrainingStateTests {
  private let folder = TemporaryFolder()

  private func message(_ change: (inout ModelContents) -> Void) throws -> String? {
    var contents = try InterruptedTraining.contents(at: folder.file("good"))
    change(&contents)
    let path = try folder.write(contents.bytes, to: "changed")
    let error = #expect(throws: FileError.self) { try Checkpoint.load(at: path) }
    return error.map { String($0.description.dropFirst(path.count)) }
  }

  private static let range = "where a whole number in 0 ... 9007199254740992 is expected"

  /// Counted on, each would be no number any more; a list of so many epochs would fill the memory.
  @Test(
    arguments: [
      (
        "epochs", .integer(.max),
        "history: a record for each of 9223372036854775807 epochs expected"
      ),
      ("epochs", 1_000_000_000_000, "history: a record for each of 1000000000000 epochs expected"),
      ("epochs", 1, "history: a record for each of 1 epoch expected"),
      ("steps", .integer(.max), "steps: 9223372036854775807 \(range)"),
      ("batches", .integer(.max), "batches: 9223372036854775807 \(range)"),
      ("batches", 8, "batches: 8, more than there were steps or examples"),
      ("examples", .integer(.max), "examples: 9223372036854775807 \(range)"),
      ("examples", 0, "batches: 1, more than there were steps or examples"),
      ("summed", .integer(.max), "summed: 9223372036854775807 \(range)"),
      ("averages", [.integer(.max)], "averages: 9223372036854775807 \(range)"),
      ("batchSize", 0, "batchSize: 0 where 1 or more is expected"),
      ("batchSize", nil, "steps: steps without a seed and a size of batches"),
      ("lossTotal", "nan", "lossTotal: is no finite number"),
      ("best", ["epoch": 3, "value": 1], "best: is none of the epochs"),
    ] as [(String, JSON, String)])
  func countsAreSuchAsCanBeCountedOn(name: String, value: JSON, problem: String) throws {
    let found = try message { contents in
      guard case .object(let members)? = contents.metadata["training"] else { return }
      contents.metadata["training"] = .object(
        members.map { $0.name == name ? .init(name, value) : $0 })
    }
    #expect(found == ": training.\(problem)")
  }

  @Test(arguments: ["sum/-1", "sum/+0", "sum/x", "average/0", "average/1/0", "average/0/01"])
  func tensorsHaveOneNameEach(name: String) throws {
    let found = try message { $0.parts.append(.init("training/\(name)", [1], [0])) }
    #expect(found == ": training/\(name): is nothing that a checkpoint keeps")
  }
}
