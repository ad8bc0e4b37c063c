// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// What the outputs of a classifier are, where it matters.
public enum OutputKind: Sendable {
  /// Before the softmax or the sigmoid, as `softmaxCrossEntropy` takes them.
  case logits
  /// In 0 ... 1: those of a row add up to 1, or one in a row is that of class 1.
  case probabilities
}

/// Outputs of a classifier, labels and weights, read once a batch and checked.
struct ScoredRows {
  /// The shapes that a metric takes.
  enum Columns {
    /// [..., classes] of two classes or more.
    case classes
    /// [...] or [..., 1]: an output that is large where the label is 1.
    case one
    case oneOrClasses
  }

  /// Numbers in a row: a class each, or 1.
  let columns: Int
  let scores: [Float]
  let labels: [Int32]
  private let weights: [Float]?

  init(
    _ metric: String, _ outputs: Tensor<Float>, _ labels: Tensor<Int32>,
    weights: Tensor<Float>?, columns: Columns
  ) throws(Mistake) {
    self.columns = try ScoredRows.columns(metric, outputs, labels, columns)
    if let weights {
      evaluate(outputs, labels, weights)
      let repeated = labels.elementCount / max(labels.shape.first ?? 1, 1)
      self.weights = try checkedWeights(
        metric, weights, for: labels.value.label, of: labels.shape, repeated: repeated)
    } else {
      evaluate(outputs, labels)
      self.weights = nil
    }
    scores = outputs.scalars
    self.labels = labels.scalars
    let classes = max(self.columns, 2)
    for (row, label) in self.labels.enumerated() where label < 0 || label >= classes {
      throw Mistake(
        metric, "label \(label) at row \(row) is outside 0..<\(classes)",
        fix: "labels number the classes from 0 on")
    }
  }

  var count: Int { labels.count }

  var classCount: Int { max(columns, 2) }

  var hasWeights: Bool { weights != nil }

  func weight(_ row: Int) -> Double { weights.map { Double($0[row]) } ?? 1 }

  /// The numbers of a row.
  func row(_ row: Int) -> ArraySlice<Float> { scores[row * columns..<(row + 1) * columns] }

  /// The class of the largest number of a row, the first of equal ones; of one number, whether it
  /// is above the threshold. Nil if there is a NaN.
  func decision(_ row: Int, threshold: Float?) -> Int? {
    let numbers = self.row(row)
    if let threshold {
      let number = numbers[numbers.startIndex]
      return number.isNaN ? nil : number > threshold ? 1 : 0
    }
    var best = numbers.startIndex
    for place in numbers.indices {
      if numbers[place].isNaN { return nil }
      if numbers[place] > numbers[best] { best = place }
    }
    return best - numbers.startIndex
  }

  /// A threshold where it is given: nothing is above NaN.
  static func checked(_ threshold: Float?, _ metric: String, _ site: CallSite) -> Float? {
    if let threshold, threshold.isNaN {
      Mistake(
        metric, "a threshold of NaN", fix: "use a number: 0 for logits, 0.5 for probabilities"
      )
      .stop(at: site)
    }
    return threshold
  }

  private static func columns(
    _ metric: String, _ outputs: Tensor<Float>, _ labels: Tensor<Int32>, _ wanted: Columns
  ) throws(Mistake) -> Int {
    let areRows =
      outputs.rank == labels.rank + 1 && outputs.shape.dropLast().elementsEqual(labels.shape)
    let columns = outputs.shape == labels.shape ? 1 : areRows ? outputs.shape[labels.rank] : 0
    let fits: Bool, fix: String
    switch wanted {
    case .classes:
      fits = areRows && columns > 1
      fix =
        columns == 1
        ? "give a threshold to outputs that are one number each: 0 for logits, 0.5 for "
          + "probabilities" : "outputs are [..., classes], labels [...]: one label for each row"
    case .one:
      fits = columns == 1
      fix =
        columns > 1
        ? "without a threshold the largest number of a row decides"
        : "outputs are [...] or [..., 1], labels [...]: one label for each output"
    case .oneOrClasses:
      fits = columns > 0
      fix = "outputs are [..., classes], [..., 1] or [...], labels [...]"
    }
    guard fits else {
      throw Mistake(
        metric,
        "the labels \(labels.value.label) do not fit the outputs \(outputs.value.label)", fix: fix)
    }
    return columns
  }
}

/// The weights of examples, each repeated for what belongs to one.
func checkedWeights(
  _ metric: String, _ weights: Tensor<Float>, for label: String, of shape: Shape, repeated: Int
) throws(Mistake) -> [Float] {
  let isForEach = weights.shape.elementsEqual(shape.prefix(1))
  guard isForEach || weights.shape == shape else {
    throw Mistake(
      metric, "the weights \(weights.value.label) do not fit the targets \(label)",
      fix: "give a weight for each example, \(Shape(shape.prefix(1)))")
  }
  let numbers = weights.scalars
  for (row, weight) in numbers.enumerated() where !(weight >= 0 && weight.isFinite) {
    throw Mistake(
      metric, "weight \(weight) at row \(row) is no weight", fix: "use numbers of 0 or more")
  }
  if !isForEach || repeated == 1 { return numbers }
  return numbers.flatMap { repeatElement($0, count: repeated) }
}

/// A metric of a classifier.
protocol ClassMetric: WeightedMetric where Target == Int32 {
  /// The shapes that it takes.
  var columns: ScoredRows.Columns { get }
  mutating func add(_ rows: ScoredRows) throws(Mistake)
}

extension ClassMetric {
  // Public, as it stands for a requirement of a public protocol.
  /// Takes outputs, labels and a weight for each example, or none.
  public mutating func add(
    _ outputs: Tensor<Float>, _ targets: Tensor<Int32>, weights: Tensor<Float>?,
    file: StaticString, line: UInt
  ) {
    stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try add(ScoredRows(name, outputs, targets, weights: weights, columns: columns))
    }
  }

  /// As many classes as before, if there were any.
  func checkedClassCount(_ count: Int, after former: Int) throws(Mistake) -> Int {
    guard former == 0 || former == count else {
      throw Mistake(
        name, "outputs of \(counted(count, "class", plural: "classes")) after outputs of \(former)",
        fix: "add outputs of one model")
    }
    return count
  }
}
