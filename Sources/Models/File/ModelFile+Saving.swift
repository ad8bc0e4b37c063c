// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

extension ModelFile {
  /// Writes the file in place of an old one, if there is one: whole, or not at all, also if the
  /// program is killed or the disk is full.
  ///
  /// Everything is checked before anything is written, with the checks of `load`: what is saved
  /// loads. Throws if parts do not fit together (the architecture and the weights, the classes and
  /// the outputs, the columns and the inputs), a layer could not be made again, a number of the
  /// preprocessing or of the optimizer's state is none to go on with, or the file cannot be
  /// written. Weights that are not finite are saved as they are; a number of the summary that is
  /// not finite becomes null.
  public func save(to path: String) throws(FileError) {
    let check = FileCheck(kind: .unwritable, file: path)
    try self.check(check)
    var tensors = weights
    for prefix in [ModelFile.optimizerPrefix, ModelFile.trainingPrefix] {
      for name in weights.names where name.dropping(prefix: prefix) != nil {
        throw check.error(name, "no path of a weight may start with \(prefix)")
      }
    }
    for (name, tensor) in optimizer?.numbers ?? [:] {
      tensors.add(ModelFile.optimizerPrefix + name, tensor)
    }
    for (name, tensor) in training?.tensors ?? [:] {
      tensors.add(ModelFile.trainingPrefix + name, tensor)
    }
    var metadata = ["format": "pullback", "version": "\(ModelFile.version)"]
    for (key, value) in values { metadata[key] = try text(of: value, at: key, check) }
    try Safetensors.write(tensors, metadata: metadata, to: path)
  }

  /// What the metadata holds beside its version.
  private var values: [String: JSON] {
    var values = ["summary": summary]
    values["architecture"] = architecture?.json
    values["preprocessing"] = preprocessing?.json
    if !classNames.isEmpty { values["classNames"] = .array(classNames.map(JSON.string)) }
    values["optimizer"] = optimizer?.json
    values["training"] = training?.json
    if !randomKeys.isEmpty {
      let keys = randomKeys.sorted { $0.key < $1.key }.map {
        // As hexadecimal digits: JSON's numbers are Doubles to many readers.
        JSON.Member($0.key, .string(String($0.value.bits, radix: 16)))
      }
      values["randomKeys"] = .object(keys)
    }
    return values
  }

  /// A value as text; throws unless it can be read again: no key twice, not too deep, not too much.
  private func text(
    of value: JSON, at key: String, _ check: FileCheck
  ) throws(FileError) -> String {
    guard !value.isDeeper(than: ModelFile.deepestValue) else {
      throw check.error(key, "values nested too deep")
    }
    let text = "\(value)"
    do throws(FileError) {
      _ = try JSON(parsing: text)
    } catch {
      throw check.error(key, error.problem)
    }
    return text
  }

  /// What readers of JSON take.
  static let deepestValue = 64
}

extension JSON {
  /// Ends early: a text of such a value would use up the stack.
  func isDeeper(than depth: Int) -> Bool {
    if depth < 0 { return true }
    return switch self {
    case .array(let elements): elements.contains { $0.isDeeper(than: depth - 1) }
    case .object(let members): members.contains { $0.value.isDeeper(than: depth - 1) }
    case .null, .bool, .integer, .number, .string: false
    }
  }
}
