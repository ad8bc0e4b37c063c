// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

@Suite struct RandomKeyTests {
  init() { Plan.verifiesByDefault = true }

  /// Known answers of Random123 1.14.0 (kat_vectors, threefry2x32 20).
  @Test(
    arguments: [
      (0, 0, 0x6b20_0159_99ba_4efe),
      (0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0x1cb9_96fc_bb00_2be7),
      (0x1319_8a2e_0370_7344, 0x243f_6a88_85a3_08d3, 0xc492_3a9c_483d_f7a0),
    ] as [(UInt64, UInt64, UInt64)])
  func knownAnswers(key: UInt64, counter: UInt64, expected: UInt64) {
    #expect(threefry2x32(key: key, counter: counter) == expected)
    #expect(RandomKey(seed: key).folding(in: counter).bits == expected)
  }

  /// Element i is made of the words of counter i, by the kernels as by the Swift function.
  @Test(arguments: [0, 1, 7, 0x1319_8a2e_0370_7344, UInt64.max])
  func kernelsAgreeWithSwift(seed: UInt64) {
    let key = RandomKey(seed: seed), count = 3000
    let words = (0..<count).map { threefry2x32(key: seed, counter: UInt64($0)) }
    let doubles = Tensor<Double>.uniform([count], key: key).scalars
    let floats = Tensor<Float>.uniform([count], key: key).scalars
    #expect(doubles == words.map { Double($0 >> 11) * 0x1p-53 })
    #expect(floats == words.map { Float($0 >> 40) * 0x1p-24 })
  }

  @Test func splitKeysDiffer() {
    let key = RandomKey(seed: 7)
    let keys = key.split(into: 100) + [key, key.folding(in: "w"), key.folding(in: "W")]
    #expect(Set(keys).count == 103)
    #expect(key.split(into: 3) == Array(key.split(into: 5).prefix(3)))
    #expect(key.folding(in: "hidden.weight") == RandomKey(seed: 7).folding(in: "hidden.weight"))
    #expect(key.split(into: 0) == [])
    // jax#13341, jax#19520: a key is split by folding in 0, 1, ...
    let folded = [UInt64(0), 1, 2].map { key.folding(in: $0) }
    #expect(key.split(into: 3) == folded)
  }

  /// Names are hashed by FNV-1a: the published values of "" and "foobar".
  @Test func namesAreHashedAsDocumented() {
    let key = RandomKey(seed: 3)
    #expect(key.folding(in: "") == key.folding(in: 0xcbf2_9ce4_8422_2325 as UInt64))
    #expect(key.folding(in: "foobar") == key.folding(in: 0x8594_4171_f739_67e8 as UInt64))
  }

  @Test func theSameNumbersInEveryShape() {
    let key = RandomKey(seed: 11)
    for distribution in RandomDistribution.allCases {
      for type in [ElementType.float, .double] {
        let flat = Value.random(distribution, [6000], type, key: key).numbers
        for shape in [[60, 100], [2, 30, 100], [6000, 1], [1, 1, 1, 1, 1, 6000]] as [Shape] {
          #expect(areSame(Value.random(distribution, shape, type, key: key).numbers, flat))
        }
        // Fewer elements are the first of them; fused and not, also through views.
        let short = Value.random(distribution, [700], type, key: key)
        #expect(areSame(short.numbers, Array(flat.prefix(700))))
        let again = Value.random(distribution, [60, 100], type, key: key)
        let fused = (again.transposed([1, 0]) * 2).transposed([1, 0])
        #expect(areSame(fused.numbers, flat.map { $0 * 2 }))
      }
    }
  }

  /// Examples that draw with a key each: what each of these keys gives alone, whatever the shape,
  /// fused and not, in tiles that end within an example and in examples that end within a tile.
  @Test(arguments: [[], [1], [5], [3, 7], [700], [2, 0], [2, 300]] as [Shape])
  func examplesDrawWithKeysOfTheirOwn(shape: Shape) {
    let seeds: [UInt64] = [0, 5, 1 << 32, .max, 5], start = RandomKey(seed: 11)
    let halves = [UInt64(32), 0].map { shift in
      Tensor<Int32>(seeds.map { Int32(truncatingIfNeeded: $0 >> shift) }).value
    }
    let standIns = halves.map { _ in Value.placeholder([], .int32) }
    for distribution in RandomDistribution.allCases {
      for type in [ElementType.float, .double] {
        func drawn(_ key: RandomKey, _ shape: Shape) -> Value {
          let key = key.folding(in: "layer").folding(in: 3)
          return .random(distribution, shape, type, key: key)
        }
        let one = drawn(start.folding(in: 2).folding(inExample: standIns), shape)
        let pairs = Array(zip(standIns, halves))
        let all = batched([one, one * 2], over: pairs, extent: seeds.count)
        let wanted = seeds.flatMap {
          drawn(start.folding(in: 2).folding(in: $0), shape).numbers
        }
        #expect(all[0].shape == [5] + shape)
        #expect(areSame(all[0].numbers, wanted))
        #expect(areSame(all[1].numbers, wanted.map { $0 * 2 }))
      }
    }
  }

