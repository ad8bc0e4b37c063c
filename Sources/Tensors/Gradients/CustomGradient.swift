// SPDX-License-Identifier: Apache-2.0

/// The result of a function with a derivative that you write.
///
/// y = function(x), as it stands. Gradients do not look inside: x.g = pullback(x, y.g). A mistake
/// if the rule gives another shape than that of x. Use it where the derivative of the formula is
/// not the one wanted: for stability, for straight-through estimators, for clipped gradients. The
/// closure is called at each fresh step, and once in a recorded one; a ``GradientRule`` is written
/// down once. The rule should use what it is given: tensors that it captures are constants where
/// the function is batched.
///
/// ```swift
/// // Rounds forward, passes the cotangent through unchanged.
/// let x: Tensor<Float> = [0.2, 1.7]
/// let y = withCustomGradient(of: { Tensor(Tensor<Int32>($0 + 0.5)) }, at: x) { x, yg in yg }
/// print(y, gradient(of: y.sum(), withRespectTo: x))   // [0. 2.] [1. 1.]
/// ```
public func withCustomGradient<Scalar: FloatingPointScalar>(
  of function: (Tensor<Scalar>) -> Tensor<Scalar>, at x: Tensor<Scalar>,
  file: StaticString = #fileID, line: UInt = #line,
  pullback: @escaping @Sendable (_ x: Tensor<Scalar>, _ yg: Tensor<Scalar>) -> Tensor<Scalar>
) -> Tensor<Scalar> {
  let y = function(Tensor(x.value))
  return withPullback(y, of: x, rule: nil, at: CallSite(file, line), pullback)
}

/// A derivative that you write, as a value: rules that are equal are one.
///
/// A training step is written down once for each structure of its loss. A closure could be
/// any other at the next step, so it is called anew; an equal rule must do the same, and the
/// step is used again.
///
/// ```swift
/// // Passes the cotangent on as far as it is small.
/// struct Clipped: GradientRule {
///   var limit: Float
///   func pullback(_ x: Tensor<Float>, _ yg: Tensor<Float>) -> Tensor<Float> {
///     minimum(maximum(yg, -limit), limit)
///   }
/// }
/// let x: Tensor<Float> = [1, 2]
/// let y = withCustomGradient(of: { 3 * $0 }, at: x, rule: Clipped(limit: 0.5))
/// print(y, gradient(of: (y * y).sum(), withRespectTo: x))   // [3. 6.] [0.5 0.5]
/// ```
public protocol GradientRule<Scalar>: Hashable, Sendable {
  associatedtype Scalar: FloatingPointScalar

  /// x.g from x and y.g, in the shape of x. It must depend on these and on the rule's
  /// own values alone.
  func pullback(_ x: Tensor<Scalar>, _ yg: Tensor<Scalar>) -> Tensor<Scalar>
}

