// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

extension ModelFile {
  /// Writes the file in place of an old one, if there is one: whole, or not at all, also if the
  /// program is killed or the disk is full.
  ///
  /// Everything is checked before anything is written. Throws if the architecture has other weights
  /// than the model, a number of the preprocessing is not finite, or the file cannot be written.
  public func save(to path: String) throws(FileError) {
    try check(for: path)
    var tensors = weights
    for (name, tensor) in optimizer?.numbers ?? [:] {
      tensors.add(ModelFile.optimizerPrefix + name, tensor)
    }
    try Safetensors.write(tensors, metadata: metadata, to: path)
  }

  private var metadata: [String: String] {
    var metadata = [
      "format": "pullback", "version": "\(ModelFile.version)", "summary": "\(summary)",
    ]
    metadata["architecture"] = architecture.map { "\($0.json)" }
    metadata["preprocessing"] = preprocessing.map { "\($0.json)" }
    if !classNames.isEmpty {
      metadata["classNames"] = "\(JSON.array(classNames.map(JSON.string)))"
    }
    metadata["optimizer"] = optimizer.map { "\($0.json)" }
    if !randomKeys.isEmpty {
      let keys = randomKeys.sorted { $0.key < $1.key }.map {
        // As hexadecimal digits: JSON's numbers are Doubles to many readers.
        JSON.Member($0.key, .string(String($0.value.bits, radix: 16)))
      }
      metadata["randomKeys"] = "\(JSON.object(keys))"
    }
    return metadata
  }

  private func check(for path: String) throws(FileError) {
    if let name = weights.names.first(where: { $0.hasPrefix(ModelFile.optimizerPrefix) }) {
      throw FileError(
        .unwritable, in: path, at: .part(name), "no path of a weight may start with optimizer/")
    }
    guard case .object = summary else {
      throw FileError(.unwritable, in: path, "the summary is no JSON object")
    }
    try preprocessing?.check(for: path)
    if let architecture {
      let model = Sequential(architecture)
      do throws(FileError) {
        _ = try Assignment(model.parameters.distinctPaths, from: weights, file: path)
      } catch {
        throw FileError(
          .unwritable, in: path, at: error.place,
          "the architecture is not the model's: \(error.problem)")
      }
    }
  }
}
