// SPDX-License-Identifier: Apache-2.0

// snippet.hide
// The first example of README.md: DocumentationTests compare the text and the printed results.
// snippet.show
import Pullback

// One row of two inputs, two hidden units, one output.
let a0 = Tensor<Float>([[1, 2]]).named("a0")
let w1 = Tensor<Float>([[1, -1], [1, 1]]).named("w1"), b1: Tensor<Float> = [0, -3]
let w2 = Tensor<Float>([[2], [5]]).named("w2"), b2: Tensor<Float> = [1]
let y: Tensor<Float> = [[4]]

// Forward. Nothing runs yet: this writes a graph down and checks its shapes.
let s1 = a0 • w1 + b1
let a1 = relu(s1)
let s2 = a1 • w2 + b2
let loss = (s2 - y).squared().sum()

// Backward: also a graph. A gradient has the shape of what it belongs to.
let (w1g, b1g, w2g, b2g) = gradient(of: loss, withRespectTo: w1, b1, w2, b2)

// Reading numbers plans the graph once, then runs it.
print(loss)
print(w1g)
print(b1g)
print(w2g)
print(b2g)
