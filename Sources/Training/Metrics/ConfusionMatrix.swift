// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How scores of classes become one number.
public enum ClassAverage: Sendable, Hashable {
  /// The score of one class, as 1 where there are two.
  case `class`(Int)
  /// The mean over the classes that occur as a label or a prediction.
  case macro
  /// The score of all decisions together.
  case micro
  /// The mean over the classes, each counted by its examples.
  case weighted
}

/// How often examples of each class were taken for each class.
///
/// Outputs: [..., classes], logits or probabilities, labels [...]; with a threshold [...] or
/// [..., 1] of two classes. Of equal outputs the first decides. An example with a NaN is taken for
/// none: it is one more of its label, and of no prediction. It keeps classes² numbers.
///
/// ```swift
/// var matrix = ConfusionMatrix(classNames: ["cat", "dog"])
/// matrix.add([[2, 1], [0, 1], [3, 0]], [0, 0, 1])
/// print(matrix)
/// // label \ predicted  cat  dog
/// // cat                  1    1
/// // dog                  1    0
/// print(matrix.recall(.class(0)), matrix.precision(.macro), matrix.value)
/// // 0.5 0.25 0.3333333333333333
/// ```
public struct ConfusionMatrix: ClassMetric {
  /// What tables call the classes, if they have names.
  public let classNames: [String]?
  /// As many as the outputs have; 0 while there are none.
  public private(set) var classCount = 0
  private let threshold: Float?
  private var counts: [Double] = []
  /// Examples of each class with a NaN.
  private(set) var undecided: [Double] = []
  private var occurs: [Bool] = []

  /// With a threshold for outputs that are one number each: class 1 is what is larger, so 0 for
  /// logits, 0.5 for probabilities; NaN is a mistake.
  public init(
    threshold: Float? = nil, classNames: [String]? = nil, file: StaticString = #fileID,
    line: UInt = #line
  ) {
    self.init(
      threshold: threshold, classNames: classNames, of: "ConfusionMatrix", CallSite(file, line))
  }

  init(
    threshold: Float?, classNames: [String]? = nil, of metric: String, _ site: CallSite
  ) {
    self.threshold = ScoredRows.checked(threshold, metric, site)
    self.classNames = classNames
  }

  public var name: String { "confusion_matrix" }
  public var isBetterWhenLarger: Bool { true }

  /// The accuracy.
  public var value: Double { ratio(diagonal, total, orElse: .nan) }

  /// The examples of a class (their number, or the sum of their weights) that were taken for
  /// another or the same. A mistake if there are not so many classes.
  public subscript(
    label: Int, predicted: Int, file file: StaticString = #fileID, line line: UInt = #line
  ) -> Double {
    check(label, at: CallSite(file, line))
    check(predicted, at: CallSite(file, line))
    return counts[label * classCount + predicted]
  }

  /// The examples of a class. A mistake if there are not so many classes.
  public func support(
    of label: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Double {
    check(label, at: CallSite(file, line))
    return labelled(label)
  }

  var columns: ScoredRows.Columns { threshold == nil ? .classes : .one }

  mutating func add(_ rows: ScoredRows) throws(Mistake) {
    let former = classCount
    classCount = try checkedClassCount(rows.classCount, after: classCount)
    if let classNames, classNames.count != classCount {
      throw Mistake(
        name, "\(counted(classNames.count, "name")) for outputs of \(classCount) classes",
        fix: "give one name for each class")
    }
    if former == 0 {
      counts = Array(repeating: 0, count: classCount * classCount)
      undecided = Array(repeating: 0, count: classCount)
      occurs = Array(repeating: false, count: classCount)
    }
    for row in 0..<rows.count {
      let label = Int(rows.labels[row])
      occurs[label] = true
      if let predicted = rows.decision(row, threshold: threshold) {
        occurs[predicted] = true
        counts[label * classCount + predicted] += rows.weight(row)
      } else {
        undecided[label] += rows.weight(row)
      }
    }
  }

  func check(_ label: Int, at site: CallSite) {
    guard !(0..<classCount).contains(label) else { return }
    Mistake(
      "ConfusionMatrix", "class \(label) is outside 0..<\(classCount)",
      fix: classCount == 0 ? "add outputs first" : "use a class that the outputs have"
    ).stop(at: site)
  }

  /// The classes that occur as a label or a prediction.
  var occurring: [Int] { occurs.indices.filter { occurs[$0] } }

  func right(_ label: Int) -> Double { counts[label * classCount + label] }

  func labelled(_ label: Int) -> Double {
    counts[label * classCount..<(label + 1) * classCount].reduce(undecided[label], +)
  }

  func predicted(_ label: Int) -> Double {
    (0..<classCount).reduce(0) { $0 + counts[$1 * classCount + label] }
  }

  var diagonal: Double { (0..<classCount).reduce(0) { $0 + right($1) } }
  var total: Double { (0..<classCount).reduce(0) { $0 + labelled($1) } }

  /// The name of a class, or its number.
  func className(_ label: Int) -> String { classNames?[label] ?? "\(label)" }
}

/// Division with a number to say in place of 0 / 0.
func ratio(_ part: Double, _ whole: Double, orElse other: Double = 0) -> Double {
  whole == 0 ? other : part / whole
}

extension ConfusionMatrix {
  /// A row for each label, a column for each prediction; the last one for NaN, if there were any.
  public var description: String {
    let classes = Array(0..<classCount), hasNaN = undecided.contains { $0 > 0 }
    let header =
      ["label \\ predicted"] + classes.map(className) + (hasNaN ? ["NaN"] : [])
    let rows = classes.map { label in
      [className(label)] + classes.map { self[label, $0].asCount }
        + (hasNaN ? [undecided[label].asCount] : [])
    }
    return alignedTable([header] + rows)
  }
}
