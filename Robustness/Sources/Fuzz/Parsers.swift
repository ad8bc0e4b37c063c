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
  guard let archive = try? NumPy.archive(from: bytes) else { return }
  for name in archive.names {
    if let tensor = try? archive.load(name) { checkNumbers(tensor) }
  }
}

func readSafetensors(_ bytes: [UInt8]) {
  guard let file = try? Safetensors.read(from: bytes) else { return }
  for name in file.names {
    guard let tensor = try? file.load(name) else { continue }
    precondition(tensor.shape == file.shape(of: name))
    checkNumbers(tensor)
  }
}

func readModel(_ bytes: [UInt8]) {
  guard let file = try? ModelFile.load(from: bytes) else { return }
  _ = try? file.makeModel()
}

private func checkNumbers(_ tensor: StoredTensor) {
  // Double does not hold all numbers of 64 bits.
  guard let numbers = try? tensor.tensor(as: Double.self) else {
    return precondition(tensor.type == .int64 || tensor.type == .uint64)
  }
  precondition(numbers.shape == tensor.shape && numbers.scalars.count == tensor.elementCount)
}
