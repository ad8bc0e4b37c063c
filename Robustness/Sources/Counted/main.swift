// SPDX-License-Identifier: Apache-2.0

import Pullback

// Work of which the instructions are counted: see Benchmarks/count.
//
//   Counted fresh|recorded|nodes|plans|networks|recordings TIMES

struct Classifier: Layer {
  let hidden = Linear(784, 50), output = Linear(50, 10)
  var parameters: Parameters { ["hidden": hidden.parameters, "output": output.parameters] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(relu(hidden(x))) }
}

Threads.limit = 1

func batch(_ size: Int) -> (x: Tensor<Float>, labels: Tensor<Int32>) {
  let batch = (
    x: Tensor<Float>.uniform([size, 784], key: RandomKey(seed: 1)),
    labels: Tensor<Int32>.ones([size])
  )
  evaluate(batch.x, batch.labels)
  return batch
}

func work(_ kind: String, times: Int) -> Bool {
  let model = Classifier().initialized(seed: 7)
  let optimizer = Optimizer(SGD(learningRate: 0.01), for: model.parameters)
  let (x, labels) = batch(1)
  switch kind {
  case "fresh":
    for _ in 0..<times { optimizer.minimize(softmaxCrossEntropy(model(x), labels: labels)) }
  case "recorded":
    let step = optimizer.recorded { (x: Tensor<Float>, labels: Tensor<Int32>) in
      softmaxCrossEntropy(model(x), labels: labels)
    }
    for _ in 0..<times { _ = step(x, labels) }
  case "nodes":
    let start: Tensor<Float> = [1, 2]
    for _ in 0..<times {
      var y = start
      for _ in 0..<500 { y = tanh(y + start) }
    }
  case "plans":
    // Each size is seen for the first time.
    for size in 1...times {
      let (x, labels) = batch(size)
      optimizer.minimize(softmaxCrossEntropy(model(x), labels: labels))
    }
  case "networks", "recordings":
    for _ in 0..<times {
      let next = Classifier()
      for (parameter, known) in zip(next.parameters, model.parameters) {
        parameter.parameter.value = known.parameter.value
      }
      let optimizer = Optimizer(SGD(learningRate: 0.01), for: next.parameters)
      if kind == "networks" {
        optimizer.minimize(softmaxCrossEntropy(next(x), labels: labels))
      } else {
        let step = optimizer.recorded { (x: Tensor<Float>, labels: Tensor<Int32>) in
          softmaxCrossEntropy(next(x), labels: labels)
        }
        _ = step(x, labels)
      }
    }
  default: return false
  }
  return true
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let times = Int(arguments[2]), work(arguments[1], times: times) else {
  fatalError("fresh|recorded|nodes|plans|networks|recordings TIMES")
}
