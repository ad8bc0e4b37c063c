// SPDX-License-Identifier: Apache-2.0

extension Formula {
  /// In plain characters: `s1.g = a1.g * 1{s1 > 0}`.
  package var text: String { FormulaWriter(isLaTeX: false).write(self, .phrase) }

  /// For Markdown: `s_{1}.g = a_{1}.g \odot \mathbf{1}\lbrace s_{1} > 0\rbrace`.
  package var latex: String { FormulaWriter(isLaTeX: true).write(self, .phrase) }
}

/// Writes a formula, with parentheses only where it would read otherwise without.
private struct FormulaWriter {
  let isLaTeX: Bool

  /// What binds more tightly comes later.
  enum Level: Int, Comparable {
    case phrase, relation, sum, product, factor, postfix
    static func < (x: Level, y: Level) -> Bool { x.rawValue < y.rawValue }
  }

  func write(_ formula: Formula, _ lowest: Level) -> String {
    let (written, level) = parts(formula)
    return level < lowest ? parenthesized(written) : written
  }

  private func parenthesized(_ text: String) -> String {
    isLaTeX ? "\\left(\(text)\\right)" : "(\(text))"
  }

  private func parts(_ formula: Formula) -> (String, Level) {
    switch formula {
    case .name(let name): return (symbol(name), .postfix)
    case .unnamed(let words): return (symbol(words), .postfix)
    case .gradient(let name): return (symbol(name) + ".g", .postfix)
    case .number(let number): return (written(number), number < 0 ? .product : .postfix)
    case .call(let function, let inputs):
      let list = inputs.map { write($0, .phrase) }.joined(separator: ", ")
      return (word(function) + parenthesized(list), .postfix)
    case .negative(let x): return ("-" + write(x, .product), .sum)
    case .sum(let terms): return (sum(terms), .sum)
    case .product(let factors): return (product(factors), .product)
    case .quotient(let x, let y): return (quotient(x, y), .product)
    case .squared(let x): return (write(x, .postfix) + (isLaTeX ? "^{2}" : "²"), .postfix)
    case .matmul(let x, let y):
      let left = if case .matmul = x { write(x, .product) } else { write(x, .postfix) }
      return (left + (isLaTeX ? " \\, " : " @ ") + write(y, .postfix), .product)
    case .transposed(let x):
      return (write(x, .postfix) + (isLaTeX ? "^{\\top}" : "ᵀ"), .postfix)
    case .relation(let relation, let x, let y):
      return ("\(write(x, .sum)) \(sign(relation)) \(write(y, .sum))", .relation)
    case .not(let x): return ((isLaTeX ? "\\neg " : "not ") + write(x, .postfix), .relation)
    case .indicator(let condition):
      let inner = write(condition, .phrase)
      return (isLaTeX ? "\\mathbf{1}\\lbrace \(inner)\\rbrace " : "1{\(inner)}", .postfix)
    case .choice(let condition, let x, let y):
      let where_ = phrase("where"), else_ = phrase(", else")
      return (
        "\(write(x, .relation)) \(where_) \(write(condition, .relation))\(else_) "
          + write(y, .relation), .phrase
      )
    case .reduced(let summary, let x, let axes): return reduced(summary, x, over: axes)
    case .stretched(let x, let axes):
      return ("\(write(x, .relation)) \(phrase("stretched over \(axes.words)"))", .phrase)
    case .shaped(let x, let shape):
      return ("\(write(x, .relation)) \(phrase("as \(shape)"))", .phrase)
    case .arranged(let x, let words):
      return ("\(write(x, .relation)) \(phrase(words))", .phrase)
    case .part(let x, let index): return ("\(write(x, .postfix))[\(phrase(index))]", .postfix)
    }
  }

  private func sum(_ terms: [Formula]) -> String {
    var text = ""
    for (position, term) in terms.enumerated() {
      switch term {
      case .negative(let x):
        text += (position == 0 ? "-" : " - ") + write(x, .product)
      case .number(let number) where number < 0 && position > 0:
        text += " - " + written(-number)
      default: text += (position == 0 ? "" : " + ") + write(term, .product)
      }
    }
    return text
  }

