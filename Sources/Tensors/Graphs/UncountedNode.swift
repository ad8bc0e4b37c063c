// SPDX-License-Identifier: Apache-2.0

/// A node to look at that holds no reference of its own: counting them takes longer than a walk.
///
/// The only way to look at nodes so. Whoever makes one keeps the node alive: a `GraphOrder` does,
/// which holds the results of a graph and what can be lost on the way from them.
struct UncountedNode: BitwiseCopyable {
  private let node: Unmanaged<Node>

  init(_ node: Node) { self.node = .passUnretained(node) }

  // Safe by what the type asks of its makers.
  @inline(__always)
  func look<Result>(_ look: (Node) -> Result) -> Result { node._withUnsafeGuaranteedRef(look) }
}
