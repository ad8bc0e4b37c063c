// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Synchronization
import Testing

/// A file holds the numbers of one step, whoever trains meanwhile. (94 of some thousand
/// held those of two.)
struct SavingWhileTrainingTests {
  private final class Progress: Sendable {
    let steps = Atomic<Int>(0), files = Atomic<Int>(0), tornCount = Atomic<Int>(0)
  }

  @Test func aFileIsOfOneStep() async {
    // All numbers are n after n steps.
    var model = Parameters()
    for index in 0..<40 { model.add("\(index)", Parameter(value: Tensor<Float>.zeros([4]))) }
    let (parameters, progress) = (model, Progress())
    let trainer = Thread {
      let optimizer = Optimizer(SGD(learningRate: 1), for: parameters)
      let step = optimizer.recorded { (x: Tensor<Float>) in
        x - Tensor.stacked(parameters.map(\.parameter.value)).sum()
      }
      while progress.files.load(ordering: .relaxed) < 500 {
        step(0)
        progress.steps.add(1, ordering: .relaxed)
      }
    }
    let saver = Thread {
      while progress.steps.load(ordering: .relaxed) == 0 { usleep(100) }
      for _ in 0..<500 {
        let file = ModelFile(parameters), saved = Set(file.weights.map { first(of: $0.tensor) })
        if saved.count != 1 { progress.tornCount.add(1, ordering: .relaxed) }
        progress.files.add(1, ordering: .relaxed)
      }
    }
    for thread in [trainer, saver] { thread.start() }
    while !trainer.isFinished || !saver.isFinished {
      try? await Task.sleep(for: .milliseconds(5))
    }
    #expect(progress.tornCount.load(ordering: .relaxed) == 0)
    #expect(progress.steps.load(ordering: .relaxed) > 1)
  }
}

private func first(of tensor: StoredTensor) -> Float? {
  try? tensor.tensor(as: Float.self).scalars[0]
}
