// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Optimizer {
  /// Updates an average in each step from now on, with the parameters as they are after the step.
  /// A mistake if it is an average of no parameter of the optimizer.
  public func add(
    _ average: WeightAverage<some ParameterTree>, file: StaticString = #fileID, line: UInt = #line
  ) {
    let own = Set(parameters.distinct.map { ObjectIdentifier($0) })
    if !average.state.pairs.contains(where: { own.contains(ObjectIdentifier($0.source)) }) {
      Mistake(
        "Optimizer.add", "the average is of none of the parameters that the optimizer trains",
        fix: "make it of the same model"
      ).stop(at: CallSite(file, line))
    }
    if course.averages.contains(where: { $0 === average.state }) { return }
    course.averages.append(average.state)
    noteCourse()
  }

  /// The averages that its steps update, in the order in which they were added.
  package var averages: [AverageState] { course.averages }

  /// Updates an average no more; it stays as it is.
  public func remove(_ average: WeightAverage<some ParameterTree>) {
    course.averages.removeAll { $0 === average.state }
    noteCourse()
  }
}
