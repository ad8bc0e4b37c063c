// SPDX-License-Identifier: Apache-2.0

extension Double {
  /// In which of `count` equal parts of a range a number of it stands, from 0; the first where all
  /// of the range is one number.
  package func bin(of range: ClosedRange<Double>, among count: Int) -> Int {
    // Of halves, for the width of the whole range may be infinite.
    let width = range.upperBound / 2 - range.lowerBound / 2
    let share = width == 0 ? 0 : (self / 2 - range.lowerBound / 2) / width
    return min(Int(share * Double(count)), count - 1)
  }
}
