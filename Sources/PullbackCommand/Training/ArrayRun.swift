// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

extension TableRun {
  func run(_ given: GivenArrays, task: TableTask?) throws {
    let arrays = try given.arrays(task)
    if !isQuiet, !json {
      try Console.page(
        ("\(given.name.printable): inputs \(given.inputs), targets \(given.targets)\n"
          + "\(arrays.task.rawValue)"
          + (arrays.classNames.isEmpty ? "" : " of \(arrays.classNames.count) classes") + "\n")
          .linesWrapped())
    }
    try run(
      { stop, onEvent in
        try TableModel.fit(arrays, fitting: fitting, stopFlag: stop, onEvent: onEvent)
      }, test: given.test.map { test in { try $0.evaluate(test.arrays($0.task)) } })
  }
}

#endif
