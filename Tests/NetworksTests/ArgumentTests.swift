// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Numbers that no optimizer, layer or parameter can work with are refused where they are given, by
/// the name of what they were given to.
struct ArgumentTests {
  struct Example: Sendable {
    let message: String
    let provoke: @Sendable () -> Void

    init(_ message: String, _ provoke: @escaping @Sendable () -> Void) {
      (self.message, self.provoke) = (message, provoke)
    }
  }

  private static var parameters: Parameters { ["w": Parameter(value: [1, 2])] }

  private static let sizes: [Float] = [-0.1, .nan, .infinity, -.infinity]
  private static let shares: [Float] = [-0.1, 1, 1.5, .nan, .infinity]

  private static let settings: [Example] =
    sizes.flatMap { size in
      let fix = "of \(size). Fix: use a finite number of 0 or more."
      return [
        Example("SGD: a learning rate \(fix)") {
          _ = Optimizer(SGD(learningRate: size), for: parameters)
        },
        Example("Adam: a learning rate \(fix)") {
          _ = Optimizer(Adam(learningRate: size), for: parameters)
        },
        Example("AdamW: a learning rate \(fix)") {
          _ = Optimizer(AdamW(learningRate: size), for: parameters)
        },
        Example("Adam: an epsilon \(fix)") { _ = Optimizer(Adam(epsilon: size), for: parameters) },
        Example("AdamW: an epsilon \(fix)") {
          _ = Optimizer(AdamW(epsilon: size), for: parameters)
        },
        Example("AdamW: a weight decay \(fix)") {
          _ = Optimizer(AdamW(weightDecay: size), for: parameters)
        },
        Example("Adam: a weight decay \(fix)") {
          _ = Optimizer(Adam(weightDecay: size), for: parameters)
        },
        Example("RMSprop: an epsilon \(fix)") {
          _ = Optimizer(RMSprop(epsilon: size), for: parameters)
        },
        Example("Adagrad: an initial accumulator \(fix)") {
          _ = Optimizer(Adagrad(initialAccumulator: size), for: parameters)
        },
        Example("Lion: a weight decay \(fix)") {
          _ = Optimizer(Lion(weightDecay: size), for: parameters)
        },
        Example("Muon: a learning rate \(fix)") {
          _ = Optimizer(Muon(learningRate: size), for: parameters)
        },
        Example("SGD: a learning rate \(fix)") {
          let optimizer = Optimizer(SGD(learningRate: 0.1), for: parameters)
          optimizer.learningRate = size
        },
        Example("Adam: a learning rate \(fix)") {
          Optimizer(Adam(), for: parameters).learningRate = size
        },
        Example("AdamW: a learning rate \(fix)") {
          Optimizer(AdamW(), for: parameters).learningRate = size
        },
        Example("AdamW: a weight decay \(fix)") {
          Optimizer(AdamW(), for: parameters).weightDecay = size
        },
      ]
    }
    + shares.flatMap { share in
      let fix = "of \(share). Fix: use a number in 0 ..< 1."
      return [
        Example("SGD: a momentum \(fix)") {
          _ = Optimizer(SGD(learningRate: 0.1, momentum: share), for: parameters)
        },
        Example("Adam: a first beta \(fix)") {
          _ = Optimizer(Adam(betas: (share, 0.9)), for: parameters)
        },
        Example("Adam: a second beta \(fix)") {
          _ = Optimizer(Adam(betas: (0.9, share)), for: parameters)
        },
        Example("AdamW: a first beta \(fix)") {
          _ = Optimizer(AdamW(betas: (share, 0.9)), for: parameters)
        },
        Example("RMSprop: an alpha \(fix)") {
          _ = Optimizer(RMSprop(alpha: share), for: parameters)
        },
        Example("Lion: a second beta \(fix)") {
          _ = Optimizer(Lion(betas: (0.9, share)), for: parameters)
        },
        Example("Muon: a momentum \(fix)") {
          _ = Optimizer(Muon(momentum: share), for: parameters)
        },
        Example("AdamW: a second beta \(fix)") {
          _ = Optimizer(AdamW(betas: (0.9, share)), for: parameters)
        },
      ]
    }
    + [
      Example("SGD: a step count of -1. Fix: count steps from 0 on.") {
        Optimizer(SGD(learningRate: 0.1), for: parameters).stepCount = -1
      },
      Example(
        "SGD: a step count of 9223372036854775807. Fix: count steps from 0 on, to 2^53 at most."
      ) {
        Optimizer(SGD(learningRate: 0.1), for: parameters).stepCount = .max
      },
      Example("Adam: a step count of -1. Fix: count steps from 0 on.") {
        Optimizer(Adam(), for: parameters).stepCount -= 1
      },
      Example("Adam: a step count of -2. Fix: count steps from 0 on.") {
        Optimizer(AnyRule(Adam()), for: parameters).stepCount = -2
      },
      Example("AdamW: a step count of -5. Fix: count steps from 0 on.") {
        Optimizer(AdamW(), for: parameters).stepCount = -5
      },
    ]

