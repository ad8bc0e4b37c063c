// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Synchronization

/// Whether layers are being trained or used: what differs is a dynamic scope, so that the
/// signature of a layer stays x -> y.
///
/// ```swift
/// let logits = Pass.training(key: key) { model(x) }   // a layer may draw random numbers
/// let prediction = model(x)                           // inference, the default
/// ```
public struct Pass: Sendable {
  /// The pass that the current task is in.
  @TaskLocal public static var current = Pass(keys: nil)

  private let keys: KeySequence?
  /// The recording that it was opened in, if it was.
  private let recording: ObjectIdentifier?
  /// The halves of a number of each network's own, where a function of one is written down for all.
  private var seed: [Value]?

  private init(keys: KeySequence?, seed: [Value]? = nil) {
    (self.keys, self.seed) = (keys, seed)
    recording = Recording.current.map { ObjectIdentifier($0) }
  }

  /// True inside `Pass.training`.
  ///
  /// A mistake in a recorded function if the pass was opened outside: replays would be of this
  /// pass, whatever pass they are in.
  public var isTraining: Bool {
    if keys != nil, let current = Recording.current, recording != ObjectIdentifier(current) {
      Mistake(
        "recorded", "a layer is in a training pass from outside the recorded function",
        fix: "open Pass.training(key:) inside"
      ).stop(at: nil)
    }
    return keys != nil
  }

  /// A new key at each call: the first layer that asks gets the first one. Nil in inference.
  ///
  /// A mistake in a recorded function if the pass's key is not one of its arguments: replays would
  /// draw the same numbers again.
  public func nextKey() -> RandomKey? {
    guard let key = keys?.next(inExample: seed) else { return nil }
    if Recording.current != nil, key.derivation == nil {
      Mistake(
        "recorded", "a layer draws random numbers with a key from outside the recorded function",
        fix: "make the key an argument and open Pass.training(key:) inside"
      ).stop(at: nil)
    }
    return key
  }

  /// The same pass, in which each network draws with the key that has its own number folded in.
  func forEach(seed: [Value]) -> Pass {
    var pass = self
    pass.seed = seed
    return pass
  }

  /// Runs `body` as a training pass. The same key gives the same random numbers.
  public static func training<Result>(
    key: RandomKey, _ body: () throws -> Result
  ) rethrows -> Result {
    try $current.withValue(Pass(keys: KeySequence(key), seed: current.seed), operation: body)
  }

  /// Runs `body` as an inference pass, also inside a training pass.
  public static func inference<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $current.withValue(Pass(keys: nil), operation: body)
  }
}

extension Pass: CustomStringConvertible {
  public var description: String { keys != nil ? "training pass" : "inference pass" }
}

/// Keys derived from one, in the order of asking.
private final class KeySequence: Sendable {
  private let key: RandomKey
  private let count = Atomic<UInt64>(0)

  init(_ key: RandomKey) { self.key = key }

  func next(inExample seed: [Value]?) -> RandomKey {
    let start = seed.map { key.folding(inExample: $0) } ?? key
    return start.folding(in: count.add(1, ordering: .relaxed).oldValue)
  }
}
