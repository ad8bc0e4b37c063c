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
  let site = CallSite(file, line)
  let y = function(Tensor(x.value)).value
  let rule = CustomRule { inputs, cotangent in
    let xg = pullback(Tensor(inputs[1]), Tensor(cotangent))
    return [checked(xg, inputs[1], at: site)]
  }
  return Tensor(Value(.identity(.custom(rule)), Inputs(y, x.value)))
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
  let site = CallSite(file, line)
  let y = function(Tensor(x.value)).value
  let known = CustomRule(number: RuleNumbers.number(of: rule)) { inputs, cotangent in
    let xg = rule.pullback(Tensor(inputs[1]), Tensor(cotangent))
    return [checked(xg, inputs[1], at: site)]
  }
  return Tensor(Value(.identity(.custom(known)), Inputs(y, x.value)))
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
  let site = CallSite(file, line)
  let z = function(x, y).value
  let rule = CustomRule { inputs, cotangent in
    let (xg, yg) = pullback(Tensor(inputs[1]), Tensor(inputs[2]), Tensor(cotangent))
    return [checked(xg, inputs[1], at: site), checked(yg, inputs[2], at: site)]
  }
  return Tensor(Value(.identity(.custom(rule)), Inputs(z, x.value, y.value)))
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
