// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension Derivation: CustomStringConvertible {
  /// The lines as text without colour.
  public var description: String { text() }

  /// The lines as text for a terminal.
  ///
  /// - Parameters:
  ///   - showingValues: whether each line is followed by its numbers.
  ///   - inColor: whether to use the terminal's colours.
  public func text(showingValues: Bool = false, inColor: Bool = false) -> String {
    let writer = TextWriter(derivation: self, showsValues: showingValues, inColor: inColor)
    return writer.lines.joined(separator: "\n")
  }

  /// What the checks say together.
  package var verdict: String {
    let kinked = checks.count { !$0.kinks.isEmpty }
    let wrong = checks.count { !$0.passes }
    let custom = backward.count { $0.check?.usesCustomGradient == true }
    var text =
      "Checked in Double against central differences along "
      + "\(CentralDifferences.directionCount) random directions (seed \(seed)): "
    text +=
      wrong == 0
      ? "the largest relative error of \(checks.count) lines is \(largestError.asError)."
      : "\(wrong) of \(checks.count) lines do not agree."
    if kinked > 0 {
      text +=
        " \(kinked) \(kinked == 1 ? "line is" : "lines are") at a kink, where any slope "
        + "between those of both sides counts as right."
    }
    if custom > 0 {
      text +=
        " \(custom) \(custom == 1 ? "line goes" : "lines go") through a custom gradient, "
        + "which need not be that of the function."
    }
    return text
  }
}

extension Value {
  /// The numbers, printed as NumPy prints them.
  var printed: String {
    switch elementType {
    case .float: Tensor<Float>(self).description
    case .double: Tensor<Double>(self).description
    case .int32: Tensor<Int32>(self).description
    case .bool: Tensor<Bool>(self).description
    }
  }
}

/// Lays the lines out in columns.
private struct TextWriter {
  let derivation: Derivation
  let showsValues: Bool
  let inColor: Bool

  /// Formulas beyond this push their columns to the right, so that others stay together.
  private static let widest = 56

  private enum Style: String {
    case heading = "\u{1B}[1m"
    case faint = "\u{1B}[2m"
    case good = "\u{1B}[32m"
    case doubtful = "\u{1B}[33m"
    case bad = "\u{1B}[31m"
  }

  private func styled(_ text: String, _ style: Style) -> String {
    inColor ? style.rawValue + text + "\u{1B}[0m" : text
  }

  var lines: [String] {
    let all = derivation.forward + derivation.backward
    let backward = "Backward, x.g = ∂loss/∂x"
    let width = max(
      min(all.map(\.equation.count).max() ?? 0, TextWriter.widest), backward.count - 2)
    let shapes = max(all.map(\.shape.description.count).max() ?? 0, 5)
    func row(_ equation: String, _ shape: String, _ operations: String, _ bytes: String) -> String {
      "  " + equation.filled(to: width) + "  " + shape.filled(to: shapes) + " "
        + operations.padded(to: 6) + " " + bytes.padded(to: 6)
    }
    var lines = [styled("Inputs", .heading)]
    for input in derivation.inputs {
      lines.append("  \(input.name) \(input.shape)")
      lines += values(of: input.value)
    }
    lines += ["", styled(row("", "shape", "FLOP", "bytes").replacingLead("Forward"), .heading)]
    for line in derivation.forward {
      lines.append(
        row(
          line.equation, line.shape.description, line.operations.abbreviated, line.bytes.abbreviated
        ))
      lines += values(of: line.value)
    }
    lines.append("")
    lines.append(
      styled(
        row("", "shape", "FLOP", "bytes").replacingLead(backward) + "  error",
        .heading))
    for line in derivation.backward {
      let columns = row(
        line.equation, line.shape.description, line.operations.abbreviated, line.bytes.abbreviated)
      lines.append(columns + error(line.check))
      for form in line.jacobians { lines.append(styled("    \(form.description)", .faint)) }
      lines += values(of: line.value)
    }
    lines += ["", "The Jacobians ∂y/∂x have y's axes, then x's."]
    if all.contains(where: { $0.jacobians.contains(where: \.pattern.hasIndices) }) {
      lines.append("Their indices: rows r and columns k of y, rows i and columns j of x.")
    }
    return lines + [derivation.verdict]
  }

  private func error(_ check: Check?) -> String {
    guard let check else { return "" }
    let isDoubtful = !check.kinks.isEmpty || check.usesCustomGradient
    let style: Style = isDoubtful ? .doubtful : check.passes ? .good : .bad
    return "  " + styled(check.description, style)
  }

  private func values(of value: Value) -> [String] {
    guard showsValues else { return [] }
    return value.printed.split(separator: "\n").map { "      \($0)" }
  }
}

extension Derivation.Line {
  var equation: String { "\(name) = \(formula)" }
}

extension String {
  /// With a heading in place of the spaces it begins with.
  fileprivate func replacingLead(_ heading: String) -> String {
    heading + dropFirst(heading.count)
  }
}
