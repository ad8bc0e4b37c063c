// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTestSupport
import Testing

/// Formulas compile in a client's source, and the type checker's work for each is bounded: by the
/// number of scopes that it opens, which no other program on the machine changes.
struct FormulaTests {
  private static let scalars = ["Float", "Double"]
  private static let imports = [
    "import Pullback", "import Foundation\nimport Pullback", "import Pullback\nimport Foundation",
  ]

  /// More than twice the worst of the formulas, which opens 9,100.
  private static let limit = 25_000

  @Test(arguments: scalars, imports)
  func compilesWithNumbersOfItsType(scalar: String, imports: String) throws {
    var formulas = Formulas.withNumbersOfTheirType + Formulas.sumsAndClosures
    formulas += Formulas.comparisons
    if imports.contains("Foundation") {
      formulas += Formulas.withFoundation + Formulas.sumsWithFoundation
    }
    try expectCompiles(formulas, of: scalar, imports, limit: Self.limit)
  }

  @Test(arguments: imports)
  func compilesWithOtherNumbers(imports: String) throws {
    var formulas = Formulas.withOtherNumbers + Formulas.comparisonsWithOtherNumbers
    formulas += Formulas.withOtherNumbersOfNoGivenType
    if imports.contains("Foundation") {
      formulas += Formulas.withOtherNumbersAndFoundation
      formulas += Formulas.withOtherNumbersAndFoundationOfNoGivenType
    }
    // The worst opens 11,500.
    try expectCompiles(formulas, of: "Float", imports, limit: 23_000)
  }

  /// Where a formula stands gives it a type, and lets it have any: either changes the search.
  @Test(
    arguments: [
      "let r: T = FORMULA; _ = r", "func take(_: T) {}; take(FORMULA)",
      "let f: (T) -> T = { x in FORMULA }; _ = f", "let f = { (x: T) in FORMULA }; _ = f",
      "_ = xs.map { x in FORMULA }", #"_ = "\(FORMULA)""#, "print(FORMULA)",
      #"print("squares", FORMULA, separator: ": ")"#,
    ], imports.dropLast())
  func compilesWhereverItStands(statement: String, imports: String) throws {
    var formulas = Formulas.withNumbersOfTheirType + Formulas.withOtherNumbers
    if imports.contains("Foundation") {
      formulas += Formulas.withFoundation + Formulas.sumsWithFoundation
      formulas += Formulas.withOtherNumbersAndFoundation
    }
    // The worst opens 17,000.
    try expectCompiles(formulas, of: "Float", imports, in: statement, limit: 34_000)
  }

  @Test(arguments: scalars, imports)
  func compilesWithImplicitMembers(scalar: String, imports: String) throws {
    // The worst opens 129,000.
    try expectCompiles(Formulas.withImplicitMembers, of: scalar, imports, limit: 258_000)
  }

  /// Powers come along: with `pow(d, n)` of an Int alone the 1/3 here would be 0.
  @Test(arguments: imports)
  func exponentsThatAreLiteralsAreFractions(imports: String) throws {
    let formulas = ["pow(d, 1/3) - (d as Double)", "pow(s, 1/3) * (t as Float)", "pow(d, n) * d"]
    try expectCompiles(formulas, of: "Float", imports, limit: 1000)
  }

  @Test(arguments: imports)
  func statementsCompile(imports: String) throws {
    let result = try CompiledSource.typeChecked(
      imports + Self.statements, flags: Self.flags(limit: Self.limit))
    #expect(result.succeeded, "\(result.messages)")
  }

  @Test func theLimitIsKept() throws {
    let source = source(["x * (1 - x) * (1 - s)"], of: "Float", "import Pullback")
    #expect(try !CompiledSource.typeChecked(source, flags: Self.flags(limit: 3)).succeeded)
    #expect(try CompiledSource.typeChecked(source, flags: Self.flags(limit: 3000)).succeeded)
  }

