// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Ends training after the batch that it is at: raised by another thread, or by the handler of a
/// signal.
///
/// Raising writes one number and does nothing else, so that it is safe in a signal handler.
///
/// ```swift
/// enum Interruption { static let stop = StopFlag() }   // a handler sees only what all can see
/// trainer.stopFlag = Interruption.stop   // made here: making it is nothing for a handler
/// signal(SIGINT) { _ in Interruption.stop.raise() }
/// ```
public final class StopFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  /// A flag that is down.
  public init() {}

  /// True from `raise()` to `lower()`.
  public var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// Asks for the end of training.
  public func raise() { raised.store(true, ordering: .relaxed) }

  /// Takes the wish back, so that training may begin again.
  public func lower() { raised.store(false, ordering: .relaxed) }
}

extension StopFlag: CustomStringConvertible {
  public var description: String { isRaised ? "raised stop flag" : "stop flag" }
}
