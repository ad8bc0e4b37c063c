// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Optimizer {
  /// The programs of the rules and the course as they are now.
  ///
  /// - Parameter scalars: the numbers of a step.
  func makePrograms(_ scalars: StepScalars) -> StepPrograms {
    let all = parameters.distinct
    var writers: [RuleWriter<Rule>] = [], trained: [(place: Int, parameter: Parameter)] = []
    var firstScalar = 0, place = 0
    for (index, group) in knownGroups.enumerated() {
      let names = scalars.groups[index].values.names
      let writer = RuleWriter(form: forms[index], scalarNames: names, firstScalar: firstScalar)
      for _ in group.parameters.distinct {
        if !course.frozen.contains(ObjectIdentifier(all[place])) {
          trained.append((place, all[place]))
          writers.append(writer)
        }
        place += 1
      }
      firstScalar += names.count
    }
    let (form, averaged) = course.form(for: trained)
    let state = trained.map { place, _ in
      keptState[place] + (form.sums == .none ? [] : [course.sums!.sums[place]])
    }
    // What a rule writes depends on its form and on shapes alone.
    var areChecked = [Bool](repeating: false, count: writers.count)
    return StepPrograms(
      parameters, training: trained.map(\.parameter), state: state, form: form,
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
