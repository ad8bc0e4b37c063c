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

  /// True inside `Pass.training`.
  public var isTraining: Bool { keys != nil }

  /// A new key at each call: the first layer that asks gets the first one. Nil in inference.
  ///
  /// A mistake in a recorded function if the pass's key is not one of its arguments: replays would
  /// draw the same numbers again.
  public func nextKey() -> RandomKey? {
    guard let key = keys?.next() else { return nil }
    if Recording.current != nil, key.derivation == nil {
      Mistake(
        "recorded", "a layer draws random numbers with a key from outside the recorded function",
        fix: "make the key an argument and open Pass.training(key:) inside"
      ).stop(at: nil)
    }
    return key
  }

  /// Runs `body` as a training pass. The same key gives the same random numbers.
  public static func training<Result>(
    key: RandomKey, _ body: () throws -> Result
  ) rethrows -> Result {
    try $current.withValue(Pass(keys: KeySequence(key)), operation: body)
  }

  /// Runs `body` as an inference pass, also inside a training pass.
  public static func inference<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $current.withValue(Pass(keys: nil), operation: body)
  }
}

extension Pass: CustomStringConvertible {
  public var description: String { isTraining ? "training pass" : "inference pass" }
}

/// Keys derived from one, in the order of asking.
private final class KeySequence: Sendable {
  private let key: RandomKey
  private let count = Atomic<UInt64>(0)

  init(_ key: RandomKey) { self.key = key }

  func next() -> RandomKey {
    key.folding(in: count.add(1, ordering: .relaxed).oldValue)
  }
}
