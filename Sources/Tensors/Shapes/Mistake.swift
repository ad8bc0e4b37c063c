// SPDX-License-Identifier: Apache-2.0

import CPullbackTrap
import Synchronization

#if canImport(Darwin)
  @preconcurrency import Darwin
#elseif canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Musl)
  @preconcurrency import Musl
#endif

/// Wrong code: shapes that do not fit, an axis that does not exist, a gradient of what has none.
///
/// Rules throw it; what the user called stops the program with it, because a program that is
/// wrong cannot mend itself at run time. It names the operation, the shapes, the axis, the fix and
/// the operands (those given names with `named(_:)`, else the operation that made them).
/// Wrong *data* (files, labels from outside) throws typed errors instead.
public struct Mistake: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was called, as the user writes it.
  public let operation: String
  /// What does not fit, with shapes and axis.
  public let problem: String
  /// What to write instead.
  public let fix: String
  /// The text that is wrong, and below it carets under the place; empty if no text is.
  public let excerpt: String

  package init(_ operation: String, _ problem: String, fix: String, excerpt: String = "") {
    self.operation = operation
    self.problem = problem
    self.fix = fix
    self.excerpt = excerpt
  }

  /// The message: what was called, what does not fit, what to write instead, and where the mistake
  /// is if it is in a text.
  public var description: String {
    "\(operation): \(problem). Fix: \(fix)." + (excerpt.isEmpty ? "" : "\n\(excerpt)")
  }

  private static let hasStopped = Atomic<Bool>(false)

  /// Prints the message and ends the program, also in a release build.
  ///
  /// Functions and methods know the caller's line and name it. Operators cannot: there the line is
  /// in the backtrace, which Swift prints for a trap. What the program has printed so far comes out
  /// first.
  package func stop(at site: CallSite?) -> Never {
    // Of several threads that stop at once the first speaks: two traps together show no backtrace.
    while Mistake.hasStopped.exchange(true, ordering: .relaxed) { pause() }
    let place = site?.inUsersCode.map { "\($0.file):\($0.line)" } ?? "Pullback"
    // A thread that waits above may be in the middle of printing, and hold the stream for ever.
    if ftrylockfile(stdout) == 0 {
      fflush(stdout)
      funlockfile(stdout)
    }
    fputs("\(place): Fatal error: \(description)\n", stderr)
    pb_trap()
  }
}

/// Where the user's call stands. Functions and methods pass it on; operators cannot know it.
package struct CallSite: Sendable {
  package let file: StaticString
  package let line: UInt

  package init(_ file: StaticString, _ line: UInt) {
    self.file = file
    self.line = line
  }

  /// Nil for a call that a layer of this package makes, whose line tells nobody anything.
  fileprivate var inUsersCode: CallSite? {
    let module = "\(file)".prefix { $0 != "/" }
    return CallSite.modules.contains(String(module)) ? nil : self
  }

  /// The package's own, as Package.swift names them.
  package static let modules: Set = [
    "Pullback", "PullbackByHand", "PullbackCommand", "PullbackDerivations", "PullbackDrawing",
    "PullbackFormats", "PullbackModels", "PullbackNetworks", "PullbackPlans", "PullbackRuntime",
    "PullbackTensors", "PullbackTraining",
  ]
}

/// Runs a rule on behalf of the user's call at `site`; a mistake stops the program.
package func stopping<Result: ~Copyable>(
  at site: CallSite?, _ rule: () throws(Mistake) -> Result
) -> Result {
  do { return try rule() } catch { error.stop(at: site) }
}
