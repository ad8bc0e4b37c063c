// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

extension TableRun {
  /// - Parameter test: rows that are kept to measure the model on.
  func run(_ arrays: FitArrays, test: FitArrays?) throws {
    if !isQuiet, !json {
      try Console.page("\(arrays.name.printable): \(arrays)\n".linesWrapped())
    }
    try run(
      { checkpoint, stop, onEvent, onCheckpoint in
        try TableModel.fit(
          arrays, fitting: fitting, from: checkpoint, stopFlag: stop, onEvent: onEvent,
          onCheckpoint: onCheckpoint)
      }, test: test.map { test in { try $0.evaluate(test) } })
  }
}

#endif