  /// A rule of the user's own with a mistake in it.
  private struct Wrong: UpdateRule {
    enum Way { case none, ownNumber, wordOfState, newState, wordOfScalar, shape, shapeOfState }

    let name = "Wrong"
    var learningRate: Float = 0.1
    var share: Float = 0.5
    var way = Way.none

    var settings: [Setting<Wrong>] { [Setting("share", \.share, .share)] }
    var stateNames: [String] { ["sum"] }

    func updated(
      _ w: Tensor<Float>, gradient: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
      scalars: RuleValues<Tensor<Float>>
    ) -> Tensor<Float> {
      switch way {
      case .none: return w
      case .ownNumber: return w - (1 - learningRate) * gradient
      case .wordOfState: return w - state.some
      case .newState: state.some = w
      case .wordOfScalar: return w * scalars.rate
      case .shape: return w.sum()
      case .shapeOfState: state.sum = w[0..<1]
      }
      return w
    }

    static func step(_ way: Way) {
      let w = Parameter(value: [1, 2])
      Optimizer(Wrong(way: way), for: ["w": w]).minimize(w.value.sum())
    }
  }

  private static let rules: [Example] = [
    Example("Wrong: a share of 1.0. Fix: use a number in 0 ..< 1.") {
      _ = Optimizer(Wrong(share: 1), for: parameters)
    },
    Example("Wrong: a learning rate of nan. Fix: use a finite number of 0 or more.") {
      Optimizer(AnyRule(Wrong()), for: parameters).learningRate = .nan
    },
    Example("Wrong: a share of -1.0. Fix: use a number in 0 ..< 1.") {
      Optimizer(Wrong(), for: parameters).groups[0].share = -1
    },
    Example(
      "Wrong: updated reads a setting of the rule, whose number is given at each run. "
        + "Fix: read scalars.learningRate and the like."
    ) { Wrong.step(.ownNumber) },
    Example("Wrong: \"some\" is no state of it. Fix: use sum.") { Wrong.step(.wordOfState) },
    Example("Wrong: \"some\" is no state of it. Fix: use sum.") { Wrong.step(.newState) },
    Example("Wrong: \"rate\" is no scalar of it. Fix: use learningRate, share.") {
      Wrong.step(.wordOfScalar)
    },
    Example(
      "Wrong: the new parameter of w [2] has the shape []. "
        + "Fix: parameters and their state keep the parameter's shape."
    ) { Wrong.step(.shape) },
    Example(
      "Wrong: the new sum of w [2] has the shape [1]. "
        + "Fix: parameters and their state keep the parameter's shape."
    ) { Wrong.step(.shapeOfState) },
    Example("Optimizer: there are no groups. Fix: give one or more.") {
      _ = Optimizer<Wrong>(groups: [])
    },
    Example(
      "Optimizer: a parameter of shape [2] stands in two groups. "
        + "Fix: give each parameter to one group."
    ) {
      let both = parameters
      _ = Optimizer(groups: [.init(both, Wrong()), .init(both, Wrong())])
    },
    Example(
      "Wrong: other groups of parameters than the optimizer was made for. "
        + "Fix: change the groups' settings alone, or make a new optimizer."
    ) { Optimizer(Wrong(), for: parameters).groups = [.init(parameters, Wrong())] },
    Example(
      "Wrong: the groups have 0.5 and 0.25. Fix: read and change it in each of optimizer.groups."
    ) {
      let optimizer = Optimizer(groups: [
        .init(parameters, Wrong()), .init(parameters, Wrong(share: 0.25)),
      ])
      optimizer.share *= 0.5
    },
  ]

