// SPDX-License-Identifier: Apache-2.0

// snippet.hide
// The third example of README.md.
// snippet.show
import Pullback

// All its numbers are n after n steps, so numbers of two steps would betray themselves.
struct Counter: Layer {
  let a = Parameter(value: .zeros([100])), b = Parameter(value: .zeros([100]))
  var parameters: Parameters { ["a": a, "b": b] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { (a.value - b.value) * x }
}

let model = Counter()
let wrong = await withTaskGroup(of: Int.self) { group in
  group.addTask {
    let optimizer = Optimizer(SGD(learningRate: 1), for: model.parameters)
    for _ in 1...500 { optimizer.minimize(-(model.a.value + model.b.value).sum()) }
    return 0
  }
  for _ in 1...50 {
    group.addTask {
      (1...20).count { _ in
        let snapshot = model.snapshot()  // one step, called like the model
        return Float(snapshot([1]).sum()) != 0
      }
    }
  }
  var wrong = 0
  for await count in group { wrong += count }
  return wrong
}
print("predictions of two steps:", wrong)

// `let other = model` shares the weights; a copy has its own and is trained on its own.
let copy = model.copy()
Optimizer(SGD(learningRate: 1), for: copy.parameters).minimize(copy([1]).sum())
print(model.a.value[0], copy.parameters["a"]!.value[0])