  /// `2 (s2 - y)`, `a1.g * 1{s1 > 0}`.
  private func product(_ factors: [Formula]) -> String {
    var text = ""
    for (position, factor) in factors.enumerated() {
      let isQuotientInFront = if position == 0, case .quotient = factor { true } else { false }
      let written = write(factor, isQuotientInFront ? .product : .factor)
      if position == 0 {
        text = written
      } else {
        let isCoefficient = factors[position - 1].isNumber && written.first?.isNumber == false
        text += isCoefficient ? (isLaTeX ? " \\, " : " ") : isLaTeX ? " \\odot " : " * "
        text += written
      }
    }
    return text
  }

  private func quotient(_ x: Formula, _ y: Formula) -> String {
    isLaTeX
      ? "\\frac{\(write(x, .phrase))}{\(write(y, .phrase))}"
      : "\(write(x, .product)) / \(write(y, .factor))"
  }

  /// Sums are said behind, as in the notes; other reductions are functions.
  private func reduced(
    _ summary: Formula.Summary, _ x: Formula, over axes: Formula.Axes?
  ) -> (String, Level) {
    let name = summary.name
    guard let axes else { return (word(name) + parenthesized(write(x, .phrase)), .postfix) }
    guard let verb = summary.verb else {
      let inner = "\(write(x, .relation)) \(phrase("over \(axes.words)"))"
      return (word(name) + parenthesized(inner), .postfix)
    }
    if isLaTeX, summary == .elements(.sum) {
      return ("\\sum_{\\text{\(axes.words)}} \(write(x, .product))", .sum)
    }
    return ("\(write(x, .relation)) \(phrase("\(verb) over \(axes.words)"))", .phrase)
  }

  private func sign(_ relation: Formula.Relation) -> String {
    isLaTeX ? LaTeX.sign(relation.sign) : relation.sign
  }

  /// A name; in LaTeX a letter with a number behind it gets an index.
  private func symbol(_ name: String) -> String {
    guard isLaTeX else { return name }
    let digits = name.drop { $0.isLetter }
    if name.prefix(while: \.isLetter).count == 1, digits.allSatisfy({ $0.isASCII && $0.isNumber }) {
      return digits.isEmpty ? name : "\(name.prefix(1))_{\(digits)}"
    }
    return "\\mathrm{\(escaped(name))}"
  }

  private func word(_ name: String) -> String {
    isLaTeX ? "\\operatorname{\(escaped(name))}" : name
  }

  private func phrase(_ words: String) -> String {
    isLaTeX ? "\\text{ \(LaTeX.words(words)) }" : words
  }

  private func escaped(_ text: String) -> String { LaTeX.escaped(text) }

  private func written(_ number: Double) -> String {
    guard let whole = Int(exactly: number), abs(whole) < 1_000_000_000_000 else {
      guard isLaTeX else { return "\(number)" }
      if number.isInfinite { return number < 0 ? "-\\infty" : "\\infty" }
      let parts = "\(number)".split(separator: "e")
      guard parts.count == 2, let exponent = Int(parts[1]) else { return "\(number)" }
      return "\(parts[0]) \\cdot 10^{\(exponent)}"
    }
    return "\(whole)"
  }
}

enum LaTeX {
  private static let signs = [
    "≠": "\\neq", "<": "\\lt", "≤": "\\leq", ">": "\\gt", "≥": "\\geq", "∧": "\\wedge",
    "∨": "\\vee",
  ]

  /// What stands between the sides of a relation.
  static func sign(_ sign: String) -> String { signs[sign, default: sign] }

  /// Words inside `\text{}`: what would end them is left out.
  static func words(_ text: String) -> String {
    text.reduce(into: "") { words, character in
      switch character {
      case "\\", "{", "}", "$", "`", "^", "~": break
      case "_", "%", "#", "&": words += "\\\(character)"
      case "|": words += "/"
      default: words.append(character)
      }
    }
  }

  /// Text that LaTeX and a cell of a Markdown table both take as it is.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "\\": escaped += "\\backslash "
      case "{": escaped += "\\lbrace "
      case "}": escaped += "\\rbrace "
      case "_", "$", "%", "#", "&": escaped += "\\\(character)"
      case "^": escaped += "\\hat{}"
      case "~": escaped += "\\sim "
      case "|": escaped += "\\vert "
      case "<": escaped += "\\lt "
      case ">": escaped += "\\gt "
      case "`": escaped += "'"
      case "ᵀ": escaped += "^{\\top}"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
