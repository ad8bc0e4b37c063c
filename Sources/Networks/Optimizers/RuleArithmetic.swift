// SPDX-License-Identifier: Apache-2.0

// The numbers of a step, computed once for all elements.

extension Double {
  /// The power with a whole exponent, by repeated squaring.
  func power(_ exponent: Int) -> Double {
    var result = 1.0, factor = self, rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}

extension Float {
  /// The decimal number that was meant: 0.999 is no Float, and 1 - 0.999 is wrong by a share that
  /// is a thousand times larger. The Float itself if it is none of six decimals.
  var asWritten: Double {
    let decimal = (Double(self) * 1e6).rounded() / 1e6
    return Float(decimal) == self ? decimal : Double(self)
  }
}

extension UpdateRule {
  /// What a step with weight decay that is apart from the gradient leaves of a parameter: 1 - η λ.
  func kept(decay: Float) -> Double { 1 - learningRate.asWritten * decay.asWritten }
}
