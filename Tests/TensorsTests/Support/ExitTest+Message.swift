// SPDX-License-Identifier: Apache-2.0

import Testing

extension Optional where Wrapped == ExitTest.Result {
  /// The first line that a program wrote before it stopped.
  var message: String {
    let text = String(decoding: self?.standardErrorContent ?? [], as: UTF8.self)
    return String(text.prefix { $0 != "\n" })
  }
}
