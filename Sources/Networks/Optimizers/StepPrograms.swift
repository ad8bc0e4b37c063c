// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors

/// The steps of an optimizer, written down: a loss of the same structure as an earlier one needs no
/// new gradients, only the numbers of its leaves. Optimizers of one structure and rule share them.
final class StepPrograms {
  /// What the rule writes down for the parameter of a number: from the leaves of the parameter and
  /// of its state, the gradient and the scalars of all rules to new values of parameter and state.
  typealias Update = (
    _ number: Int, _ leaves: [Tensor<Float>], _ gradient: Tensor<Float>, _ scalars: [Tensor<Float>]
  ) -> [Tensor<Float>]

  private static let shared = SharedRecentlyUsed<RecordedForm>(capacity: 256, byteLimit: 1 << 28)

  /// What recorded steps know these by.
  let number = Node.reserveSerials(1)
  let tree: Parameters
  /// Those that are trained, and their places among all.
  let parameters: [Parameter]
  private let places: [Int]
  private let missed: MissedSteps
  /// The last program that did not change all parameters, and the classes that missed it.
  @exclusivity(unchecked) private var latestPartial: (program: RecordedProgram, missing: [Int])?
  /// What is kept for each parameter; the sum of its gradients comes last, if there is one.
  let state: [[Parameter]]
  let form: StepForm
  /// The numbers of the next run.
  @exclusivity(unchecked) var scalars: StepScalars
  let scalarCount: Int
  /// How many networks are trained at once; 0 if it is one.
  let networks: Int
  /// The rules' numbers of the next run where those of the networks differ, and what holds them:
  /// [numbers, networks].
  @exclusivity(unchecked) var networkScalars: NetworkScalars?
  let networkNumbers: Parameter?
  /// Those that hold the parameters and their state: a parameter, its state, the next parameter,
  /// ...; then averages, and what else they are averages of; at last the numbers of networks.
  let slots: [LeafSlot]
  private let holders: [Parameter]
  private let trained: [LeafSlot]
  /// Where the slots of each parameter begin.
  let firstSlots: [Int]
  /// For each average of the form its slot and that of what it is an average of.
  let averageSlots: [StepLayout.AverageSlots]
  /// Sums that a run adds to.
  private let sums: GradientSums?
  private let structure: UInt64
  let update: Update
  @exclusivity(unchecked) private var known = RecordedPrograms()
  @exclusivity(unchecked) private var former: FormerValues

  /// - Parameters:
  ///   - tree: with the paths of the parameters.
  ///   - trained: the parameters that are trained, and their places among all.
  ///   - averaged: a pair for each average of the form.
  ///   - scalars: with the numbers of a step.
  ///   - sums: those that a run adds to, if it does.
  ///   - structure: a number of all that `update` depends on, beside its arguments,
  ///     and of the form.
  init(
    _ tree: Parameters, training trained: [(place: Int, parameter: Parameter)],
    missed: MissedSteps, state: [[Parameter]], form: StepForm,
    averaged: [AverageState.Pair], sums: GradientSums?, scalars: StepScalars, networks: Int,
    _ networkScalars: NetworkScalars?, structure: UInt64,
    update: @escaping Update
  ) {
    self.tree = tree
    let parameters = trained.map(\.parameter)
    (self.parameters, places, self.missed) = (parameters, trained.map(\.place), missed)
    self.state = state
    self.form = form
    self.sums = sums
    self.update = update
    self.scalars = scalars
    scalarCount = scalars.bits.count
    self.networks = networks
    self.networkScalars = networkScalars
    let count = scalars.bits.count - form.scalarCount
    networkNumbers = networkScalars.map { _ in Parameter(value: .zeros([count, networks])) }
    var holders: [Parameter] = [], places: [UInt64: Int] = [:]
    func place(_ parameter: Parameter) -> Int {
      if let place = places[parameter.slot.number] { return place }
      places[parameter.slot.number] = holders.count
      holders.append(parameter)
      return holders.count - 1
    }
    firstSlots = zip(parameters, state).map { parameter, state in
      defer { for kept in state { _ = place(kept) } }
      return place(parameter)
    }
    averageSlots = averaged.map { .init(average: place($0.average), source: place($0.source)) }
    self.structure = RuleNumbers.number(
      of: StepLayout(structure: structure, scalarCount: scalarCount, averages: averageSlots))
    if let networkNumbers { holders.append(networkNumbers) }
    self.holders = holders
    slots = holders.map(\.slot)
    self.trained = parameters.map(\.slot)
    former = FormerValues(of: self.trained.map(\.number))
  }

