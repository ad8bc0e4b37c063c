// SPDX-License-Identifier: Apache-2.0

// snippet.hide
// The fourth example of README.md: DocumentationTests compare the text and the printed results.
// snippet.show
import Pullback

let x = Tensor<Float>([[1, 2], [0, 1]]).named("x"), y = Tensor<Float>([[4], [5]]).named("y")
let w = Tensor<Float>([[2], [5]]).named("W"), b = Tensor<Float>([1]).named("b")
let h = relu(x • w + b).named("h")
let loss = (h - y).squared().sum()

// The backward pass, read off its own graph. Each line has been compared with differences.
let derivation = explain(loss, withRespectTo: [w, b])
for line in derivation.backward {
  print(line.name, "=", line.formula, line.shape)
}
print("checked:", derivation.passes)

// What is wrong with a gradient written by hand?
let mine = x.transposed() • (h - y)
print(diagnose(mine, of: loss, withRespectTo: w))