  private static let layers: [Example] = [
    Example(
      "Linear: the shape [-1, 3] has the negative extent -1 at axis 0. Fix: extents are 0 or more."
    ) { _ = Linear(-1, 3) },
    Example(
      "Linear: the shape [3, -1] has the negative extent -1 at axis 1. Fix: extents are 0 or more."
    ) { _ = Linear(3, -1, bias: false) },
    Example(
      "Linear: a tensor of shape [4611686018427387904, 8] has more elements than can be counted. "
        + "Fix: check the extents."
    ) { _ = Linear(1 << 62, 8) },
    Example(
      "Parameter: the shape [2, -3] has the negative extent -3 at axis 1. "
        + "Fix: extents are 0 or more."
    ) { _ = Parameter(shape: [2, -3], .zeros) },
    Example("Embedding: 0 rows of 4 features. Fix: use 1 or more of each.") { _ = Embedding(0, 4) },
    Example("Embedding: 1 row of 0 features. Fix: use 1 or more of each.") { _ = Embedding(1, 0) },
    Example(
      """
      Embedding: the axis of rows has 3000000000 elements, and positions along it are of Int32. Fix: \
      use at most 2147483647 elements, in several parts if there are more.
      """
    ) { _ = Embedding(3_000_000_000, 1) },
    Example("TransformerBlock: 0 hidden features. Fix: use 1 or more.") {
      _ = TransformerBlock(8, heads: 2, hidden: 0)
    },
    Example("LeakyReLU: a slope of nan. Fix: use a finite number.") { _ = LeakyReLU(slope: .nan) },
    Example("LeakyReLU: a slope of inf. Fix: use a finite number.") { _ = LeakyReLU(slope: 1e39) },
    Example("ELU: an alpha of inf. Fix: use a finite number.") { _ = ELU(alpha: .infinity) },
    Example("leakyReLU: a slope of nan. Fix: use a finite number.") {
      _ = leakyReLU(Tensor<Float>([1]), slope: .nan)
    },
    Example("elu: an alpha of -inf. Fix: use a finite number.") {
      _ = elu(Tensor<Double>([1]), alpha: -.infinity)
    },
    Example("scaledDotProductAttention: a scale of nan. Fix: use a finite number.") {
      let x = Tensor<Float>.ones([2, 3])
      _ = scaledDotProductAttention(x, x, x, scale: .nan)
    },
    Example("Dropout: a rate of 1.0. Fix: use a rate in 0 ..< 1.") { _ = Dropout(1) },
    Example("Dropout: a rate of -0.5. Fix: use a rate in 0 ..< 1.") { _ = Dropout(-0.5) },
    Example("Dropout: a rate of nan. Fix: use a rate in 0 ..< 1.") { _ = Dropout(.nan) },
    Example(
      "Linear: the initialization has a bound of -1.0. Fix: use a finite number of 0 or more."
    ) { _ = Linear(2, 3, initialization: .uniform(bound: -1)) },
    Example(
      "Parameter: the initialization has a bound of inf. Fix: use a finite number of 0 or more."
    ) { _ = Parameter(shape: [2], .uniform(bound: .infinity)) },
    Example(
      "Parameter: the initialization has a standard deviation of nan. "
        + "Fix: use a finite number of 0 or more."
    ) { _ = Parameter(shape: [2], .normal(standardDeviation: .nan)) },
    Example("Parameter: the initialization has a start of nan. Fix: use a finite number.") {
      _ = Parameter(shape: [2], .constant(.nan))
    },
  ]

  private static let data: [Example] =
    [-1, 3, Int.max, Int.min].map { position in
      Example(
        "examples: position \(position) is outside the 3 examples. Fix: use positions in 0 ..< 3."
      ) {
        let data = Dataset(inputs: .zeros([3, 2]), labels: [0, 1, 2])
        _ = data.examples(at: [0, position])
      }
    }
    + [
      Example("permutation: an order of -1 numbers. Fix: use a count of 0 or more.") {
        _ = RandomKey(seed: 1).permutation(of: -1)
      }
    ]

  private static let all = settings + rules + layers + data

  @Test("Word for word", arguments: all.indices)
  func message(number: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [number = number as Int] in
      ArgumentTests.all[number].provoke()
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Fatal error: \(ArgumentTests.all[number].message)\n"), "\(text)")
  }

  @Test func bordersAreLegal() {
    let parameters = ArgumentTests.parameters
    let sgd = Optimizer(SGD(learningRate: 0, momentum: 0.999), for: parameters)
    sgd.learningRate = 0
    let adam = Optimizer(
      AdamW(learningRate: 0, betas: (0, 0), epsilon: 0, weightDecay: 0), for: parameters)
    adam.weightDecay = 0
    #expect(Linear(0, 0).parameters.scalarCount == 0)
    let zeros = Parameter(shape: [3], .uniform(bound: 0))
    Parameters(dictionaryLiteral: ("w", zeros)).initialize(seed: 1)
    #expect(zeros.value.scalars == [0, 0, 0])
    #expect(RandomKey(seed: 1).permutation(of: 0) == [])
    let data = Dataset(inputs: .zeros([3, 2]), labels: [0, 1, 2])
    #expect(data.examples(at: []).count == 0)
  }
}
