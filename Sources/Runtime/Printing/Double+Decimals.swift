// SPDX-License-Identifier: Apache-2.0

extension Double {
  /// With so many decimals, rounded like C's `printf`: the exact number to the nearest, ties to
  /// even.
  package func written(decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = magnitude * scale
    guard scaled < 1e15 else { return isNaN ? "nan" : "\(self)" }
    var whole = scaled.rounded(.toNearestOrEven)
    // Where rounding made a tie of the product, what was lost says on which side it stands.
    let lost = (-scaled).addingProduct(magnitude, scale), below = scaled.rounded(.down)
    if scaled - below == 0.5, lost != 0 { whole = lost > 0 ? below + 1 : below }
    let digits = "\(Int(whole))", missing = max(decimals + 1 - digits.count, 0)
    let padded = String(repeating: "0", count: missing) + digits
    let number = decimals == 0 ? padded : "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    return sign == .minus && self != 0 ? "-\(number)" : number
  }
}
