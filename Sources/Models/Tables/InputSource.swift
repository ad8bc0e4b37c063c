// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// The values of a column, made ready to be written as inputs: what depends on a text alone is
/// computed once for each text, not for each row.
enum InputSource {
  case numbers([Double], Standardization)
  case dates([Double], DateCoding)
  /// For each row the place of its 1, or -1.
  case slots([Int32])
  /// For each row the number of its text, or -1; for each text its inputs that are not 0; the place
  /// of the input that marks a missing text, or -1.
  case words([Int32], [[(place: Int, value: Float)]], missing: Int)

  init(_ input: Preprocessing.Column, _ column: ReadColumn) throws(FileError) {
    switch input.transform {
    case .number(let coding):
      self = .numbers(try column.numbers(dated: input.spelling.isDated), coding)
    case .date(let coding):
      self = .dates(try column.numbers(dated: input.spelling.isDated), coding)
    case .category(let coding):
      self = .slots(
        try column.places(among: coding).map {
          $0 >= 0 ? $0 : $0 == -1 ? coding.missingSlot : coding.otherSlot
        })
    case .words(let coding):
      let (codes, texts) = column.coded, places = coding.places
      self = .words(
        codes, texts.map { coding.inputs(of: $0, places) },
        missing: coding.marksMissing ? coding.width - 1 : -1)
    }
  }

  /// Writes the inputs of a range of rows, of some or of all, where zeros are.
  ///
  /// - Parameters:
  ///   - offset: where the column's inputs stand in a row of `numbers`.
  ///   - width: how long such a row is.
  func write(
    _ range: Range<Int>, of rows: [Int]?, to numbers: inout [Float], at offset: Int, width: Int
  ) {
    var place = range.lowerBound * width + offset
    switch self {
    case .numbers(let values, let coding):
      for index in range {
        let x = values[rows?[index] ?? index]
        numbers[place] = Float(coding.input(x))
        if coding.marksMissing && x.isNaN { numbers[place + 1] = 1 }
        place += width
      }
    case .dates(let values, let coding):
      for index in range {
        let x = values[rows?[index] ?? index]
        numbers[place] = Float(coding.position.input(x))
        if coding.position.marksMissing && x.isNaN { numbers[place + 1] = 1 }
        var next = place + coding.position.width
        for cycle in coding.cycles {
          let (sine, cosine) = cycle.inputs(x)
          (numbers[next], numbers[next + 1]) = (Float(sine), Float(cosine))
          next += 2
        }
        place += width
      }
    case .slots(let slots):
      for index in range {
        let slot = slots[rows?[index] ?? index]
        if slot >= 0 { numbers[place + Int(slot)] = 1 }
        place += width
      }
    case .words(let codes, let inputs, let missing):
      for index in range {
        let code = codes[rows?[index] ?? index]
        if code >= 0 {
          for input in inputs[Int(code)] { numbers[place + input.place] = input.value }
        } else if missing >= 0 {
          numbers[place + missing] = 1
        }
        place += width
      }
    }
  }
}
