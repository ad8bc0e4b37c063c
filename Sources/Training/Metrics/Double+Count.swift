// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime

extension Double {
  /// Whole numbers without a point, others with four decimals: a sum of weights.
  var asCount: String {
    self == rounded() && magnitude < 1e15 ? "\(Int(self))" : written(decimals: 4)
  }
}
