// SPDX-License-Identifier: Apache-2.0

/// The numbers of a tensor, opaque here: nodes and parameters hold them, the runtime reads them.
///
/// The only class of the package that is not final, and only so that `Runtime`, which owns memory
/// and pointers, can say what it consists of (its `Buffer` is the one subclass).
package class Storage: @unchecked Sendable {
  package init() {}
}
