// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback

// Whatever loads can be used, and is the same when it has been saved and loaded again.

/// A layer as a user would write it: w (x + f(x)).
private struct Residual: StoredLayer {
  static let kind = "residual"
  let inner: any Layer<Tensor<Float>, Tensor<Float>>
  let weight: Parameter
  let name: String

  init(settings: LayerSettings) throws {
    inner = try settings.layer("inner")
    weight = Parameter(shape: try settings.shape("extents"), .constant(1))
    name = try settings.text("name")
    guard let stored = inner as? any StoredLayer, stored.inputCount == stored.outputCount,
      weight.shape.allSatisfy({ $0 == 1 })
    else { throw LayerError("a layer that keeps the shape expected") }
  }

  var parameters: Parameters { ["inner": inner, "weight": weight] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { (x + inner(x)) * weight.value.sum() }

  var settings: LayerSettings {
    [
      "extents": .list(weight.shape.map { .integer($0) }), "name": .text(name),
      "inner": .layer(inner),
    ]
  }
  var lastAxis: LastAxis { (inner as? any StoredLayer)?.lastAxis ?? .unknown }
}

/// Uses a model for what its file is for: it describes itself, predicts, goes on with training for
/// two steps and is saved.
func readModel(_ bytes: [UInt8]) {
  for bytes in [bytes, withLengthOfHeader(bytes)] {
    if let file = try? ModelFile.load(from: bytes, layers: [Residual.self]) { use(file) }
  }
}

/// The file with the length of its header as it is: most changes leave another one than the file
/// says, and nothing behind the header would ever be reached.
func withLengthOfHeader(_ bytes: [UInt8]) -> [UInt8] {
  var depth = 0, isText = false, index = 8
  while index < bytes.count {
    switch Unicode.Scalar(bytes[index]) {
    case "\"": isText.toggle()
    case "\\" where isText: index += 1
    case "{" where !isText: depth += 1
    case "}" where !isText: depth -= 1
    default: break
    }
    index += 1
    if depth == 0 { break }
  }
  while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
  let length = min(index, bytes.count) - 8
  if length <= 0 { return bytes }
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + bytes.dropFirst(8)
}

private func use(_ file: ModelFile) {
  precondition(!"\(file)".isEmpty)
  saveAndLoad(file)
  guard file.architecture != nil else { return }
  // Whatever the file holds is a model; most are a `Sequential`.
  _ = try! file.makeModel(as: (any StoredLayer).self)
  guard let model = try? file.makeModel() else { return }
  let columns = model.inputCount ?? 2
  let y = model(Tensor<Float>.uniform([2, columns], key: RandomKey(seed: 1)))
  precondition(y.scalars.count == y.shape.elementCount)
  guard !model.parameters.isEmpty,
    let optimizer = try? file.makeOptimizer(for: model.parameters)
  else { return }
  for key in RandomKey(seed: 2).split(into: 2) {
    optimizer.minimize(
      Pass.training(key: key) {
        model(Tensor<Float>.uniform([2, columns], key: key)).squared().mean()
      })
  }
  let trained = ModelFile(
    model, preprocessing: file.preprocessing, classNames: file.classNames, summary: file.summary,
    optimizer: optimizer,
    randomKeys: file.randomKeys)
  // Training may diverge: such numbers are not saved.
  let numbers = OptimizerState(of: optimizer).numbers
  if numbers.allSatisfy({ Bool(isFinite(try! $0.tensor.tensor())) }) { saveAndLoad(trained) }
}

private func isFinite(_ x: Tensor<Float>) -> Tensor<Bool> { (abs(x) .< .infinity).all() }

private let path = FileManager.default.temporaryDirectory
  .appending(path: "pullback-fuzz-\(ProcessInfo.processInfo.processIdentifier).safetensors").path

private func saveAndLoad(_ file: ModelFile) {
  try! file.save(to: path)
  let again = try! ModelFile.load(at: path, layers: [Residual.self])
  try! FileManager.default.removeItem(atPath: path)
  precondition(again.architecture == file.architecture)
  precondition(again.preprocessing == file.preprocessing)
  precondition(again.classNames == file.classNames && again.randomKeys == file.randomKeys)
  precondition("\(again.summary)" == "\(file.summary)")
  precondition(again.optimizer.map { "\($0)" } == file.optimizer.map { "\($0)" })
  precondition(isSame(again.weights, file.weights))
  precondition(isSame(again.optimizer?.numbers ?? [:], file.optimizer?.numbers ?? [:]))
}

private func isSame(_ left: NamedTensors, _ right: NamedTensors) -> Bool {
  left.count == right.count
    && left.allSatisfy { name, tensor in
      guard let other = right[name], other.type == tensor.type, other.shape == tensor.shape
      else { return false }
      func bits(_ tensor: StoredTensor) -> [UInt64] {
        try! tensor.tensor(as: Double.self).scalars.map(\.bitPattern)
      }
      return bits(tensor) == bits(other)
    }
}
