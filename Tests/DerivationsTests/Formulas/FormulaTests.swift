// SPDX-License-Identifier: Apache-2.0

import PullbackDerivations
import PullbackTensors
import Testing

/// Parentheses, and what formulas look like in LaTeX.
@Suite struct FormulaTests {
  static let rows = Formula.Axes.these(AxisSet([0]), rank: 2)
  static let x = Formula.name("x"), y = Formula.name("y2"), g = Formula.gradient("s1")

  static let formulas: [(Formula, text: String, latex: String)] = [
    (
      .product([.number(2), .sum([x, .negative(y)])]), "2 (x - y2)", #"2 \, \left(x - y_{2}\right)"#
    ),
    (
      .product([g, .indicator(.relation(.comparison(.greater), x, .number(0)))]), "s1.g * 1{x > 0}",
      #"s_{1}.g \odot \mathbf{1}\lbrace x \gt 0\rbrace "#
    ),
    (.matmul(.transposed(x), g), "xᵀ @ s1.g", #"x^{\top} \, s_{1}.g"#),
    (.matmul(.matmul(x, y), x), "x @ y2 @ x", #"x \, y_{2} \, x"#),
    (.matmul(x, .matmul(y, x)), "x @ (y2 @ x)", #"x \, \left(y_{2} \, x\right)"#),
    (.transposed(.product([x, y])), "(x * y2)ᵀ", #"\left(x \odot y_{2}\right)^{\top}"#),
    (.quotient(x, .quotient(x, y)), "x / (x / y2)", #"\frac{x}{\frac{x}{y_{2}}}"#),
    (.quotient(.quotient(x, y), x), "x / y2 / x", #"\frac{\frac{x}{y_{2}}}{x}"#),
    (.product([x, .quotient(x, y)]), "x * (x / y2)", #"x \odot \left(\frac{x}{y_{2}}\right)"#),
    (.squared(.negative(x)), "(-x)²", #"\left(-x\right)^{2}"#),
    (.sum([.negative(x), .number(-1)]), "-x - 1", "-x - 1"),
    (.negative(.sum([x, y])), "-(x + y2)", #"-\left(x + y_{2}\right)"#),
    (
      .reduced(.elements(.sum), .product([g, x]), over: rows), "s1.g * x summed over rows",
      #"\sum_{\text{rows}} s_{1}.g \odot x"#
    ),
    (
      .sum([.reduced(.elements(.sum), x, over: rows), y]), "(x summed over rows) + y2",
      #"\left(\sum_{\text{rows}} x\right) + y_{2}"#
    ),
    (
      .call("exp", [.reduced(.elements(.sum), x, over: nil)]), "exp(sum(x))",
      #"\operatorname{exp}\left(\operatorname{sum}\left(x\right)\right)"#
    ),
    (
      .choice(.relation(.comparison(.less), x, y), x, .number(0.5)), "x where x < y2, else 0.5",
      #"x \text{ where } x \lt y_{2}\text{ , else } 0.5"#
    ),
    (
      .relation(
        .and, .relation(.comparison(.lessOrEqual), x, y),
        .relation(.comparison(.notEqual), x, .number(0))),
      "(x ≤ y2) ∧ (x ≠ 0)", #"\left(x \leq y_{2}\right) \wedge \left(x \neq 0\right)"#
    ),
    (.sum([x, .number(1e-5)]), "x + 1e-05", #"x + 1 \cdot 10^{-5}"#),
    (.name("hidden.weight"), "hidden.weight", #"\mathrm{hidden.weight}"#),
    (.name("a|b_{c}$"), "a|b_{c}$", #"\mathrm{a\vert b\_\lbrace c\rbrace \$}"#),
  ]

  @Test(arguments: formulas.indices)
  func written(index: Int) {
    let (formula, text, latex) = Self.formulas[index]
    #expect(formula.text == text)
    #expect(formula.latex == latex)
  }
}
