// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

extension ModelFile: CustomStringConvertible {
  /// What the file holds, a line each.
  public var description: String {
    let numbers = weights.reduce(0) { $0 + $1.tensor.elementCount }
    var lines = ["\(file): \(counted(weights.count, "weight")), \(counted(numbers, "number"))"]
    lines += weights.prefix(40).map { "  \($0.name.shortened) \($0.tensor)" }
    if weights.count > 40 { lines.append("  and \(weights.count - 40) more") }
    if let architecture { lines.append("architecture: \(architecture)") }
    if let preprocessing {
      lines.append("preprocessing:")
      lines += "\(preprocessing)".split(separator: "\n").map { "  \($0)" }
    }
    if !classNames.isEmpty { lines.append("classes: \(listed(classNames))") }
    if summary != [:] { lines.append("summary: \(summary)") }
    if let optimizer { lines.append("optimizer: \(optimizer)") }
    if let progress = training?.progress {
      lines.append(
        "training: \(counted(progress.epoch, "epoch")), \(counted(progress.step, "step"))")
    }
    if !randomKeys.isEmpty {
      lines.append("random keys: \(listed(randomKeys.keys.sorted()))")
    }
    return lines.joined(separator: "\n")
  }
}

extension Architecture: CustomStringConvertible {
  /// Kinds and settings: "[linear(inputs: 4, outputs: 3, bias: true), relu]".
  public var description: String { json.layerSummary }
}

extension JSON {
  /// A layer, or a value of its settings, as messages show it.
  var layerSummary: String {
    switch self {
    case .array(let elements):
      return "[" + elements.map(\.layerSummary).joined(separator: ", ") + "]"
    case .object(let members):
      guard case .string(let kind)? = self["type"] else { return "\(self)" }
      let settings = members.filter { $0.name != "type" }.map {
        "\($0.name.shortened): \($0.value.layerSummary)"
      }
      return kind.shortened + (settings.isEmpty ? "" : "(\(settings.joined(separator: ", ")))")
    case .string(let text): return text.quoted
    case .null, .bool, .integer, .number: return "\(self)"
    }
  }
}

extension OptimizerState: CustomStringConvertible {
  /// The rules, the settings with the digits of Float that they are used with, and the steps taken.
  public var description: String {
    let rules = groups.map { group in
      let words = group.settings.sorted { $0.key < $1.key }.map {
        "\($0.key.shortened): \(Float($0.value))"
      }
      return "\(group.kind.shortened)(\(words.joined(separator: ", ")))"
    }
    return "\(rules.joined(separator: " and ")) after \(counted(stepCount, "step"))"
  }
}
