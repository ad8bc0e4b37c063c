// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors

/// The steps that an optimizer has taken, written down: a loss of the same structure as an earlier
/// one needs no new gradients, only the numbers of its leaves.
public final class StepPrograms {
  private var known = RecentPrograms()
  /// What the optimizer trains, each with its state.
  private var slots: [[Parameter]] = []
  /// The parameters' own.
  private var trained: [LeafSlot] = []
  @exclusivity(unchecked) private var former = FormerValues()

  public init() {}

  var structureCount: Int { known.entries.count }

  /// Takes a step with the first value as the loss; the others get their numbers too.
  func minimize(
    _ values: [Value], with optimizer: any Optimizer, at site: CallSite
  ) -> Float {
    if slots.isEmpty {
      slots = optimizer.slots
      trained = slots.map { $0[0].slot }
      former = FormerValues(of: trained.map(\.number))
    }
    let borrowed = Signature.take()
    for number in trained.indices {
      borrowed.reader.train(trained[number].serial ?? slots[number][0].leaf.node.serial, number)
    }
    borrowed.reader.read(values, &former)
    let program = program(for: borrowed.reader, values, optimizer, at: site)
    for scalar in optimizer.scalars { borrowed.reader.add(bits: UInt64(Float(scalar).bitPattern)) }
    // The graph goes; what is still shared after that has other holders.
    borrowed.reader.forgetGraph()
    values[0].node.endHistory()
    var results = program.memoryForResults()
    program.run(
      inputs: borrowed.reader.text.numbers, bits: borrowed.reader.text.bits,
      expecting: borrowed.reader.trainedSerials, into: &results)
    for index in values.indices { values[index].node.keep(results[index]) }
    Signature.give(borrowed)
    return results[0].firstFloat
  }

  private func program(
    for signature: borrowing Signature, _ values: [Value], _ optimizer: any Optimizer,
    at site: CallSite
  ) -> RecordedProgram {
    if let entry = known.entries.last(where: { $0.key == signature.text.words }),
      signature.text.isReusable
    {
      return entry.program
    }
    var given = ReplayInputs()
    given.leaves = signature.nodesOfNumbers
    given.bits = signature.nodesOfBits
    // A parameter may be read where no derivative reaches it: it is an input like any other.
    let trained = slots.map { (leaf: $0[0].leaf, slot: $0[0].slot) }
    let program = RecordedProgram(
      results: values, inputs: given.reading(trained),
      replacing: optimizer.replacements(
        for: values[0], slots, scalarsFrom: given.bits.count, at: site))
    if signature.text.isReusable {
      _ = known.add(.init(key: signature.text.words, program: program))
    }
    return program
  }
}
