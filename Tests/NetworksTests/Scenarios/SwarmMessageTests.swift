// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

/// What a swarm refuses, with shapes and paths.
@Suite struct SwarmMessageTests {
  enum Program: String, CaseIterable, Codable {
    case noNetwork, noSuchNetwork, wrongExamples, wrongInputs, wrongCount, otherKinds, otherOption,
      differing, setInside, otherModel

    func run() {
      let swarm = Swarm(3) { Sequential(Linear(4, 2), ReLU(), Linear(2, 1)) }
      let x = Tensor<Float>.ones([3, 5, 4])
      let optimizer = Optimizer([0.1, 0.2, 0.3].map { SGD(learningRate: $0) }, for: swarm)
      func minimize(_ rules: [AnyRule]) {
        Optimizer(rules, for: swarm).minimize(swarm(x).sum())
      }
      switch self {
      case .noNetwork: _ = Swarm(0) { Linear(1, 1) }
      case .noSuchNetwork: _ = swarm.network(3)
      case .wrongExamples: _ = swarm(x[0])
      case .wrongInputs: _ = swarm(Tensor<Float>.ones([3, 5, 6]))
      case .wrongCount: _ = Optimizer([SGD(learningRate: 1)], for: swarm)
      case .otherKinds: minimize([AnyRule(Adam()), AnyRule(Adam()), AnyRule(SGD(learningRate: 1))])
      case .otherOption:
        minimize(
          [true, false, true].map { AnyRule(SGD(learningRate: 1, momentum: 0.5, isNesterov: $0)) })
      case .differing: _ = optimizer.learningRate
      case .setInside:
        _ = swarm.batched { net in
          net.parameters["0.bias"]!.value = [0, 0]
          return net(x[0])
        }
      case .otherModel: _ = optimizer.network(1, for: Linear(4, 2).initialized(seed: 1))
      }
    }

    var message: String {
      switch self {
      case .noNetwork: "Swarm: there are no networks. Fix: give a seed for each."
      case .noSuchNetwork: "Swarm.network: network 3 of 3. Fix: use a number in 0..<3."
      case .wrongExamples:
        "Swarm.batched: the result of slice [5, 4] has no part for each of 3 networks. Fix: "
          + "give [3, ...], or let the function capture what is the same for all."
      case .wrongInputs:
        "Linear: 0.weight [4, 2] expects 4 inputs and gets 6 from [5, 6]. Fix: "
          + "use Linear(6, 2) here, or a layer of 4 outputs before it."
      case .wrongCount:
        "Optimizer: 1 rule for 3 networks. Fix: give one for each network, or one for all."
      case .otherKinds:
        "Adam: the rules of the networks differ in their kind, Adam and SGD. Fix: "
          + "train them as two swarms: networks of one share all but numbers."
      case .otherOption:
        "SGD: the rules of the networks differ in a setting that is no number. Fix: "
          + "train them as two swarms: networks of one share all but numbers."
      case .differing:
        "SGD: the networks have 0.1 and 0.2. Fix: read and change it in each of optimizer.rules."
      case .setInside:
        "Parameter.value: 0.bias [2] is set in a function of one network of a swarm. Fix: "
          + "set it outside, for all networks."
      case .otherModel:
        "Optimizer.network: 0.weight [4, 2] is no parameter of the model. Fix: "
          + "give the network that swarm.network(1) gives."
      }
    }
  }

  @Test(arguments: Program.allCases)
  func says(_ program: Program) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [program = program as Program] in program.run() }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Fatal error: \(program.message)\n"), "\(text)")
  }
}