/// The result of a function with the derivative of a rule: see the form with a closure.
public func withCustomGradient<Rule: GradientRule>(
  of function: (Tensor<Rule.Scalar>) -> Tensor<Rule.Scalar>, at x: Tensor<Rule.Scalar>, rule: Rule,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Rule.Scalar> {
  let y = function(Tensor(x.value)), number = RuleNumbers.number(of: rule)
  return withPullback(y, of: x, rule: number, at: CallSite(file, line), rule.pullback)
}

/// The result of a function of two tensors with a derivative that you write: see the form for one.
public func withCustomGradient<Scalar: FloatingPointScalar>(
  of function: (Tensor<Scalar>, Tensor<Scalar>) -> Tensor<Scalar>,
  at x: Tensor<Scalar>, _ y: Tensor<Scalar>,
  file: StaticString = #fileID, line: UInt = #line,
  pullback:
    @escaping @Sendable (
      _ x: Tensor<Scalar>, _ y: Tensor<Scalar>, _ zg: Tensor<Scalar>
    ) -> (Tensor<Scalar>, Tensor<Scalar>)
) -> Tensor<Scalar> {
  let z = function(x, y)
  return withPullback(z, of: x, y, rule: nil, at: CallSite(file, line), pullback)
}

/// A derivative of a function of two tensors that you write, as a value: see ``GradientRule``.
///
/// ```swift
/// // Scales that are not trained through.
/// struct Straight: BinaryGradientRule {
///   func pullback(
///     _ x: Tensor<Float>, _ y: Tensor<Float>, _ zg: Tensor<Float>
///   ) -> (Tensor<Float>, Tensor<Float>) { (zg * y, .zeros(y.shape)) }
/// }
/// let x: Tensor<Float> = [1, 2], scale: Tensor<Float> = [10, 20]
/// let z = withCustomGradient(of: { $0 * $1 }, at: x, scale, rule: Straight())
/// let (xg, sg) = gradient(of: z.sum(), withRespectTo: x, scale)
/// print(xg, sg)   // [10. 20.] [0. 0.]
/// ```
public protocol BinaryGradientRule<Scalar>: Hashable, Sendable {
  associatedtype Scalar: FloatingPointScalar

  /// x.g and y.g from x, y and z.g, each in the shape of its tensor. They must depend on these and
  /// on the rule's own values alone.
  func pullback(
    _ x: Tensor<Scalar>, _ y: Tensor<Scalar>, _ zg: Tensor<Scalar>
  ) -> (Tensor<Scalar>, Tensor<Scalar>)
}

/// The result of a function of two tensors with the derivative of a rule: see the form with a
/// closure.
public func withCustomGradient<Rule: BinaryGradientRule>(
  of function: (Tensor<Rule.Scalar>, Tensor<Rule.Scalar>) -> Tensor<Rule.Scalar>,
  at x: Tensor<Rule.Scalar>, _ y: Tensor<Rule.Scalar>, rule: Rule,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Rule.Scalar> {
  let z = function(x, y), number = RuleNumbers.number(of: rule)
  return withPullback(z, of: x, y, rule: number, at: CallSite(file, line), rule.pullback)
}

private func withPullback<Scalar: FloatingPointScalar>(
  _ y: Tensor<Scalar>, of x: Tensor<Scalar>, rule number: UInt64?, at site: CallSite,
  _ pullback: @escaping @Sendable (Tensor<Scalar>, Tensor<Scalar>) -> Tensor<Scalar>
) -> Tensor<Scalar> {
  let rule = CustomRule(number: number) { inputs, cotangent in
    let xg = pullback(Tensor(inputs[1]), Tensor(cotangent))
    return [checked(xg, inputs[1], at: site)]
  }
  return Tensor(Value(.identity(.custom(rule)), Inputs(y.value, x.value)))
}

private func withPullback<Scalar: FloatingPointScalar>(
  _ z: Tensor<Scalar>, of x: Tensor<Scalar>, _ y: Tensor<Scalar>, rule number: UInt64?,
  at site: CallSite,
  _ pullback:
    @escaping @Sendable (Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>) -> (
      Tensor<Scalar>, Tensor<Scalar>
    )
) -> Tensor<Scalar> {
  let rule = CustomRule(number: number) { inputs, cotangent in
    let (xg, yg) = pullback(Tensor(inputs[1]), Tensor(inputs[2]), Tensor(cotangent))
    return [checked(xg, inputs[1], at: site), checked(yg, inputs[2], at: site)]
  }
  return Tensor(Value(.identity(.custom(rule)), Inputs(z.value, x.value, y.value)))
}

/// What a rule gave for an input, which must have the input's shape: summing over axes along which
/// it is stretched would hide a wrong rule.
private func checked<Scalar>(
  _ cotangent: Tensor<Scalar>, _ input: Value, at site: CallSite
) -> Value {
  if cotangent.shape != input.shape {
    Mistake(
      "withCustomGradient",
      "the rule gave a cotangent of shape \(cotangent.shape) for an input of shape \(input.shape)",
      fix: "return x.g in the shape of x"
    ).stop(at: site)
  }
  return cotangent.value
}
