// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension ConfusionMatrix {
  /// The share of those taken for a class that are of it; 0 where none was, as with scikit-learn's
  /// `zero_division=0`. NaN over no examples; a mistake if there are not so many classes.
  public func precision(
    _ average: ClassAverage, file: StaticString = #fileID, line: UInt = #line
  ) -> Double {
    averaged(average, at: CallSite(file, line)) { right, _, predicted in ratio(right, predicted) }
  }

  /// The share of a class that was taken for it; 0 where there is none of it, as with
  /// scikit-learn's `zero_division=0`. NaN over no examples; a mistake if there are not so many
  /// classes.
  public func recall(
    _ average: ClassAverage, file: StaticString = #fileID, line: UInt = #line
  ) -> Double {
    averaged(average, at: CallSite(file, line)) { right, labelled, _ in ratio(right, labelled) }
  }

  /// The harmonic mean of precision and recall, 2 right / (labelled + predicted); 0 where a class
  /// occurs as neither. The average is taken of it, not of precision and recall. NaN over no
  /// examples; a mistake if there are not so many classes.
  public func f1(
    _ average: ClassAverage, file: StaticString = #fileID, line: UInt = #line
  ) -> Double {
    averaged(average, at: CallSite(file, line)) { right, labelled, predicted in
      ratio(2 * right, labelled + predicted)
    }
  }

  /// Numbers of right, labelled and predicted make a score.
  private func averaged(
    _ average: ClassAverage, at site: CallSite, score: (Double, Double, Double) -> Double
  ) -> Double {
    func scoreOfClass(_ label: Int) -> Double {
      score(right(label), labelled(label), predicted(label))
    }
    if case .class(let label) = average, classCount > 0 { check(label, at: site) }
    let total = self.total
    guard total > 0 else { return .nan }
    switch average {
    case .class(let label):
      return scoreOfClass(label)
    case .macro:
      let classes = occurring
      return classes.reduce(0) { $0 + scoreOfClass($1) } / Double(classes.count)
    case .micro:
      let decided = (0..<classCount).reduce(0) { $0 + predicted($1) }
      return score(diagonal, total, decided)
    case .weighted:
      return occurring.reduce(0) { $0 + labelled($1) * scoreOfClass($1) } / total
    }
  }
}

extension ClassAverage {
  /// What it adds to a metric's name: "macro", "class_1".
  var suffix: String {
    switch self {
    case .class(let label): "class_\(label)"
    case .macro: "macro"
    case .micro: "micro"
    case .weighted: "weighted"
    }
  }
}

/// How often rows of each class were taken for each class: see ``ConfusionMatrix``.
///
/// ```swift
/// let matrix = confusionMatrix([[2, 1], [0, 1], [0, 3]], labels: [0, 0, 1])
/// print(matrix.f1(.macro))   // 0.6666666666666666
/// ```
public func confusionMatrix(
  _ outputs: Tensor<Float>, labels: Tensor<Int32>, threshold: Float? = nil,
  classNames: [String]? = nil, weights: Tensor<Float>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> ConfusionMatrix {
  var matrix = ConfusionMatrix(
    threshold: threshold, classNames: classNames, file: file, line: line)
  matrix.add(outputs, labels, weights: weights, file: file, line: line)
  return matrix
}
