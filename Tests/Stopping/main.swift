// SPDX-License-Identifier: Apache-2.0

// Programs with one mistake each, on the line that names it: `BacktraceTests` looks for that line
// in what they print when they stop.

import Dispatch
import Pullback

@inline(__always)
func scaled(_ x: Tensor<Float>, by y: Tensor<Float>) -> Tensor<Float> {
  x * y  // mistake: inlined
}

let x = Tensor<Float>.zeros([2, 3]), four: Tensor<Float> = [1, 2, 3, 4]
let indices: Tensor<Int32> = [0, 7]
let weight = Parameter(shape: [3, 2], .zeros)
let trained: Parameters = ["w": Parameter(value: [1, 2])]

// Functions of their own: an optimiser that merges equal calls leaves the merged
// one without a line.
let programs: [String: () -> Void] = [
  "operator": { _ = x + four },  // mistake: operator
  "product": { _ = x • x },  // mistake: product
  "comparison": { _ = x .< four },  // mistake: comparison
  "inlined": { print(scaled(x, by: four)) },
  "closure": {
    print([x, four].map { $0 + four }.count)  // mistake: closure
  },
  "threads": {
    let x = x, four = four
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      _ = x + four  // mistake: threads
    }
  },
  "printing": {
    let x = x, four = four, indices = indices
    DispatchQueue.concurrentPerform(iterations: 4) { unit in
      if unit % 2 == 0 { print(x.gathered(indices)) } else { _ = x + four }  // mistake: printing
    }
  },
  "literal": {
    let rows: Tensor<Float> = [[1, 2], [3]]  // mistake: literal
    print(rows)
  },
  "gather": {
    let rows = x.gathered(indices)
    print(rows)  // mistake: gather
  },
  "labels": {
    let loss = softmaxCrossEntropy(x, labels: indices)
    print(Float(loss))  // mistake: labels
  },
  "recording": {
    let norm = recorded { (x: Tensor<Float>) in
      print(x.sum())  // mistake: recording
      return x
    }
    print(norm(x))
  },
  "parameter": {
    print(weight.value)  // mistake: parameter
  },
  "setting": {
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: trained)
    optimizer.learningRate = -1  // mistake: setting
  },
  "group": {
    let optimizer = Optimizer(Adam(), for: trained)
    optimizer.groups[0].beta1 = 1  // mistake: group
  },
  "rule": {
    let optimizer = Optimizer(AdamW(), for: trained)
    optimizer.rules[0].weightDecay = .nan  // mistake: rule
  },
]

print("printed before")
programs[CommandLine.arguments[1]]!()
