// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension StoredTensor {
  /// The tensor to compute with.
  ///
  /// The same element type shares the memory. Anything becomes Float or Double, numbers with a
  /// fraction rounded to nearest; integers and Bool become Int32. Throws if an integer is none of
  /// the numbers that Int32, Float or Double hold (Float holds all up to 2^24, Double up to 2^53),
  /// or if numbers with a fraction are asked for as Int32, or numbers as Bool.
  public func tensor<Scalar: TensorScalar>(
    as _: Scalar.Type = Scalar.self
  ) throws(FileError) -> Tensor<Scalar> {
    let numbers =
      if type == StoredType(Scalar.elementType) {
        storage
      } else {
        switch Scalar.elementType {
        case .float: try floats()
        case .double: try doubles()
        case .int32: try integers()
        case .bool: throw refusal(of: "Bool", "load it as a number and compare it")
        }
      }
    return Tensor(Value(Node(numbers: numbers, elementType: Scalar.elementType, shape: shape)))
  }

  /// The numbers of a tensor in another type of file, rounded to nearest.
  ///
  /// - Parameter type: `float64`, `float32`, `float16` or `bfloat16`.
  public init<Scalar: FloatingPointScalar>(
    _ tensor: Tensor<Scalar>, as type: StoredType, file: StaticString = #fileID,
    line: UInt = #line
  ) {
    let wide = StoredTensor(tensor)
    do throws(FileError) {
      let numbers: Storage? =
        switch type {
        case wide.type: wide.storage
        case .float64: try wide.doubles()
        case .float32: try wide.floats()
        case .float16: try wide.narrowed(halfBits)
        case .bfloat16: try wide.narrowed(bfloatBits)
        case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool: nil
        }
      guard let numbers else {
        Mistake(
          "StoredTensor", "\(type.rawValue) holds no numbers with a fraction",
          fix: "convert to Tensor<Int32> first, or make the StoredTensor from an array"
        ).stop(at: CallSite(file, line))
      }
      self.init(type: type, shape: wide.shape, origin: wide.origin, storage: numbers)
    } catch {
      Mistake("StoredTensor", error.problem, fix: "use smaller tensors")
        .stop(at: CallSite(file, line))
    }
  }

  private func floats() throws(FileError) -> Storage {
    switch type {
    case .float64: try converted(Double.self) { x, _ in Float(x) }
    case .float32: storage
    case .float16: try converted(UInt16.self) { bits, _ in float(half: bits) }
    case .bfloat16: try converted(UInt16.self) { bits, _ in float(bfloat: bits) }
    case .int64: try whole(Int64.self, Float.init(exactly:))
    case .int32: try whole(Int32.self, Float.init(exactly:))
    case .int16: try converted(Int16.self) { x, _ in Float(x) }
    case .int8: try converted(Int8.self) { x, _ in Float(x) }
    case .uint64: try whole(UInt64.self, Float.init(exactly:))
    case .uint32: try whole(UInt32.self, Float.init(exactly:))
    case .uint16: try converted(UInt16.self) { x, _ in Float(x) }
    case .uint8, .bool: try converted(UInt8.self) { x, _ in Float(x) }
    }
  }

  func doubles() throws(FileError) -> Storage {
    switch type {
    case .float64: storage
    case .float32: try converted(Float.self) { x, _ in Double(x) }
    case .float16: try converted(UInt16.self) { bits, _ in Double(float(half: bits)) }
    case .bfloat16: try converted(UInt16.self) { bits, _ in Double(float(bfloat: bits)) }
    case .int64: try whole(Int64.self, Double.init(exactly:))
    case .int32: try converted(Int32.self) { x, _ in Double(x) }
    case .int16: try converted(Int16.self) { x, _ in Double(x) }
    case .int8: try converted(Int8.self) { x, _ in Double(x) }
    case .uint64: try whole(UInt64.self, Double.init(exactly:))
    case .uint32: try converted(UInt32.self) { x, _ in Double(x) }
    case .uint16: try converted(UInt16.self) { x, _ in Double(x) }
    case .uint8, .bool: try converted(UInt8.self) { x, _ in Double(x) }
    }
  }

  private func integers() throws(FileError) -> Storage {
    switch type {
    case .float64, .float32, .float16, .bfloat16:
      throw refusal(of: "Int32", "load it as Float and convert the tensor")
    case .int64:
      return try whole(Int64.self, Int32.init(exactly:))
    case .int32: return storage
    case .int16: return try converted(Int16.self) { x, _ in Int32(x) }
    case .int8: return try converted(Int8.self) { x, _ in Int32(x) }
    case .uint64:
      return try whole(UInt64.self, Int32.init(exactly:))
    case .uint32:
      return try whole(UInt32.self, Int32.init(exactly:))
    case .uint16: return try converted(UInt16.self) { x, _ in Int32(x) }
    case .uint8, .bool: return try converted(UInt8.self) { x, _ in Int32(x) }
    }
  }

  /// Whole numbers as a type that holds each of them as it is.
  @inline(__always)
  private func whole<Source: FixedWidthInteger & BitwiseCopyable, Target: BitwiseCopyable>(
    _ source: Source.Type, _ exactly: (Source) -> Target?
  ) throws(FileError) -> Storage {
    try converted(source) { (x, index) throws(FileError) in
      if let number = exactly(x) { return number }
      throw origin.malformed("element \(index) is \(x), which \(Target.self) does not hold")
    }
  }

  /// For float32 and float64.
  private func narrowed(_ bits: (Double) -> UInt16) throws(FileError) -> Storage {
    if type == .float32 { return try converted(Float.self) { x, _ in bits(Double(x)) } }
    return try converted(Double.self) { x, _ in bits(x) }
  }

  private func refusal(of type: String, _ fix: String) -> FileError {
    origin.malformed("holds \(self.type.rawValue), not \(type); \(fix)")
  }

  /// New memory with each element converted; the conversion gets the element and its index.
  @inline(__always)
  func converted<Source: BitwiseCopyable, Target: BitwiseCopyable>(
    _ source: Source.Type, _ convert: (Source, Int) throws(FileError) -> Target
  ) throws(FileError) -> Storage {
    let count = elementCount
    let target = try origin.memory(count * MemoryLayout<Target>.stride)
    try storage.withSpan(of: Source.self, count: count) { (from: Span<Source>) throws(FileError) in
      try target.withMutableSpan(of: Target.self, count: count) {
        (to: inout MutableSpan<Target>) throws(FileError) in
        for index in 0..<count { to[index] = try convert(from[index], index) }
      }
    }
    return target
  }
}
