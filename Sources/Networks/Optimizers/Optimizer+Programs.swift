// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Optimizer {
  /// The programs of the rules and the course as they are now.
  ///
  /// - Parameter scalars: the numbers of a step.
  func makePrograms(_ scalars: StepScalars) -> StepPrograms {
    let all = parameters.distinct
    var writersOfClasses: [RuleWriter<Rule>] = [], firstScalar = 0
    for (member, group) in zip(missed.classes, scalars.groups) {
      let names = group.values.names
      writersOfClasses.append(
        RuleWriter(form: forms[member.group], scalarNames: names, firstScalar: firstScalar))
      firstScalar += names.count
    }
    let trained = all.indices.filter { !course.frozen.contains(ObjectIdentifier(all[$0])) }.map {
      (place: $0, parameter: all[$0])
    }
    let writers = trained.map { writersOfClasses[missed.classOfPlace[$0.place]] }
    let (form, averaged) = course.form(for: trained)
    let state = trained.map { place, _ in
      keptState[place] + (form.sums == .none ? [] : [course.sums!.sums[place]])
    }
    // What a rule writes depends on its form and on shapes alone.
    var areChecked = [Bool](repeating: false, count: writers.count)
    return StepPrograms(
      parameters, training: trained, missed: missed, state: state, form: form,
      averaged: averaged, sums: form.sums == .added ? course.sums : nil, scalars: scalars,
      networks: networkRules.count, networkScalars,
      structure: RuleNumbers.number(
        of: StepStructure(
          writers: writers, form: form, networks: networkRules.count,
          areNumbersOwn: networkScalars != nil))
    ) { number, leaves, gradient, scalars in
      defer { areChecked[number] = true }
      return writers[number].write(
        leaves, gradient: gradient, scalars: scalars, isNew: !areChecked[number])
    }
  }
}