  /// Draws of one structure with different keys are different.
  @Test func examplesOfTwoKeysDiffer() {
    let seeds = [[1, 2], [3, 4]].map { Tensor<Int32>($0).value }
    let standIns = seeds.map { _ in Value.placeholder([], .int32) }
    let two = [1, 2].map {
      Value.random(
        .uniform, [4], .float, key: RandomKey(seed: $0).folding(inExample: standIns))
    }
    let all = batched([two[0] - two[1]], over: Array(zip(standIns, seeds)), extent: 2)[0]
    #expect(all.numbers.allSatisfy { $0 != 0 })
  }

  @Test func theSameNumbersOnEveryThread() async {
    let expected = Tensor<Float>.normal([200_000], key: RandomKey(seed: 5)).scalars
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          Tensor<Float>.normal([200_000], key: RandomKey(seed: 5)).scalars == expected
        }
      }
      for await isEqual in group { #expect(isEqual) }
    }
  }

  @Test func keysAreInputsOfThePlan() {
    let a = Tensor<Float>.uniform([4], key: RandomKey(seed: 1))
    let b = Tensor<Float>.uniform([4], key: RandomKey(seed: 2))
    evaluate(a, b)
    #expect(a.scalars != b.scalars)
    let key = RandomKey(seed: 1)
    #expect((Tensor<Float>.uniform([4], key: key) - a).scalars == [0, 0, 0, 0])
  }

  @Test(arguments: [UInt64(0), 1, 2, 3])
  func uniformMoments(seed: UInt64) {
    let count = 1 << 18
    let x = Tensor<Double>.uniform([count], key: RandomKey(seed: seed)).scalars
    #expect(x.allSatisfy { 0 <= $0 && $0 < 1 })
    // Within five standard errors of 1/2 and 1/12.
    let mean = x.reduce(0, +) / Double(count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    #expect(abs(mean - 0.5) < 5 * 0.2887 / 512)
    #expect(abs(variance - 1.0 / 12) < 5 * 0.0745 / 512)
    // Kolmogorov and Smirnov: beyond 1.95 / sqrt(n) one stream in a thousand.
    let sorted = x.sorted()
    let distance = sorted.indices.map { abs(sorted[$0] - (Double($0) + 0.5) / Double(count)) }
      .max()!
    let rare = 1.95 / 512
    #expect(distance < rare)
    // Neighbours are not correlated.
    let products = zip(x, x.dropFirst()).reduce(0) { $0 + ($1.0 - 0.5) * ($1.1 - 0.5) }
    #expect(abs(products * 12 / Double(count)) < 5.0 / 512)
  }

  @Test(arguments: [UInt64(0), 1, 2, 3])
  func normalMoments(seed: UInt64) {
    let count = 1 << 18, n = Double(count)
    let x = Tensor<Double>.normal([count], key: RandomKey(seed: seed)).scalars
    let powers: [(Double) -> Double] = [
      { $0 }, { $0 * $0 }, { $0 * $0 * $0 }, { $0 * $0 * $0 * $0 },
    ]
    let moments = powers.map { power in x.reduce(0) { $0 + power($1) } / n }
    // The standard errors of the first four moments are 1, √2, √15 and √96 over √n.
    for (moment, (expected, error)) in zip(moments, [(0.0, 1.0), (1, 1.415), (0, 3.873), (3, 9.8)])
    {
      #expect(abs(moment - expected) < 5 * error / 512)
    }
    // Quantiles of the standard normal distribution.
    for (quantile, share) in [
      (-3.090232306167813, 0.001), (-1.959963984540054, 0.025), (-0.6744897501960817, 0.25),
      (0, 0.5), (0.6744897501960817, 0.75), (1.959963984540054, 0.975), (3.090232306167813, 0.999),
    ] {
      let below = Double(x.count { $0 < quantile }) / n
      let error = (share * (1 - share)).squareRoot() / 512
      #expect(abs(below - share) < 5 * error)
    }
  }

  @Test func rangesAndScales() {
    let key = RandomKey(seed: 9)
    let unit = Tensor<Double>.uniform([1000], key: key).scalars
    let x = Tensor<Double>.uniform([1000], from: -2, to: 6, key: key).scalars
    #expect(x == unit.map { $0 * 8 - 2 })
    let standard = Tensor<Double>.normal([1000], key: key).scalars
    let y = Tensor<Double>.normal([1000], mean: 3, standardDeviation: 0.5, key: key).scalars
    #expect(y == standard.map { $0 * 0.5 + 3 })
  }
}
