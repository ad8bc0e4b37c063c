// SPDX-License-Identifier: Apache-2.0

// A web server that says which digit an image shows, while its model is trained on:
//
//   swift run -c release Server &
//   curl -d '[0, 0, 0.3, ... 64 numbers ...]' http://127.0.0.1:8080/
//
// With --self-test it asks itself, and ends.

import Foundation
import Pullback

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

let model = Sequential(Linear(64, 64), ReLU(), Linear(64, 10)).initialized(seed: 7)
let predictor = Predictor(model, inputs: [64])

/// The answer to the body of a request: JSON in, JSON out. Nothing that comes from outside
/// stops the program.
@Sendable func answer(_ body: Data) -> (status: String, body: String) {
  do {
    let pixels = try JSONDecoder().decode([Float].self, from: body)
    let logits = try predictor(row: pixels)
    let digit = logits.indices.max { logits[$0] < logits[$1] }!
    return ("200 OK", #"{"digit":\#(digit)}"#)
  } catch let error as PredictionError {
    return ("400 Bad Request", #"{"error":"\#(error)"}"#)
  } catch {
    return ("400 Bad Request", #"{"error":"send an array of 64 numbers"}"#)
  }
}

/// Reads one request from a connection, answers and closes it.
@Sendable func serve(_ connection: FileHandle) throws {
  defer { try? connection.close() }
  var request = Data()
  let end = Data("\r\n\r\n".utf8)
  while true {
    var part = [UInt8](repeating: 0, count: 1 << 12)
    // A client that is gone is an error here, where `availableData` would stop the program.
    let count = read(connection.fileDescriptor, &part, part.count)
    if count <= 0 || request.count > 1 << 16 { return }
    request += part[..<count]
    guard let head = request.range(of: end) else { continue }
    let lines = String(decoding: request[..<head.lowerBound], as: UTF8.self).lowercased()
      .components(separatedBy: "\r\n")
    let length =
      lines.first { $0.hasPrefix("content-length:") }
      .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
    let body = request[head.upperBound...]
    if body.count < length { continue }
    let (status, text) = answer(Data(body.prefix(max(length, 0))))
    let reply =
      "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)"
    return try connection.write(contentsOf: Data(reply.utf8))
  }
}

/// A socket that listens on this machine alone; nil if the port is taken. Port 0 is any free one.
func listen(on port: UInt16) -> (socket: Int32, port: UInt16)? {
  #if canImport(Darwin)
    let descriptor = socket(AF_INET, SOCK_STREAM, 0)
  #else
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  #endif
  var address = sockaddr_in(), size = socklen_t(MemoryLayout<sockaddr_in>.size)
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  let isListening = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, size) == 0 && Foundation.listen(descriptor, 64) == 0
        && getsockname(descriptor, $0, &size) == 0
    }
  }
  return isListening ? (descriptor, UInt16(bigEndian: address.sin_port)) : nil
}

/// Trains the model; after each epoch the server answers with the new weights.
@Sendable func train(epochs: Int) throws {
  let optimizer = Optimizer(AdamW(learningRate: 3e-3), for: model.parameters)
  let trainer = Trainer(model, optimizer) { softmaxCrossEntropy($0, labels: $1) }
  trainer.onEpoch = { trainer, _ in
    predictor.update(to: trainer.model)
    return .continue
  }
  try trainer.fit(Digits.training, epochs: epochs, batch: 32, seed: 7)
}

// Answering a client that is gone is an error, too, and no signal that ends the program.
signal(SIGPIPE, SIG_IGN)

let isSelfTest = CommandLine.arguments.contains("--self-test")
guard let (listener, port) = listen(on: isSelfTest ? 0 : 8080) else {
  print("port 8080 is taken")
  exit(1)
}
if !isSelfTest { print("listening on http://127.0.0.1:\(port)/") }

Thread.detachNewThread {
  while true {
    let connection = accept(listener, nil, nil)
    if connection < 0 { continue }
    let handle = FileHandle(fileDescriptor: connection, closeOnDealloc: true)
    Thread.detachNewThread { try? serve(handle) }
  }
}

/// The share of test images that the server knows, asked one by one over HTTP.
func accuracy() async throws -> Double {
  var right = 0
  let labels = Digits.test.labels.scalars, pixels = Digits.test.inputs.scalars
  for (index, label) in labels.enumerated() {
    var request = URLRequest(url: URL(string: "http://127.0.0.1:\(port)/")!)
    request.httpMethod = "POST"
    request.httpBody = try JSONEncoder().encode(Array(pixels[index * 64..<(index + 1) * 64]))
    let (data, _) = try await URLSession.shared.data(for: request)
    if String(decoding: data, as: UTF8.self) == #"{"digit":\#(label)}"# { right += 1 }
  }
  return Double(right) / Double(labels.count)
}

if isSelfTest {
  let before = try await accuracy()
  try train(epochs: 5)
  print("accuracy: \(before) -> \(try await accuracy())")
} else {
  try await Task.detached { try train(epochs: 60) }.value
  print("trained; go on asking, or end with Ctrl-C")
  while true { try await Task.sleep(for: .seconds(3600)) }
}
