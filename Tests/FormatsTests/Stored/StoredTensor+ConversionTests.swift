// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct ConversionTests {
  @Test func everyHalfComesBack() throws {
    // All 65,536 patterns: exact as Float, so rounding gives the pattern back.
    let bits = (0...UInt16.max).map { $0 }
    for type in [StoredType.float16, .bfloat16] {
      let name = type == .float16 ? "F16" : "BF16"
      let json = #"{"x":{"dtype":"\#(name)","shape":[65536],"data_offsets":[0,131072]}}"#
      let bytes = safetensorsBytes(json) + bits.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
      let wide = try Safetensors.read(from: bytes).load("x", as: Float.self)
      let again = try StoredTensor(wide, as: type).tensor(as: Float.self).scalars
      for (number, same) in zip(wide.scalars, again) {
        #expect(number.isNaN ? same.isNaN : number.bitPattern == same.bitPattern)
      }
    }
  }

  #if !(os(macOS) && arch(x86_64))
    @Test func halvesRoundAsTheStandardLibraryDoes() throws {
      var numbers: [Double] = [
        65519.99, 65520, 1e300, 2e-8, 2.98e-8, 2.9802322387695312e-8, .leastNonzeroMagnitude,
        1 + 0x1p-11,
        1 + 0x3p-11, 1 + 0x1p-11 + 0x1p-40, 0, -0.0,
      ]
      for exponent in -30...20 {
        for step in 0..<40 {
          numbers.append(
            Double(sign: .minus, exponent: exponent, significand: 1 + 0.0253 * Double(step)))
        }
      }
      let halves = try StoredTensor(Tensor(numbers), as: .float16).tensor(as: Float.self).scalars
      for (number, half) in zip(numbers, halves) {
        #expect(Float(Float16(number)) == half, "\(number)")
      }
    }
  #endif

  @Test func integersThatDoNotFitAreNamed() throws {
    let wide = StoredTensor(shape: [2], scalars: [Int64(7), 3_000_000_000])
    let error = #expect(throws: FileError.self) { try wide.tensor(as: Int32.self) }
    #expect(
      error?.problem == "element 1 is 3000000000, which Int32 does not hold")
    #expect(try wide.tensor(as: Double.self).scalars == [7, 3e9])
    #expect(try wide.tensor(as: Float.self).scalars == [7, 3e9])
  }

  @Test func allNumbersBecomeFloats() throws {
    func check<Scalar: StoredScalar & Equatable>(_ scalars: [Scalar], _ numbers: [Double]) throws {
      let stored = StoredTensor(shape: [scalars.count], scalars: scalars)
      #expect(try stored.scalars(as: Scalar.self) == scalars)
      #expect(try stored.tensor(as: Double.self).scalars == numbers)
      #expect(try stored.tensor(as: Float.self).scalars == numbers.map { Float($0) })
    }
    try check([Double(1.5), -2], [1.5, -2])
    try check([Float(1.5), -2], [1.5, -2])
    try check([Int64.min, 3], [-0x1p63, 3])
    try check([Int32.min, 3], [-0x1p31, 3])
    try check([Int16.min, 3], [-32768, 3])
    try check([Int8.min, 3], [-128, 3])
    try check([UInt64(1) << 63, 3], [0x1p63, 3])
    try check([UInt32.max - 255, 3], [4_294_967_040, 3])
    try check([UInt16.max, 3], [65535, 3])
    try check([UInt8.max, 3], [255, 3])
    try check([true, false], [1, 0])
  }

  /// A whole number that would become another one is named: Float holds all up to 2^24, Double up
  /// to 2^53.
  @Test func integersAreNotRounded() throws {
    func check<Scalar: StoredScalar & FixedWidthInteger, Target: TensorScalar>(
      _ number: Scalar, _: Target.Type
    ) {
      let stored = StoredTensor(shape: [2], scalars: [0, number])
      let error = #expect(throws: FileError.self) { try stored.tensor(as: Target.self) }
      #expect(error?.problem == "element 1 is \(number), which \(Target.self) does not hold")
    }
    check(Int64(16_777_217), Float.self)
    check(Int32(-16_777_217), Float.self)
    check(UInt64.max, Float.self)
    check(UInt32.max, Float.self)
    check(Int64.max, Double.self)
    check(UInt64.max, Double.self)
    check(Int64(1 << 53 + 1), Double.self)
    let idx = try IDX.load(from: [0, 0, 0x0C, 1, 0, 0, 0, 1, 1, 0, 0, 1], name: "ids.idx")
    let error = #expect(throws: FileError.self) { try idx.tensor(as: Float.self) }
    #expect(error?.description == "ids.idx: element 0 is 16777217, which Float does not hold")
    #expect(try idx.tensor(as: Double.self).scalars == [16_777_217])
    #expect(try idx.tensor(as: Int32.self).scalars == [16_777_217])
  }

  @Test func smallIntegersBecomeInt32() throws {
    func check<Scalar: StoredScalar>(_ scalars: [Scalar], _ numbers: [Int32]) throws {
      let stored = StoredTensor(shape: [scalars.count], scalars: scalars)
      #expect(try stored.tensor(as: Int32.self).scalars == numbers)
    }
    try check([Int64(-5), 3], [-5, 3])
    try check([Int32(-5), 3], [-5, 3])
    try check([Int16(-5), 3], [-5, 3])
    try check([Int8(-5), 3], [-5, 3])
    try check([UInt64(5), 3], [5, 3])
    try check([UInt32(5), 3], [5, 3])
    try check([UInt16(5), 3], [5, 3])
    try check([UInt8(5), 3], [5, 3])
    try check([true, false], [1, 0])
  }

  @Test func whatIsNoSuchNumberIsRefused() throws {
    let floats = Tensor<Float>([1]).stored
    #expect(throws: FileError.self) { try floats.tensor(as: Int32.self) }
    #expect(throws: FileError.self) { try floats.tensor(as: Bool.self) }
    #expect(throws: FileError.self) { try floats.scalars(as: Double.self) }
  }
}