  /// Computes the numbers for a step; false if they are others than what is written down expects.
  func update(for step: Int) -> Bool {
    scalars.update(for: step)
    if scalars.bits.count != scalarCount { return false }
    if let networkNumbers {
      networkScalars!.update(for: step, missed: missed)
      networkNumbers.value = Tensor(shape: networkNumbers.shape, scalars: networkScalars!.numbers)
    }
    return true
  }

  /// Takes a step with the first value as the loss; the others get their numbers too.
  func minimize(_ values: [Value], at site: CallSite) -> Float {
    let borrowed = Signature.take()
    readTrained(into: &borrowed.reader)
    borrowed.reader.read(values, &former)
    let program = program(for: borrowed.reader, values, areGradients: nil, at: site)
    for word in scalars.bits { borrowed.reader.add(bits: word) }
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

  /// Takes a step with these gradients, one for each parameter, nil where there is none.
  func apply(_ gradients: [Value?], at site: CallSite) {
    let borrowed = Signature.take()
    readTrained(into: &borrowed.reader)
    let values = gradients.compactMap { $0 }
    borrowed.reader.read(values, &former)
    let program = program(
      for: borrowed.reader, values, areGradients: gradients.map { $0 != nil }, at: site)
    for word in scalars.bits { borrowed.reader.add(bits: word) }
    borrowed.reader.forgetGraph()
    var results: [Storage] = []
    program.run(
      inputs: borrowed.reader.text.numbers, bits: borrowed.reader.text.bits,
      expecting: borrowed.reader.trainedSerials, into: &results)
    Signature.give(borrowed)
  }

  private func readTrained(into signature: inout Signature) {
    for number in trained.indices {
      signature.train(trained[number].serial ?? parameters[number].leaf.node.serial, number)
    }
  }

  /// - Parameter areGradients: nil for a loss and what is kept beside it; for gradients, which of
  ///   the parameters have one.
  private func program(
    for signature: borrowing Signature, _ values: [Value], areGradients: [Bool]?, at site: CallSite
  ) -> RecordedProgram {
    var words = signature.text.words
    if let areGradients {
      // The last word of a loss is a place in its graph, which none of these is.
      for isThere in areGradients { words.append(isThere ? .max : .max - 1) }
    }
    guard signature.text.isReusable else {
      let form = write(values, signature, areGradients, at: site)
      let others = slots(renewedBy: signature.renewals).others
      return noting(RecordedProgram(form, slots: slots + others))
    }
    let renewed = slots(renewedBy: signature.renewals)
    // Where a layer keeps what is renewed is no part of the graph.
    var ownWords = words
    if !renewed.places.isEmpty {
      words += renewed.places.map { UInt64($0) }
      ownWords = words + renewed.others.map(\.number)
    }
    if let program = known.find(ownWords) { return noting(program) }
    let form = StepPrograms.shared.find(words + [structure]) {
      let form = write(values, signature, areGradients, at: site)
      return (form, form.byteCount)
    }
    let program = RecordedProgram(form, slots: slots + renewed.others)
    known.add(ownWords, program)
    return noting(program)
  }

  private func write(
    _ values: [Value], _ signature: borrowing Signature, _ areGradients: [Bool]?,
    at site: CallSite
  ) -> RecordedForm {
    let unknown = signature.unknownNodes
    var given = ReplayInputs()
    given.leaves = signature.nodesOfNumbers
    given.bits = signature.nodesOfBits
    let leaves = leaves, renewals = renewals(by: signature.renewals)
    let replacements: [Replacement]
    if let areGradients {
      var next = values.makeIterator()
      replacements = self.replacements(
        by: areGradients.map { $0 ? next.next()! : nil }, leaves, scalarsFrom: given.bits.count,
        renewals)
    } else {
      replacements = self.replacements(
        for: values[0], leaves, scalarsFrom: given.bits.count, renewals, isRecorded: false, at: site
      )
    }
    // A parameter may be read where no derivative reaches it: it is an input like any other.
    return RecordedForm(
      results: areGradients == nil ? values : [],
      inputs: given.reading(Array(zip(leaves, slots))), replacing: replacements,
      slots: slots + slots(renewedBy: signature.renewals).others, unknown: unknown)
  }

  /// What the slots hold now. Averages, and what is not trained here, have leaves of their own: a
  /// loss may read them or other numbers of the same shape, and its signature does not tell.
  private var leaves: [Value] {
    let ownCount = firstSlots.last.map { $0 + 1 + state.last!.count } ?? 0
    return holders.enumerated().map { place, holder in
      let leaf = holder.leaf
      if place < ownCount { return leaf }
      return Value(
        Node(
          numbers: leaf.node.numbers!, elementType: leaf.elementType, shape: leaf.shape,
          heldBy: holder.slot.number))
    }
  }

  /// The plan that a step would run.
  func plan(minimizing loss: Value, at site: CallSite) -> Plan {
    PullbackRuntime.plan(
      [loss],
      replacing: replacements(
        for: loss, leaves, scalarsFrom: 0, renewals(reachedBy: [loss]), isRecorded: false, at: site)
    )
  }

  /// The step with these gradients and the numbers as they are, and its scalars.
  func written(by gradients: [Value?]) -> (updates: [Replacement], scalars: [Tensor<Float>]) {
    let numbers = scalars.bits.map { Tensor(Float(bitPattern: UInt32($0))) }
    evaluate(numbers)
    let scalars = numbers.map {
      Tensor<Float>(Value(Node(numbers: $0.value.node.numbers!, elementType: .float, shape: [])))
    }
    return (replacements(by: gradients, leaves, scalars), scalars)
  }

  /// A program for a step that was traced in a recording, whose inputs are given.
  func program(
    recorded traced: TracedStep, _ given: ReplayInputs, in recording: Recording
  ) -> RecordedProgram {
    let read = recording.slots
    let leaves = zip(leaves, slots).map { recording.standIn(for: $0, in: $1) }
    let results = [traced.loss] + traced.kept.flatMap { $0.map(\.value) }
    let counts = traced.kept.map(\.count)
    func updates() -> [Replacement] {
      replacements(
        for: traced.loss, leaves, scalarsFrom: given.leaves.count,
        renewals(reachedBy: results), isRecorded: true, at: nil)
    }
    let isTrainedAlone = read.allSatisfy { read in trained.contains { $0 === read.slot } }
    guard isTrainedAlone, let words = words(of: results, leaves, given) else {
      return RecordedProgram(
        results: results, counts: counts, inputs: given.reading(recording.slots),
        replacing: updates())
    }
    let form = StepPrograms.shared.find(words + [structure]) {
      let form = RecordedForm(
        results: results, inputs: given.reading(Array(zip(leaves, slots))), replacing: updates(),
        slots: slots)
      return (form, form.byteCount)
    }
    return RecordedProgram(form, slots: slots, counts: counts)
  }

  /// What a recording of a step is written down from, if it is arguments, trained parameters and
  /// numbers in the function alone: then recordings of equal words are one form.
  private func words(
    of results: [Value], _ leaves: [Value], _ given: ReplayInputs
  ) -> [UInt64]? {
    let borrowed = Signature.take()
    defer { Signature.give(borrowed) }
    for number in trained.indices {
      borrowed.reader.train(leaves[firstSlots[number]].node.serial, number)
    }
    borrowed.reader.read(results, &former)
    if !borrowed.reader.saysAll { return nil }
    borrowed.reader.add(arguments: given.leaves)
    // The last word of a fresh step is a place in its graph, or one of two larger numbers.
    return borrowed.reader.text.words + [.max - 2]
  }

  /// The program that is run next: notes which sums it adds to, and which parameters it leaves as
  /// they are.
  func noting(_ program: RecordedProgram) -> RecordedProgram {
    if let sums {
      sums.note(slots: program.replacedSlots)
    } else if program.changedCount < missed.classOfPlace.count {
      note(partial: program)
    }
    return program
  }

  private func note(partial program: RecordedProgram) {
    if let latest = latestPartial, latest.program === program {
      return missed.count(classes: latest.missing)
    }
    // A rule may leave a parameter as it is, and change what it keeps for it.
    let replaced = Set(program.replacedSlots)
    let changed = parameters.indices.filter { number in
      let first = firstSlots[number]
      return slots[first...first + state[number].count].contains { replaced.contains($0.number) }
    }
    let missing = missed.split(changing: changed.map { places[$0] })
    missed.count(classes: missing)
    latestPartial = (program, missing)
  }
}
