// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension StoredTensor: CustomStringConvertible, CustomReflectable {
  /// The element type and the shape: "uint8 [60000, 28, 28]".
  public var description: String { "\(type.rawValue) \(shape)" }

  /// What `dump` and debuggers show: the numbers too, as Double, if a page holds them.
  public var customMirror: Mirror {
    var children: [(label: String?, value: Any)] = [("type", type.rawValue), ("shape", shape)]
    if elementCount <= 1000, let numbers = try? doubles() {
      children.append(("numbers", numbers.array(of: Double.self, count: elementCount)))
    }
    return Mirror(self, children: children)
  }
}

extension NamedTensors: CustomStringConvertible {
  /// The names, each with element type and shape.
  public var description: String {
    counted(count, "tensor") + list(lazy.map { "\($0.name.shortened) \($0.tensor)" })
  }
}
