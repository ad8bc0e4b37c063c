// SPDX-License-Identifier: Apache-2.0

// What the scripts that try the file formats from outside run:
//   Trial save PATH NUMBER BYTES   saves a model of so many bytes, all weights of which are NUMBER
//   Trial loop PATH NUMBER BYTES   does so again and again, with the next NUMBER each time
//   Trial check PATH               says which NUMBER a model was saved with; it must be whole
//   Trial convert FROM TO          writes the tensors of one file to another
//   Trial hard-arrays              lists kinds of files that are hard to read in little memory
//   Trial hard-array KIND PATH     writes one
//   Trial bounds PATH              reads a file; takes at most four times its size and 64 MiB
//   Trial table PATH               reads a table and says how much memory it took at most
// Exit codes: 64 for wrong usage, 65 for a file that is not what it should be, 74 if a file cannot
// be written.

import Foundation
import Pullback

/// Ends the program with a message.
func fail(_ status: Int32, _ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(status)
}

let arguments = Array(CommandLine.arguments.dropFirst())
do {
  switch (arguments.first, arguments.count) {
  case ("save", 4): try saveModel(arguments[1], Int(arguments[2])!, byteCount: Int(arguments[3])!)
  case ("loop", 4):
    var number = Int(arguments[2])!
    while true {
      try saveModel(arguments[1], number, byteCount: Int(arguments[3])!)
      number += 1
    }
  case ("check", 2): print(try numberOfModel(arguments[1]))
  case ("convert", 3): try convert(arguments[1], to: arguments[2])
  case ("hard-arrays", 1): print(hardArrays.map(\.kind).joined(separator: "\n"))
  case ("hard-array", 3):
    guard let kind = hardArrays.first(where: { $0.kind == arguments[1] }) else {
      fail(64, "no kind \(arguments[1])")
    }
    try kind.make(arguments[2])
  case ("bounds", 2): try readWithinBounds(arguments[1])
  case ("table", 2): measureTable(arguments[1])
  default:
    fail(
      64,
      "save PATH NUMBER BYTES | loop PATH NUMBER BYTES | check PATH | convert FROM TO | "
        + "hard-arrays | hard-array KIND PATH | bounds PATH | table PATH")
  }
} catch let error as FileError {
  fail(error.kind == .unwritable ? 74 : 65, error.description)
}