  /// What cannot work is refused after little work, with a message that is about types.
  @Test func eachIsRefusedAtOnce() throws {
    let refused: [(String, String)] = [
      ("x * \"a\"", "'String'"),
      ("x.sum() / \"n\"", "'String'"),
      ("x * other", "'Tensor<Double>'"),
      ("x * indices", "'Tensor<Int32>'"),
      ("x * (s + d)", "'Double'"),
      ("x + s * n", "'Int'"),
      ("x * nil", "'*'"),
      // With them the 1/3 in `pow(x, 1/3)` could be that of Int, which is 0.
      ("pow(x, n)", "cannot convert value of type 'T'"),
      ("maximum(x, n)", "'Int32'"),
      ("x .> n", "'Int32'"),
      ("x - lr * unknown", "cannot find 'unknown'"),
      ("x == y", "'=='"),
      ("x > 0", "'>'"),
      ("Parameter([64, 10])", "missing argument label 'value:'"),
      ("Parameter([64, 10], .zeros)", "extra argument"),
      ("Parameter(x)", "missing argument label 'value:'"),
      ("Parameter(value: [64, 10], .zeros)", "extra argument"),
      ("Parameter(shape: [64, 10])", "missing argument"),
    ]
    let text = source(refused.map(\.0), of: "Float", "import Foundation\nimport Pullback")
    let result = try CompiledSource.typeChecked(text, flags: Self.flags(limit: 5000))
    #expect(!result.succeeded)
    #expect(!result.messages.contains("reasonable time"))
    let lines = text.components(separatedBy: "\n")
    for (expression, message) in refused {
      let line = try #require(lines.firstIndex(of: "  _ = \(expression)")) + 1
      let messages = result.messages(at: line)
      #expect(
        messages.contains("error: ") && messages.contains(message), "\(expression): \(messages)")
    }
  }

  private func expectCompiles(
    _ formulas: [String], of scalar: String, _ imports: String,
    in statement: String = "_ = FORMULA", limit: Int
  ) throws {
    #expect(!formulas.isEmpty)
    let result = try CompiledSource.typeChecked(
      source(formulas, of: scalar, imports, in: statement), flags: Self.flags(limit: limit))
    #expect(result.succeeded, "\(result.messages)")
  }

  private static func flags(limit: Int) -> [String] {
    ["-Xfrontend", "-solver-scope-threshold=\(limit)"]
  }

  /// Each formula in a function of its own, where `FORMULA` is in its statement.
  private func source(
    _ formulas: [String], of scalar: String, _ imports: String, in statement: String = "_ = FORMULA"
  ) -> String {
    let functions = formulas.enumerated().map { number, formula in
      """
      func formula\(number)(
        x: T, y: T, m: T, v: T, g: T, w: T, b: T, s: Scalar, t: Scalar, b1: Scalar, b2: Scalar,
        lr: Scalar, eps: Scalar, decay: Scalar, d: Double, n: Int, i: Int, values: [Scalar],
        dvalues: [Double], ivalues: [Int],
        xs: [T], ox: T?, flag: Bool, other: Tensor<Double>, indices: Tensor<Int32>
      ) {
        \(statement.replacing("FORMULA", with: formula))
      }
      """
    }
    return """
      \(imports)
      typealias Scalar = \(scalar)
      typealias T = Tensor<Scalar>
      \(functions.joined(separator: "\n"))
      """
  }

  /// Generic code, whole numbers, closures, arrays and loops.
  private static let statements = """

    func generic<S: FloatingPointScalar>(_ x: Tensor<S>, _ s: S, _ n: Int, _ d: Double) -> Tensor<S> {
      let a = 0.5 * x * s + (1 - s) * x / 2 - x * x
      let b = x * S(d) + S(n)
      let c = select(x .> 0, x, s * x) * (1 - x)
      return a + b * c - x / s + 1
    }
    func whole(_ i: Tensor<Int32>, _ n: Int, _ k: Int32) -> Tensor<Bool> {
      let a = i * 2 + n - k * i / 3
      let b = maximum(i, 0) + minimum(i, n) + abs(i) * sign(i) - maximum(i, k)
      return (a .> n) .& (b .== 3) .| (i .<= k) .| (a .!= b) .& (0 .< i) .& (n .> i)
    }
    func statements(_ x: Tensor<Float>, _ y: Tensor<Float>, _ w: Tensor<Float>) {
      let lr = 0.1, n = 5
      var total: Tensor<Float> = 0
      for k in 0..<3 { total = total + (x - y).squared().mean() * 0.5 / n + k }
      let sigmoid: Tensor<Float> = 1 / (1 + exp(-x))
      let half: Tensor<Float> = 1 / 2
      let gelu: (Tensor<Float>) -> Tensor<Float> = {
        0.5 * $0 * (1 + tanh(0.79788 * ($0 + 0.044715 * pow($0, 3))))
      }
      let step = w - lr * gradient(of: (x * w).sum() / n, withRespectTo: w)
      let inferred = { (a: Tensor<Float>) in a * lr - tanh(a) / n }
      let array: [Tensor<Float>] = [x * lr, y / n, 1, 0.5, sigmoid, half, step, gelu(x)]
      var changed = x
      changed += 1
      changed -= 0.5 * lr
      changed *= y - 1
      changed /= n
      changed[0] = 2
      changed[1..<3, .every(-2)] += lr * y / 2 + 1
      changed[.all, .newAxis, (0..<4).every(2)] -= w[.reversed]
      _ = array.map { inferred($0) * 2 + 1 }.reduce(0) { $0 + $1 * lr }
      _ = [x, y].map { 1 / (1 + exp(-$0)) }
      _ = zip([x], [y]).map { ($0 - $1).squared().sum() / (2 * n) }
      _ = [0.1, 0.2].map { (rate: Double) in w - rate * total }
      _ = Tensor.stacked([x, y].map { gradient(of: ($0 * w).sum(), withRespectTo: w) })
      let rows: [Tensor<Float>] = (0..<n).map { jacobian(of: x[$0] * w, withRespectTo: w) }
      let (xg, wg) = gradient(of: (x * w).sum() * rows[0].sum(), withRespectTo: x, w)
      _ = recorded { (x: Tensor<Float>) in gradient(of: (x * xg).sum() / n, withRespectTo: x) * wg }
    }
    """
}
