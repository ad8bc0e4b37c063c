// SPDX-License-Identifier: Apache-2.0

import PullbackTestSupport

/// A public function, method, property or operator of tensors, read off the sources.
struct DeclaredOperation: Sendable {
  /// With its labels, but for the caller's file and line: "sum(along:keepingAxes:)", "isNaN".
  let name: String
  let place: String

  static let all: [DeclaredOperation] = SourceFile.sources
    .filter { $0.module == "Tensors" && $0.folder != "Shapes" }
    .flatMap(operations)

  /// Those of free functions and in extensions of tensors: other types are keys, steps of
  /// an index, rules.
  private static func operations(in file: SourceFile) -> [DeclaredOperation] {
    var found: [DeclaredOperation] = [], type: Substring?, isUnavailable = false
    for (number, line) in file.lines.enumerated() {
      if line == "}" { type = nil }
      if let declared = declaredType(line) { type = declared }
      let text = line.drop { $0 == " " }
      if text.hasPrefix("@available(*, unavailable") { isUnavailable = true }
      guard text.hasPrefix("public ") else { continue }
      let ofTensors = type == nil || type == "Tensor" || type == "TensorOperand"
      if ofTensors, !isUnavailable, let name = name(file.lines[number...]) {
        found.append(DeclaredOperation(name: name, place: "\(file.path):\(number + 1)"))
      }
      isUnavailable = false
    }
    return found
  }

  /// What a line at the margin extends or declares.
  private static func declaredType(_ line: String) -> Substring? {
    let kinds = ["extension ", "public struct ", "public enum ", "public protocol "]
    guard let kind = kinds.first(where: line.hasPrefix) else { return nil }
    return line.dropFirst(kind.count).prefix { $0.isLetter || $0.isNumber }
  }

  /// The name of what the first of these lines declares; nil if that is a type or an extension.
  private static func name(_ lines: ArraySlice<String>) -> String? {
    // As far as the parentheses of the parameters reach.
    let text = lines.prefix(12).joined(separator: " ")
    let first = text.split(separator: " ").drop {
      ["public", "static", "prefix", "mutating"].contains($0)
    }
    guard let kind = first.first else { return nil }
    if kind == "var" { return first.dropFirst().first.map { String($0.prefix { $0 != ":" }) } }
    let isFunction = kind == "func"
    guard isFunction || kind.hasPrefix("init") || kind.hasPrefix("subscript") else { return nil }
    let declared = text[(isFunction ? first.dropFirst().first! : kind).startIndex...]
    let base = declared.prefix { $0.isLetter || $0.isNumber }
    let isOperator = base.isEmpty
    let name = isOperator ? declared.prefix { $0 != " " } : base
    guard let parameters = parameters(declared.dropFirst(name.count)) else { return nil }
    let labels = parameters.compactMap { parameter -> String? in
      let words = parameter.prefix { $0 != ":" }.split(separator: " ")
      let isUnlabelled = isOperator || kind.hasPrefix("subscript") && words.count < 2
      let label = isUnlabelled ? "_" : words[0]
      return label == "file" || label == "line" ? nil : "\(label):"
    }
    return "\(name)(\(labels.joined()))"
  }

  /// What stands between commas in the first parentheses.
  private static func parameters(_ text: Substring) -> [Substring]? {
    var depth = 0, start: String.Index?, parameters: [Substring] = []
    for place in text.indices {
      switch text[place] {
      case "(" where start == nil: start = text.index(after: place)
      case "(", "[", "{": depth += 1
      case ")" where depth == 0, "," where depth == 0 && start != nil:
        if let begin = start { parameters.append(text[begin..<place]) }
        if text[place] == ")" { return parameters.filter { $0.contains(":") } }
        start = text.index(after: place)
      case ")", "]", "}": depth -= 1
      default: break
      }
    }
    return nil
  }
}
