// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Numbers along axes as files hold them and as descriptions write them.

extension PerAxis {
  var setting: LayerSettings.Value { .list(numbers.map { .integer($0) }) }

  /// One number where all are the same.
  var shortened: PerAxis {
    Set(numbers).count == 1 ? PerAxis(numbers[0]) : self
  }
}

extension WindowPadding {
  /// "same", or the numbers before and after.
  var setting: LayerSettings.Value {
    switch kind {
    case .same: .text("same")
    case .numbers(let before, let after): .list([before.setting, after.setting])
    }
  }

  var shortened: WindowPadding {
    switch kind {
    case .same: self
    case .numbers(let before, let after):
      WindowPadding(before: before.shortened, after: after.shortened)
    }
  }
}

extension LayerSettings {
  func numbers(_ name: String) throws(LayerError) -> PerAxis { PerAxis(try counts(name)) }

  func padding(_ name: String) throws(LayerError) -> WindowPadding {
    if case .text(let text) = self[name], text == "same" { return .same }
    guard case .list(let sides) = self[name], sides.count == 2 else {
      throw LayerError("\"same\", or the numbers before and after, expected", setting: name)
    }
    let parts = LayerSettings([("\(name)[0]", sides[0]), ("\(name)[1]", sides[1])])
    return WindowPadding(
      before: try parts.numbers("\(name)[0]"), after: try parts.numbers("\(name)[1]"))
  }
}
