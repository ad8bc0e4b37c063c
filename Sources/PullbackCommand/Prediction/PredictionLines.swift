// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Predictions as columns of a table, or as an object for each row.
struct PredictionLines {
  /// How likely each class is, too.
  let hasProbabilities: Bool
  /// How far each target's numbers spread: a network tells them apart as finely as that says,
  /// however large they are.
  private let spreads: [Double]

  init(of model: TableModel, hasProbabilities: Bool) {
    self.hasProbabilities = hasProbabilities
    spreads = model.preprocessing.targets.map { target in
      guard case .number(let coding) = target.transform else { return 1 }
      return coding.scale * (coding.curve?.scale ?? 1)
    }
  }

  /// The names of the columns.
  func names(targets: [String], classes: [String]) -> [String] {
    targets + (hasProbabilities ? classes.map { "probability of \($0)" } : [])
  }

  /// What stands in the columns.
  func columns(of predictions: TablePredictions) -> [CSV.Writer.Column] {
    if predictions.classNames.isEmpty {
      return predictions.targetNames.indices.map { target in
        .numbers(predictions.numbers.map { $0[target].known(of: spreads[target]) })
      }
    }
    var columns = [CSV.Writer.Column.categories(predictions.labels, predictions.classNames)]
    guard hasProbabilities, let chances = predictions.probabilities?.scalars else { return columns }
    let width = predictions.classNames.count
    for label in 0..<width {
      columns.append(
        .numbers((0..<predictions.count).map { Double(chances[$0 * width + label]).known(of: 1) }))
    }
    return columns
  }

  /// An object for each row, counted on from those before.
  func objects(of predictions: TablePredictions, from first: Int) -> [JSONLine] {
    let chances = hasProbabilities ? predictions.probabilities?.scalars : nil
    let names = predictions.classNames
    return (0..<predictions.count).map { row in
      var line = JSONLine(event: "prediction")
      line.add("row", first + row)
      line.add("prediction", value(of: predictions, row))
      if let chances {
        let own = chances[(row * names.count)..<((row + 1) * names.count)]
        line.add(
          "probabilities", .object(zip(names, own).map { JSON.Member($0, $1.json) }))
      }
      return line
    }
  }

  /// The class, the number, or the numbers by the names of the targets.
  private func value(of predictions: TablePredictions, _ row: Int) -> JSON {
    if !predictions.classNames.isEmpty {
      return .string(predictions.classNames[Int(predictions.labels[row])])
    }
    let numbers = zip(predictions.numbers[row], spreads).map { JSON.number($0.known(of: $1)) }
    if numbers.count == 1 { return numbers[0] }
    return .object(zip(predictions.targetNames, numbers).map { JSON.Member($0, $1) })
  }
}

extension Double {
  /// Without digits that a network of Floats does not know of numbers that spread so far: nine, or
  /// as many places as eight digits of the spread have.
  fileprivate func known(of spread: Double) -> Double {
    guard isFinite, self != 0 else { return self }
    let own = 8 - Int(log10(magnitude).rounded(.down))
    let places =
      spread.isNormal ? max(own, 7 - Int(log10(spread.magnitude).rounded(.down))) : own
    guard places.magnitude < 300 else { return self }
    let scale = pow(10, Double(abs(places)))
    let rounded = places < 0 ? (self / scale).rounded() * scale : (self * scale).rounded() / scale
    return rounded.isFinite ? rounded : self
  }
}

#endif
