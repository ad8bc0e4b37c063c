// SPDX-License-Identifier: Apache-2.0

/// The start of a stream of random numbers: the same key and shape give the same numbers, on any
/// machine and any number of threads.
///
/// Numbers are counter-based: element i is a hash of key and i. A key is a value; using it twice
/// gives the same numbers twice, so derive new keys with ``split(into:file:line:)`` or
/// ``folding(in:)-(UInt64)``.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011
/// (Threefry-2x32, 20 rounds, the generator that JAX uses).
///
/// ```swift
/// let keys = RandomKey(seed: 7).split(into: 2)
/// let noise = Tensor<Float>.normal([2, 3], key: keys[0])
/// ```
public struct RandomKey: Sendable, Hashable {
  package let bits: UInt64
  /// In a recording: which argument the key was derived from, and how.
  package private(set) var derivation: Derivation?

  /// A key that stands for a numbered argument of a recording, and the numbers folded into it.
  package struct Derivation: Sendable, Hashable {
    package let argument: Int
    package var folded: [UInt64] = []

    package init(argument: Int) { self.argument = argument }

    /// The bits of the derived key, given those of the argument.
    package func bits(from start: UInt64) -> UInt64 {
      folded.reduce(start) { threefry2x32(key: $0, counter: $1) }
    }
  }

  /// What differs among the networks, or examples, for which a function is written down once.
  package private(set) var example: Example?

  /// A number of each example's own that is folded into the key, and what is folded in after it.
  package struct Example: Sendable, Hashable {
    /// Its upper and its lower half: scalars of Int32, which batching replaces. None where the
    /// numbers are inputs of the operation that draws.
    package let seed: [Value]
    package fileprivate(set) var folded: [UInt64] = []

    /// The bits of an example's key, given those that all have.
    package static func bits(
      from start: UInt64, seed: UInt64, folded: some Sequence<UInt64>
    ) -> UInt64 {
      folded.reduce(threefry2x32(key: start, counter: seed)) {
        threefry2x32(key: $0, counter: $1)
      }
    }

    package static func == (left: Example, right: Example) -> Bool {
      left.seed.map(\.node.serial) == right.seed.map(\.node.serial) && left.folded == right.folded
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
  }

  /// The key of a seed.
  public init(seed: UInt64) { bits = seed }

  /// The key with a number of each example's own folded in.
  package func folding(inExample seed: [Value]) -> RandomKey {
    var key = self
    key.example = Example(seed: seed)
    return key
  }

  /// The same key, for an operation whose inputs are the examples' numbers.
  var givenSeeds: RandomKey {
    var key = self
    key.example = example.map { Example(seed: [], folded: $0.folded) }
    return key
  }

  /// What stands for an argument while a recording is made.
  package init(argument: Int) {
    bits = 0
    derivation = Derivation(argument: argument)
  }

  /// A key that depends on this one and on a number, such as a step count.
  public func folding(in number: UInt64) -> RandomKey {
    if example != nil {
      var key = self
      key.example!.folded.append(number)
      return key
    }
    var key = RandomKey(seed: threefry2x32(key: bits, counter: number))
    key.derivation = derivation
    key.derivation?.folded.append(number)
    return key
  }

  /// A key that depends on this one and on a name, such as the path of a parameter.
  public func folding(in name: String) -> RandomKey {
    // FNV-1a over the UTF-8 bytes: `Hasher` differs from run to run.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return folding(in: hash)
  }

  /// `count` keys that differ from each other and from this one: those that ``folding(in:)`` gives
  /// for 0, 1, ..., so fold other numbers, or names, into a key that is split. A mistake if there
  /// are to be fewer than none.
  ///
  ///     print(RandomKey(seed: 7).split(into: 3).count)   // 3
  public func split(
    into count: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> [RandomKey] {
    if count < 0 {
      Mistake("split", "\(count) keys", fix: "ask for 0 or more").stop(at: CallSite(file, line))
    }
    return (0..<count).map { folding(in: UInt64($0)) }
  }
}

/// Threefry-2x32 with 20 rounds on the halves (high, low) of key and counter.
package func threefry2x32(key: UInt64, counter: UInt64) -> UInt64 {
  let key0 = UInt32(truncatingIfNeeded: key >> 32), key1 = UInt32(truncatingIfNeeded: key)
  let keys = SIMD4(key0, key1, 0x1BD1_1BDA ^ key0 ^ key1, 0)
  let even = SIMD4<UInt32>(13, 15, 26, 6), odd = SIMD4<UInt32>(17, 29, 16, 24)
  var x0 = UInt32(truncatingIfNeeded: counter >> 32) &+ key0
  var x1 = UInt32(truncatingIfNeeded: counter) &+ key1
  for group in 0..<5 {
    let rotations = group % 2 == 0 ? even : odd
    for step in 0..<4 {
      x0 &+= x1
      x1 = (x1 << rotations[step] | x1 >> (32 - rotations[step])) ^ x0
    }
    x0 &+= keys[(group + 1) % 3]
    x1 &+= keys[(group + 2) % 3] &+ UInt32(group + 1)
  }
  return UInt64(x0) << 32 | UInt64(x1)
}

extension RandomKey: CustomStringConvertible {
  /// The number of the key, in hexadecimal digits.
  public var description: String {
    derivation == nil ? "RandomKey(0x\(String(bits, radix: 16)))" : "RandomKey of a recording"
  }
}
