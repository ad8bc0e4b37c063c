// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// p s: what an event of probability p adds to an expected surprise, where s = -ln of the
/// probability that it was given. What never happens adds nothing, also where its surprise
/// would be infinite.
func expected<Scalar: FloatingPointScalar>(
  _ surprise: Tensor<Scalar>, at probability: Tensor<Scalar>
) -> Tensor<Scalar> {
  let infinity = Tensor<Scalar>(Value.constant(.infinity, Scalar.elementType))
  let isNothing = (probability .== 0) .& (surprise .== infinity)
  return select(isNothing, 0, probability * surprise)
}
