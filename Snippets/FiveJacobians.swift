// SPDX-License-Identifier: Apache-2.0

// snippet.hide
// The example of Documentation/Jacobians.md: DocumentationTests compare text and printed results.
// snippet.show
import Pullback

// One row of two inputs, two hidden units.
let a0: Tensor<Float> = [[1, 2]]
let w1: Tensor<Float> = [[1, -1], [1, 1]], b1: Tensor<Float> = [0, -3]
let s1 = a0 • w1 + b1  // [[3, -2]]
let a1 = relu(s1)  // [[3, 0]]

// The upstream gradient, by any loss.
let w2: Tensor<Float> = [[2], [5]]
let loss = (a1 • w2 + 1 - 4).squared().sum()
let (w1g, s1g, a1g) = gradient(of: loss, withRespectTo: w1, s1, a1)

// Axes of the output first, then those of the input; rows of extent 1 are dropped for printing.
let (ofA0, ofW1, ofB1) = jacobian(of: s1, withRespectTo: a0, w1, b1)
print("1. ∂s1/∂a0, W1ᵀ:", ofA0.shape)
print(ofA0.reshaped(to: [2, 2]))
print("2. ∂s1/∂W1, a_i where j = k, else 0:", ofW1.shape)
print(ofW1.reshaped(to: [2, 2, 2]))
print("3. ∂s1/∂b1, the identity:", ofB1.shape)
print(ofB1.reshaped(to: [2, 2]))
let ofRelu = jacobian(of: a1, withRespectTo: s1)
print("4. ∂a1/∂s1, 1{s1 > 0} on the diagonal:", ofRelu.shape)
print(ofRelu.reshaped(to: [2, 2]))
let chain = ofRelu.reshaped(to: [2, 2]) • ofW1.reshaped(to: [2, 4])
print("5. ∂a1/∂W1 = ∂a1/∂s1 · ∂s1/∂W1:")
print(chain.reshaped(to: [2, 2, 2]))

// Contracted with the upstream gradient each is what the backward pass computes.
print("s1.g · ∂s1/∂W1 =", (s1g • ofW1.reshaped(to: [2, 4])).scalars)
print("a1.g · ∂a1/∂W1 =", (a1g • chain).scalars)
print("W1.g = a0ᵀ @ s1.g =", (a0.transposed() • s1g).scalars, w1g.scalars)
