// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Derivation {
  /// The lines as Markdown tables with formulas in LaTeX.
  public func markdown(showingValues: Bool = false) -> String {
    var lines = ["## Forward", "", "| tensor | shape |", "| --- | --- |"]
    for input in inputs {
      lines.append("| $\(Formula.name(input.name).latex)$ | \(input.shape) |")
    }
    lines += ["", "| line | shape | FLOP | bytes |", "| --- | --- | ---: | ---: |"]
    for line in forward { lines.append(row(line)) }
    lines += ["", "## Backward", "", "$x.g$ is the derivative of the loss for $x$.", ""]
    lines += [
      "| line | shape | FLOP | bytes | error | stands for |",
      "| --- | --- | ---: | ---: | --- | --- |",
    ]
    for line in backward {
      let forms = line.jacobians.map { "`\($0.description.inCell)`" }.joined(separator: "<br>")
      let error = line.check?.description.inCell ?? ""
      lines.append(row(line) + " \(error) | \(forms) |")
    }
    lines += ["", verdict]
    if showingValues {
      let named =
        inputs.map { ($0.name, $0.value) } + (forward + backward).map { ($0.name, $0.value) }
      for (name, value) in named {
        lines += ["", "`\(name.inCell)`", "", "```text", value.printed, "```"]
      }
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ line: Line) -> String {
    "| $\(line.latexName) = \(line.written.latex)$ | \(line.shape) | \(line.operations.abbreviated) "
      + "| \(line.bytes.abbreviated) |"
  }
}

extension Derivation.Line {
  fileprivate var latexName: String { (owner.map(Formula.gradient) ?? .name(name)).latex }
}

extension String {
  /// Without what would end a cell of a table or a piece of code.
  fileprivate var inCell: String {
    String(map { $0 == "|" ? "¦" : $0 == "`" ? "'" : $0 })
  }
}
