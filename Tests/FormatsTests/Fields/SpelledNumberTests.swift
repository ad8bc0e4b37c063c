// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct SpelledNumberTests {
  /// The one number of a column, which the first ones make a column of this decimal sign.
  private func number(_ text: String, comma: Bool, also other: String) throws -> Double? {
    let rows = ["\(other)", "\(other)", "\(other)", "\(text)"].map { "\"\($0)\"\n" }.joined()
    let column = try tolerant("x\n" + rows)["x"]
    try #require(column?.kind == .numeric)
    #expect(column?.spelling.isDecimalComma == comma)
    let found = numbers(column)[3]
    #expect(column?.misfitCount == (found.isNaN ? 1 : 0))
    return found.isNaN ? nil : found
  }

  @Test(
    arguments: [
      ("1,234.5", 1234.5), ("1,234", 1234), ("1.234", 1.234), ("12,345,678", 12_345_678),
      ("1 234.5", 1234.5), ("1'234.5", 1234.5), ("1’234’567.25", 1_234_567.25),
      ("1\u{A0}234", 1234), ("1\u{202F}234\u{202F}567", 1_234_567), ("1\u{2009}234.5", 1234.5),
      ("-5.25", -5.25), ("5.25-", -5.25), ("(1,234.50)", -1234.5), ("\u{2212}7.5", -7.5),
      ("+3.5", 3.5), ("- 4.5", -4.5), ("1.5e3", 1500), ("1e-2", 0.01), ("inf", .infinity),
      (".5", 0.5), ("7.", 7), ("\u{A0}8.5\u{A0}", 8.5), ("0.1", 0.1), ("2 000", 2000),
    ] as [(String, Double)])
  func numbersWithAPointAreRead(text: String, expected: Double) throws {
    #expect(try number(text, comma: false, also: "0.5") == expected)
  }

  @Test(
    arguments: [
      ("1.234,5", 1234.5), ("1.234", 1234), ("1,234", 1.234), ("12.345.678", 12_345_678),
      ("1 234,5", 1234.5), ("1'234,5", 1234.5), ("0,1", 0.1), (",5", 0.5), ("-3,5e2", -350),
      ("(1.234,50)", -1234.5), ("17", 17),
    ] as [(String, Double)])
  func numbersWithACommaAreRead(text: String, expected: Double) throws {
    #expect(try number(text, comma: true, also: "0,5") == expected)
  }

  /// Groups of three are right, or it is no number.
  @Test(arguments: [
    "1,23,456", "12,34", "1,2345.5", "1234,567.5", "0,123.5", "1,234,56", "1 23", "12 34 567",
    "1,234 567", "1.2.3", "1.5.", "1,234e5", "--5", "5--", "-5-", "(-5)", "()", "( )", "(5",
    "5 6%", "1_000", "$", "%", "5.-", "x5", "5x", "12a", "5 $ €", "+", "1''234", "e5", "1e",
    "1,234.567,8", "1 234 56", "٣",
  ])
  func whatIsNoNumberDoesNotFit(text: String) throws {
    #expect(try number(text, comma: false, also: "0.5") == nil)
  }

  @Test(
    arguments: [
      ("$5", 5), ("$ 5", 5), ("5$", 5), ("5 $", 5), ("US$5", 5), ("USD 5.5", 5.5),
      ("5.5 USD", 5.5), ("-$5", -5), ("$-5", -5), ("($5)", -5), ("$(5)", nil), ("7", 7),
      ("$1,234.50", 1234.5), ("5$-", -5), ("5 €", nil), ("5%", nil), ("$$5", nil), ("$5$", nil),
      ("5\u{A0}$", 5), ("5 usd", nil),
    ] as [(String, Double?)])
  func amountsHaveOneCurrency(text: String, expected: Double?) throws {
    #expect(try number(text, comma: false, also: "$0.5") == expected)
  }

  @Test(
    arguments: [
      ("€5", "EUR"), ("5,50 EUR", "EUR"), ("£5", "GBP"), ("¥500", "JPY"), ("CHF 5", "CHF"),
      ("Fr. 5", "CHF"), ("5 kr", "kr"), ("5 kr.", "kr"), ("12 zł", "PLN"), ("₹5", "INR"),
      ("R$ 5", "BRL"), ("5 Kč", "CZK"),
    ])
  func currenciesAreKnown(text: String, code: String) throws {
    let column = try tolerant("x\n\"\(text)\"\n")["x"]
    #expect(column?.notation == .currency)
    #expect(column?.spelling.currency == code)
    #expect(numbers(column).allSatisfy { !$0.isNaN })
  }

  /// The nearest to the hundredth, not a hundredth of the nearest.
  @Test func percentsAreFractions() throws {
    let texts = (0..<2000).map { "\(Double($0 * 7 % 1000) / 10)" }
    let column = try tolerant("x\n" + texts.map { "\($0) %\n" }.joined())["x"]
    #expect(column?.notation == .percent && column?.misfitCount == 0)
    let expected = texts.map { Double("\($0)e-2")! }
    #expect(numbers(column) == expected)
    let comma = try tolerant("x\n12,5%\n-3%\n7\n100 %\n")["x"]
    #expect(comma?.misfits.map(\.text) == ["7"])
    #expect(numbers(comma).filter { !$0.isNaN } == [0.125, -0.03, 1])
  }
}
