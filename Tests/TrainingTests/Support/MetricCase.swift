// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

/// Outputs, targets, and what scikit-learn says of them: see Scripts/fixtures/metrics.py.
struct MetricCase: Decodable, Sendable, CustomTestStringConvertible {
  let kind: String
  let columns: Int
  let scores: [Double]
  let labels: [Double]
  let weights: [Double]
  let numbers: [String: [Double?]]
  let report: String?

  static let all = try! JSONDecoder().decode(
    [MetricCase].self, from: Data(Fixture.bytes("metrics.json")))
  static let classifications = all.filter { $0.kind != "numbers" }
  static let regressions = all.filter { $0.kind == "numbers" }

  var count: Int { scores.count / columns }
  var outputKind: OutputKind { kind == "logits" ? .logits : .probabilities }
  /// What decides where there is one output for two classes.
  var threshold: Float? { columns > 1 ? nil : kind == "logits" ? 0 : 0.5 }

  var testDescription: String {
    "\(kind) [\(count), \(columns)]" + (weights.isEmpty ? "" : " with weights")
  }

  /// With and without the axis of one output.
  var shapesOfRows: [Shape] {
    columns > 1 || kind == "numbers" ? [[columns]] : [[], [1]]
  }

  func outputs(_ rows: Range<Int>, _ shape: Shape) -> Tensor<Float> {
    let numbers = scores[rows.lowerBound * columns..<rows.upperBound * columns]
    return Tensor(shape: Shape([rows.count] + shape), scalars: numbers.map { Float($0) })
  }

  func targets<Target: NumericScalar>(_ rows: Range<Int>) -> Tensor<Target> {
    if let floats = labels.map({ Float($0) }) as? [Target] {
      let places = rows.lowerBound * columns..<rows.upperBound * columns
      return Tensor(shape: [rows.count, columns], scalars: Array(floats[places]))
    }
    return Tensor(shape: [rows.count], scalars: labels[rows].map { Target(exactly: Int($0))! })
  }

  /// The metric over all rows. In batches of any sizes, also none, it is the same to the bit.
  func measured<M: WeightedMetric>(_ empty: M) -> M where M.Target: NumericScalar {
    func add(_ rows: Range<Int>, to metric: inout M, _ shape: Shape) {
      let outputs = outputs(rows, shape), targets: Tensor<M.Target> = targets(rows)
      if weights.isEmpty {
        metric.add(outputs, targets)
      } else {
        metric.add(outputs, targets, weights: Tensor(weights[rows].map { Float($0) }))
      }
    }
    var whole = empty
    add(0..<count, to: &whole, shapesOfRows[0])
    var random = SplitMix(seed: count * columns)
    for shape in shapesOfRows {
      for largest in [1, 2, 7] {
        var metric = empty, start = 0
        while start < count {
          let end = min(count, start + random.below(largest + 1))
          add(start..<end, to: &metric, shape)
          start = end
        }
        let same = metric.value.bitPattern == whole.value.bitPattern
        #expect(same || metric.value.isNaN && whole.value.isNaN, "\(metric) \(whole)")
        #expect("\(metric)" == "\(whole)")
      }
    }
    return whole
  }

  /// Whether numbers are those of scikit-learn, to 1e-12 of them; those that are differences from
  /// 1, to 1e-12.
  func expect(
    _ numbers: [Double], _ name: String, isDifference: Bool = false,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let expected = (self.numbers[name] ?? []).map { $0 ?? .nan }
    #expect(numbers.count == expected.count, "\(name)", sourceLocation: location)
    for (number, expected) in zip(numbers, expected) {
      let scale = isDifference ? max(abs(expected), 1) : abs(expected)
      let isClose = abs(number - expected) <= 1e-12 * scale
      #expect(
        isClose || number.isNaN && expected.isNaN, "\(name): \(number), not \(expected)",
        sourceLocation: location)
    }
  }

  /// Whether a metric over all rows is that of scikit-learn.
  func expect<M: WeightedMetric>(
    _ metric: M, _ name: String, isDifference: Bool = false,
    _ location: SourceLocation = #_sourceLocation
  ) where M.Target: NumericScalar {
    expect([measured(metric).value], name, isDifference: isDifference, location)
  }
}
