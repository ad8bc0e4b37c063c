// SPDX-License-Identifier: Apache-2.0

/// What messages call the leaves that training changes, by the number of their holder: paths in a
/// model, such as "hidden.weight".
package enum HolderNames {
  private static let names = Lock<[UInt64: String]>([:])

  package static subscript(holder: UInt64) -> String? { names.withLock { $0[holder] } }

  /// Gives a holder a path. It keeps the longer one: that from the root of its model.
  package static func name(_ holder: UInt64, _ path: String) {
    names.withLock { names in
      if names[holder].map({ $0.count < path.count }) ?? true { names[holder] = path }
    }
  }

  /// To be called when a holder goes.
  package static func forget(_ holder: UInt64) {
    names.withLock { $0[holder] = nil }
  }
}
