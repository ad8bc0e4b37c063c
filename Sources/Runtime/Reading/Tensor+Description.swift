// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Tensor: CustomStringConvertible {
  /// The numbers as NumPy prints them: aligned, and summarised beyond 1000 elements. Where there
  /// are none the shape says why.
  ///
  ///     print(Tensor<Float>.zeros([0, 3]))   // [] of shape [0, 3]
  public var description: String {
    func printed<T: PrintedElement & TensorScalar>(_ type: T.Type) -> String {
      Tensor<T>(value).withElements { elements in
        let text = ArrayFormatter.description(shape: Array(shape)) { elements[$0] }
        return elementCount == 0 && rank > 1 ? "\(text) of shape \(shape)" : text
      }
    }
    return switch Scalar.elementType {
    case .float: printed(Float.self)
    case .double: printed(Double.self)
    case .int32: printed(Int32.self)
    case .bool: printed(Bool.self)
    }
  }
}

extension Tensor: CustomReflectable {
  /// What debuggers and `dump` show: the shape and the numbers, as far as a page holds them. The
  /// shape alone inside a recording, which reading would stop.
  public var customMirror: Mirror {
    guard Recording.current == nil else { return Mirror(self, children: ["shape": shape]) }
    let numbers: Any = elementCount <= 1000 ? scalars : description
    return Mirror(self, children: ["shape": shape, "scalars": numbers])
  }
}
