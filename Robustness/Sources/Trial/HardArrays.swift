// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback

/// Files of safetensors, NumPy and JSON that are hard to read in little memory: much of what takes
/// few bytes in a file, and claims that nothing stands behind. Each kind is up to 90 MB.
let hardArrays: [(kind: String, make: @Sendable (String) throws -> Void)] = [
  (
    "many-tensors.safetensors",
    { path in
      try writeHeader(path, count: 1_500_000) {
        #""\#($0)":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}"#
      }
    }
  ),
  (
    "many-texts.safetensors",
    { path in
      try writeHeader(path, "{\"__metadata__\":{", count: 6_000_000, "}}") { #""\#($0)":"""# }
    }
  ),
  (
    "long-names.safetensors",
    { path in
      try writeHeader(path, count: 900) {
        let name = "\($0)" + String(repeating: "é\\n", count: 24_000)
        return #""\#(name)":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}"#
      }
    }
  ),
  ("long-name.safetensors", { try writeHeader($0, "{\"" + long + "\":1}") }),
  (
    "long-text.safetensors",
    { try writeHeader($0, "{\"__metadata__\":{\"a\":\"" + long + "\"}}") }
  ),
  ("long-number.safetensors", { try writeHeader($0, "{\"a\":{\"shape\":[" + digits + "]}}") }),
  (
    "nested.safetensors",
    { try writeHeader($0, "{\"a\":{\"shape\":" + String(repeating: "[", count: 90_000_000)) }
  ),
  ("blanks.safetensors", { try writeHeader($0, "{" + blanks + "}") }),
  // Models: a tensor for each name, and JSON in a text of the header.
  (
    "many-weights-model.safetensors",
    { path in
      let start = #"{"__metadata__":{"format":"pullback","version":"1"},"#
      try writeHeader(path, start, count: 1_400_000, "}") {
        #""\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
      }
    }
  ),
  ("wide-model.safetensors", { try writeModel($0, "{\"a\":[" + commas + "0]}") }),
  (
    "nested-model.safetensors",
    { try writeModel($0, "{\"a\":[" + String(repeating: "[[[]]],", count: 11_000_000) + "0]}") }
  ),
  ("text-model.safetensors", { try writeModel($0, "{\"a\":\"" + blanks + "\"}") }),
  ("wide.json", { try write($0, "[" + commas + "0]") }),
  (
    "objects.json",
    { try write($0, "[" + String(repeating: "{\"a\":{}},", count: 10_000_000) + "0]") }
  ),
  (
    "members.json",
    { path in
      let members = (0..<6_000_000).map { "\"\($0)\":0" }.joined(separator: ",")
      try write(path, "{" + members + "}")
    }
  ),
  (
    "texts.json",
    { path in
      let text = "\"" + String(repeating: "a", count: 16) + "\","
      try write(path, "[" + String(repeating: text, count: 4_500_000) + "0]")
    }
  ),
  ("text.json", { try write($0, "\"" + long + "\"") }),
  (
    "many-members.npz",
    { path in try writeArchive(path, count: 300_000) { ("\($0).npy", smallArray) } }
  ),
  ("empty-members.npz", { try writeArchive($0, count: 1_000_000) { ("\($0)", []) } }),
  (
    "long-names.npz",
    { path in
      let ending = String(repeating: "n", count: 30_000)
      try writeArchive(path, count: 1500) { ("\($0)" + ending, []) }
    }
  ),
  (
    // 250 KB that hold 256 MB.
    "zeros.npz",
    { try NumPy.save(["a": Tensor<Float>.zeros([1 << 26])], to: $0, compressed: true) }
  ),
  ("large.npz", { try NumPy.save(["a": Tensor<Float>.zeros([1 << 24])], to: $0) }),
]

private let long = String(repeating: "aé\\n\\u00e9", count: 8_000_000)
private let digits = String(repeating: "1", count: 90_000_000)
private let blanks = String(repeating: " ", count: 90_000_000)
private let commas = String(repeating: "0,", count: 45_000_000)

private let smallArray: [UInt8] = {
  let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }\n"
  return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8) + [7]
}()

private func bytes(_ number: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

private func write(_ path: String, _ text: String) throws {
  try Data(text.utf8).write(to: URL(filePath: path))
}

private func writeHeader(_ path: String, _ json: String) throws {
  try Data(bytes(json.utf8.count, 8) + Array(json.utf8)).write(to: URL(filePath: path))
}

private func writeHeader(
  _ path: String, _ start: String = "{", count: Int, _ end: String = "}", _ member: (Int) -> String
) throws {
  var json = start
  for index in 0..<count { json += (index > 0 ? "," : "") + member(index) }
  try writeHeader(path, json + end)
}

private func writeModel(_ path: String, _ summary: String) throws {
  let metadata = ["format": "pullback", "version": "1", "summary": summary]
  try Safetensors.write(["w": Tensor<Float>([1])], metadata: metadata, to: path)
}

/// A zip archive of stored members, whose checksums are those of `smallArray` or of nothing.
private func writeArchive(
  _ path: String, count: Int, _ member: (Int) -> (name: String, content: [UInt8])
) throws {
  var file = Data(), directory = Data()
  for index in 0..<count {
    let (name, content) = member(index)
    let middle =
      bytes(20, 2) + bytes(0, 8) + bytes(checksum(content), 4) + bytes(content.count, 4)
      + bytes(content.count, 4) + bytes(name.utf8.count, 2) + bytes(0, 2)
    directory += bytes(0x0201_4B50, 4) + bytes(20, 2) + middle + bytes(0, 10) + bytes(file.count, 4)
    directory += Array(name.utf8)
    file += bytes(0x0403_4B50, 4) + middle + Array(name.utf8) + content
  }
  let end = file.count
  file += directory
  let record = file.count
  file += bytes(0x0606_4B50, 4) + bytes(44, 8) + bytes(0x2D_002D, 4) + bytes(0, 8)
  for number in [count, count, directory.count, end] { file += bytes(number, 8) }
  file += bytes(0x0706_4B50, 4) + bytes(0, 4) + bytes(record, 8) + bytes(1, 4)
  file += bytes(0x0605_4B50, 4) + bytes(0, 4) + bytes(0xFFFF_FFFF, 4)
  file += bytes(directory.count, 4) + bytes(end, 4) + bytes(0, 2)
  try file.write(to: URL(filePath: path))
}

/// CRC-32, bit by bit.
private func checksum(_ bytes: [UInt8]) -> Int {
  var state = ~UInt32(0)
  for byte in bytes {
    state ^= UInt32(byte)
    for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
  }
  return Int(~state)
}
