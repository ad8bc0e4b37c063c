// SPDX-License-Identifier: Apache-2.0

// Fuzz PARSER [libFuzzer's arguments]: gives a parser bytes that libFuzzer makes up, guided by what
// they reach. A trap, an access out of bounds or a failed precondition is a finding.

let parsers: [String: @Sendable ([UInt8]) -> Void] = [
  "csv": readTable, "idx": readIDX, "npy": readArray, "npz": readArchive,
  "safetensors": readSafetensors, "json": readJSON, "model": readModel,
]
var arguments = CommandLine.arguments
guard arguments.count > 1, let parser = parsers[arguments.remove(at: 1)] else {
  fatalError("the first argument is one of " + parsers.keys.sorted().joined(separator: ", "))
}
chosen = parser
let status = run(arguments) { start, count in
  // libFuzzer's own bytes: `count` of them, for the time of the call.
  chosen(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
precondition(status == 0)
