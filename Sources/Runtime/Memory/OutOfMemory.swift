// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The system refused memory for a tensor or for a computation.
///
/// Where sizes come from outside, such as rows of a request, compute with ``Tensor/evaluated()``
/// and catch the ``EvaluationError``; files that are too large throw a `FileError`. Elsewhere the
/// program stops with its message.
///
/// ```swift
/// print(OutOfMemory(byteCount: 4_000_000_000))
/// // the system has no 4000000000 bytes of memory for one tensor
/// ```
public struct OutOfMemory: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was asked for at once.
  public let byteCount: Int

  /// An error for so many bytes, for code that asks for memory itself.
  public init(byteCount: Int) { self.byteCount = byteCount }

  public var description: String {
    "the system has no \(byteCount) bytes of memory for one tensor"
  }

  /// Ends the program where nobody can catch the error, as a mistake does, unless
  /// `response` ends it.
  func stop() -> Never {
    if let response = OutOfMemory.response.withLock({ $0 }) { response(self) }
    mistake.stop(at: nil)
  }

  // Not inlined: see `IndexOutOfRange`.
  @inline(never)
  private var mistake: Mistake {
    Mistake("evaluate", description, fix: "use smaller tensors or batches")
  }

  /// What a program has to say about it.
  package static let response = Lock<(@Sendable (OutOfMemory) -> Void)?>(nil)
}
