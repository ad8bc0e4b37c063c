// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar == Int32 {
  /// A class for each row of logits, drawn at random with the probabilities of their softmax.
  ///
  /// logits: [..., classes], result [...]: class i with probability
  /// exp(l[..., i]) / Σ_j exp(l[..., j]). Logits divided by a temperature below 1 give likely
  /// classes more often, above 1 less often. The same key and shape give the same classes for the
  /// same logits. -∞ is drawn only where all logits are, and the first NaN of a row always, as with
  /// ``argmax(along:keepingAxes:file:line:)``. There is no derivative. A mistake if the logits are
  /// a scalar, or without classes.
  ///
  ///     let logits: Tensor<Float> = [[0, 100, 0], [100, 0, 0]]
  ///     print(Tensor.categorical(logits: logits, key: RandomKey(seed: 7)))   // [1 0]
  ///
  /// Drawn as the largest of l - log(-log(u)), u uniform.
  ///
  /// Source: Gumbel, "Statistical theory of extreme values and some practical applications", 1954.
  public static func categorical<Logit: FloatingPointScalar>(
    logits: Tensor<Logit>, key: RandomKey, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor<Int32> {
    let l = logits.value, site = CallSite(file, line)
    guard l.rank > 0, l.shape[l.rank - 1] > 0 else {
      Mistake(
        "categorical", "\(l.label) has no classes", fix: "give logits [..., classes]"
      ).stop(at: site)
    }
    // Above 0, so that noise is finite and only logits are infinite.
    let uniform = Value.random(.uniform, l.shape, l.elementType, key: key, at: site)
      .binary(.maximum, .constant(0x1p-54, l.elementType))
    let noise = -(-uniform.unary(.log)).unary(.log)
    return Tensor((l + noise).reduced(.argmax, along: [l.rank - 1], keepingAxes: false, at: site))
  }
}
