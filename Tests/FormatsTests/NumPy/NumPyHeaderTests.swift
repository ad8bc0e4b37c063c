// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Headers that NumPy 2.4 reads, as tried with `numpy.load`: other programs write them so.
struct NumPyHeaderTests {
  @Test(arguments: [
    ("f4", StoredType.float32), ("=f4", .float32), ("|f4", .float32), ("<f", .float32),
    ("float32", .float32), ("d", .float64), (">f8", .float64), ("float64", .float64),
    ("e", .float16), (">f2", .float16), ("i", .int32), (">i4", .int32), ("int32", .int32),
    ("<q", .int64), ("int64", .int64), ("h", .int16), ("b", .int8), ("|i1", .int8),
    ("<i1", .int8), ("Q", .uint64), (">u4", .uint32), ("I", .uint32), ("H", .uint16),
    ("<u1", .uint8), ("B", .uint8), ("uint8", .uint8), ("?", .bool), ("<?", .bool),
    (">b1", .bool), ("b1", .bool), ("bool", .bool),
  ])
  func elementTypes(text: String, type: StoredType) throws {
    var one = [UInt8](repeating: 0, count: type.byteCount)
    // The least significant byte of an integer.
    one[text.hasPrefix(">") ? one.count - 1 : 0] = 1
    let array = try NumPy.load(from: npyBytes(shape: "(1,)", one, type: text))
    #expect(array.type == type)
    if ![.float64, .float32, .float16].contains(type) {
      #expect(try array.tensor(as: Float.self).scalars == [1])
    }
  }

  @Test(arguments: [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
    "{u'descr': u'<f4', u'fortran_order': False, u'shape': (1L,)}",
    "{\"shape\":(1,),\"fortran_order\":True,\"descr\":\"<f4\"}",
    " {'descr': '<f4',\r\n 'fortran_order': False,\u{C}\t'shape': (1,)}\r\n",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
      + String(repeating: " ", count: 9000),
  ])
  func forms(header: String) throws {
    let bytes = npyBytes(header, [0, 0, 0x80, 0x3F])
    #expect(try NumPy.load(from: bytes, name: header).scalars(as: Float.self) == [1])
  }

  @Test func noLineEndIsNeeded() throws {
    let text = Array("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}".utf8)
    let start: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(text.count), 0]
    #expect(try NumPy.load(from: start + text + [4, 5]).scalars(as: UInt8.self) == [4, 5])
  }

  /// Reports b01 (cnpy#7, cnpy#5) and b04: numbers as NumPy prints them.
  @Test func columnsFirstAndScalars() throws {
    let columns = npyBytes(
      "{'descr': '>i2', 'fortran_order': True, 'shape': (3, 2), }",
      [0, 0, 0, 2, 0, 4, 0, 1, 0, 3, 0, 5])
    #expect(try NumPy.load(from: columns).scalars(as: Int16.self) == [0, 1, 2, 3, 4, 5])
    let scalar = try NumPy.load(
      from: npyBytes(shape: "()", [0, 0, 0, 0, 0, 0, 4, 0x40], type: "<f8"))
    #expect(try scalar.shape == [] && scalar.scalars() == [2.5])
    #expect(try NumPy.load(from: npyBytes(shape: "(0, 3)")).shape == [0, 3])
  }
}
