// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Tensor {
  /// The elements in row-major order. Computes them if they are not known yet.
  ///
  ///     let x: Tensor<Float> = [[1, 2], [3, 4]]
  ///     print(x.transposed().scalars)   // [1.0, 3.0, 2.0, 4.0]
  public var scalars: [Scalar] {
    evaluate(value)
    return value.node.numbers!.array(of: Scalar.self, count: elementCount)
  }

  /// A tensor of a shape from its elements in row-major order. A mistake if their number differs.
  public init(
    shape: Shape, scalars: [Scalar], file: StaticString = #fileID, line: UInt = #line
  ) {
    guard shape.allSatisfy({ $0 >= 0 }), shape.checkedElementCount == scalars.count else {
      Mistake(
        "Tensor(shape:scalars:)", "\(scalars.count) numbers do not fill the shape \(shape)",
        fix: "the product of the extents must be the number of elements"
      ).stop(at: CallSite(file, line))
    }
    let storage = Storage(byteCount: scalars.count * MemoryLayout<Scalar>.stride)
    storage.copy(scalars)
    self.init(Value(Node(numbers: storage, elementType: Scalar.elementType, shape: shape)))
  }

  /// Reads the elements in place. They must not be kept.
  func withElements<Result>(_ body: (UnsafeMutableBufferPointer<Scalar>) -> Result) -> Result {
    evaluate(value)
    return withKnownElements(body)
  }

  /// Reads the elements of a tensor whose numbers are known.
  func withKnownElements<Result>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) -> Result
  ) -> Result {
    let storage = value.node.numbers!
    // In bounds: the runtime made the storage for this shape and this element type.
    let result = body(storage.elements(of: Scalar.self, count: elementCount))
    return withExtendedLifetime(storage) { result }
  }
}

extension Tensor {
  private static var mostComputedForElements: Int { 1 << 26 }

  /// The element of a tensor that has one: read where it stands if it is a part of known numbers.
  fileprivate var onlyElement: Scalar {
    Recording.refuseReading()
    let node = value.node
    if node.hasNumbers { return withElements { $0[0] } }
    if let part = node.knownPart { return Tensor.element(part) }
    // Whoever reads a second element of one tensor reads many: then all are computed, and kept.
    if let source = node.sliced, source.noteElementRead(),
      source.shape.elementCount <= Self.mostComputedForElements
    {
      evaluate(Value(source))
      if let part = node.knownPart { return Tensor.element(part) }
    }
    return withElements { $0[0] }
  }

  private static func element(_ part: KnownPart) -> Scalar {
    let offset = part.place.offset
    // In bounds: the part lies within the shape that the storage was made for.
    return part.source.withNumbers { $0.elements(of: Scalar.self, count: offset + 1)[offset] }
  }
}

extension TensorScalar {
  /// The number in a tensor with one element. A mistake if it has more or none.
  ///
  ///     print(Float(Tensor<Float>([3, 4]).sum()))   // 7.0
  public init(_ tensor: Tensor<Self>, file: StaticString = #fileID, line: UInt = #line) {
    guard tensor.elementCount == 1 else {
      Mistake(
        "\(Self.elementType.name)(tensor)", "\(tensor.value.label) does not have one element",
        fix: "reduce or index it first, or read scalars"
      ).stop(at: CallSite(file, line))
    }
    self = tensor.onlyElement
  }
}

// Disfavoured: an expression without a type of its own is one of the number that is asked for.

extension Float {
  /// The number in a tensor of Double with one element, rounded to the nearest Float. A mistake if
  /// it has more or none.
  ///
  ///     print(Float(Tensor<Double>([1, 2]).mean()))   // 1.5
  @_disfavoredOverload
  public init(_ tensor: Tensor<Double>, file: StaticString = #fileID, line: UInt = #line) {
    self.init(Double(tensor, file: file, line: line))
  }
}

extension Double {
  /// The number in a tensor of Float with one element, as it is. A mistake if it has more or none.
  ///
  ///     print(Double(Tensor<Float>(0.1)))   // 0.10000000149011612
  @_disfavoredOverload
  public init(_ tensor: Tensor<Float>, file: StaticString = #fileID, line: UInt = #line) {
    self.init(Float(tensor, file: file, line: line))
  }
}

extension Int {
  /// The number in a tensor of Int32 with one element, such as an index. A mistake if it has more
  /// or none.
  ///
  ///     print(Int(Tensor<Float>([3, 7, 5]).argmax(along: 0)))   // 1
  @_disfavoredOverload
  public init(_ tensor: Tensor<Int32>, file: StaticString = #fileID, line: UInt = #line) {
    self.init(Int32(tensor, file: file, line: line))
  }
}

extension Tensor where Scalar: NumericScalar {
  /// True if |x - y| <= absoluteTolerance + relativeTolerance |y| for all elements; NaN is close
  /// to nothing, an infinity to itself. A mistake if the shapes differ or a tolerance is below 0.
  ///
  ///     print(Tensor<Float>([1, 2]).isClose(to: [1, 2.000001]))   // true
  public func isClose(
    to other: Tensor, relativeTolerance: Double = 1e-5, absoluteTolerance: Double = 1e-8,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Bool {
    guard shape == other.shape else {
      Mistake(
        "isClose", "\(value.label) and \(other.value.label) differ in shape",
        fix: "compare tensors of one shape"
      ).stop(at: CallSite(file, line))
    }
    guard relativeTolerance >= 0, absoluteTolerance >= 0 else {
      Mistake(
        "isClose", "tolerances of \(relativeTolerance) and \(absoluteTolerance)",
        fix: "use numbers from 0 on"
      ).stop(at: CallSite(file, line))
    }
    evaluate([value, other.value])
    // A loop for each type: in one for all, elements would be converted through their metadata.
    return switch Scalar.elementType {
    case .float: areClose { (x: Float) in Double(x) }
    case .double: areClose { (x: Double) in x }
    case .int32: areClose { (x: Int32) in Double(x) }
    case .bool: areClose { (x: Bool) in x ? 1 : 0 }
    }

    @inline(__always)
    func areClose<T>(_ number: (T) -> Double) -> Bool {
      let (xs, ys) = (value.node.numbers!, other.value.node.numbers!)
      return withExtendedLifetime((xs, ys)) {
        // In bounds: both are of one shape and of this type.
        let xs = xs.elements(of: T.self, count: elementCount)
        let ys = ys.elements(of: T.self, count: elementCount)
        for index in 0..<xs.count {
          let x = number(xs[index]), y = number(ys[index])
          let distance = absoluteTolerance + relativeTolerance * abs(y)
          guard x == y || y.isFinite && abs(x - y) <= distance else { return false }
        }
        return true
      }
    }
  }
}
