// SPDX-License-Identifier: Apache-2.0

#if Command

/// Right-aligned in a column.
func pad(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(width - text.count, 0)) + text
}

/// With a fixed number of decimals.
func decimal(_ number: Double, _ places: Int) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = (number * scale).rounded()
  // Beyond what an Int64 holds, decimals mean nothing.
  guard scaled.magnitude < 1e15 else { return "\(number)" }
  let digits = String(Int(scaled.magnitude))
  let padded = String(repeating: "0", count: max(places + 1 - digits.count, 0)) + digits
  return (scaled < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
}

#endif
