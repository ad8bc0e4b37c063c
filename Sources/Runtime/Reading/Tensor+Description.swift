// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Tensor: CustomStringConvertible {
  /// The numbers as NumPy prints them: aligned, and summarised beyond 1000 elements.
  public var description: String {
    func printed<T: PrintedElement & TensorScalar>(_ type: T.Type) -> String {
      Tensor<T>(value).withElements { elements in
        ArrayFormatter.description(shape: Array(shape)) { elements[$0] }
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
