// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// The numbers of a step, computed once for all elements, and what is left of moments.

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

extension Tensor<Float> {
  /// The same, but 0 where |x| < 2⁻¹⁰⁰. What is left of a moment whose gradients ended, as those of
  /// a unit that died do, would become a denormal number and stay one, and many processors take a
  /// hundred times as long for a product with such a number.
  var flushed: Tensor<Float> { replacing(with: 0, where: abs(self) .< 0x1p-100) }
}

extension UpdateRule {
  /// What a step with weight decay that is apart from the gradient leaves of a parameter: 1 - η λ.
  func kept(decay: Float) -> Double { 1 - learningRate.asWritten * decay.asWritten }
}
