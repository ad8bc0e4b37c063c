// SPDX-License-Identifier: Apache-2.0

/// How often a function was written down, on one thread at a time.
final class Traces: @unchecked Sendable {
  var count = 0
}
