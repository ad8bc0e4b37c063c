// SPDX-License-Identifier: Apache-2.0

import Pullback

// Any bytes are what the format says, or an error. What loads keeps its promises.

/// A table read again with its own types asked for is the same table.
func readTable(_ bytes: [UInt8]) {
  guard let table = try? CSV.table(from: bytes) else { return }
  // Names of different bytes may be equal to Swift.
  let types = Dictionary(table.columns.map { ($0.name, $0.kind) }) { kind, _ in kind }
  let again = try? CSV.table(from: bytes, types: types)
  precondition(again?.rowCount == table.rowCount)
  for column in table.columns {
    precondition(again?[column.name]?.missingCount == column.missingCount)
    switch column.values {
    case .numeric(let numbers): precondition(numbers.count == table.rowCount)
    case .categorical(let codes, let categories):
      precondition(codes.count == table.rowCount)
      precondition(codes.allSatisfy { $0 >= -1 && $0 < categories.count })
    }
  }
}

func readIDX(_ bytes: [UInt8]) {
  guard let tensor = try? IDX.load(from: bytes) else { return }
  checkNumbers(tensor)
}

func readArray(_ bytes: [UInt8]) {
  guard let tensor = try? NumPy.load(from: bytes) else { return }
  checkNumbers(tensor)
}

func readArchive(_ bytes: [UInt8]) {
  // Compressed bytes may be a thousand times as many: as much as the fuzzer allows for.
  guard let archive = try? NumPy.archive(from: bytes, arraysUpTo: 8 << 20) else { return }
  precondition(Set(archive.names.map { Array($0.utf8) }).count == archive.names.count)
  for name in archive.names {
    if let tensor = try? archive.load(name) { checkNumbers(tensor) }
  }
}

func readSafetensors(_ bytes: [UInt8]) {
  for bytes in [bytes, withLengthOfHeader(bytes)] {
    guard let file = try? Safetensors.read(from: bytes) else { continue }
    precondition(Set(file.names.map { Array($0.utf8) }).count == file.names.count)
    for name in file.names {
      precondition(file.shape(of: name) != nil && file.typeName(of: name) != nil)
      guard let tensor = try? file.load(name) else { continue }
      precondition(tensor.shape == file.shape(of: name))
      checkNumbers(tensor)
    }
    for (key, value) in file.metadata {
      precondition(file.metadata[key].map { Array($0.utf8) } == Array(value.utf8))
    }
  }
}

/// What is written is read again as the same, and is written the same.
func readJSON(_ bytes: [UInt8]) {
  guard let text = String(validating: bytes, as: UTF8.self), let json = try? JSON(parsing: text)
  else { return }
  let again = try! JSON(parsing: json.description)
  precondition(again == json && again.description == json.description)
}

private func checkNumbers(_ tensor: StoredTensor) {
  // Conversion to Double takes eight times the bytes of the file, as it should.
  guard tensor.elementCount <= 1 << 20 else { return }
  // Double does not hold all numbers of 64 bits.
  guard let numbers = try? tensor.tensor(as: Double.self) else {
    return precondition(tensor.type == .int64 || tensor.type == .uint64)
  }
  precondition(numbers.shape == tensor.shape && numbers.scalars.count == tensor.elementCount)
}
