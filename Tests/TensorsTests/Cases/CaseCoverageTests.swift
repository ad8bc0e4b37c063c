// SPDX-License-Identifier: Apache-2.0

import PullbackTestSupport
import Testing

/// No public operation without cases.
@Suite struct CaseCoverageTests {
  /// What is declared on tensors and is no operation with peers, and why.
  private static let others: [String: String] = [
    "shape": "what a tensor is", "rank": "what a tensor is", "elementCount": "what a tensor is",
    "asTensor": "the tensor itself", "init(asTensor:)": "the tensor itself",
    "init(integerLiteral:)": "a literal", "init(floatLiteral:)": "a literal",
    "init(booleanLiteral:)": "a literal",
    "+=(_:_:)": "x + y, assigned", "-=(_:_:)": "x - y, assigned",
    "*=(_:_:)": "x * y, assigned", "/=(_:_:)": "x / y, assigned",
    "uniform(_:from:to:key:)": "random: UniformTests and tensors.txt have Threefry's numbers",
    "normal(_:mean:standardDeviation:key:)":
      "random: tensors.txt has the quantiles of Threefry's numbers",
    "categorical(logits:key:)": "random: CategoricalTests compares frequencies with probabilities",
    "gradient(of:withRespectTo:)": derivatives, "valueAndGradient(at:of:)": derivatives,
    "valueAndGradient(at:_:_:of:)": derivatives,
    "jacobian(of:withRespectTo:)": derivatives, "hessian(of:withRespectTo:)": derivatives,
    "vectorJacobianProduct(of:withRespectTo:vector:)": derivatives,
    "jacobianVectorProduct(of:withRespectTo:vector:)": derivatives,
    "batched(over:_:)": derivatives, "batched(over:_:_:_:)": derivatives,
    "withCustomGradient(of:at:pullback:)": derivatives,
    "withCustomGradient(of:at:rule:)": derivatives,
    "withCustomGradient(of:at:_:pullback:)": derivatives,
    "withCustomGradient(of:at:_:rule:)": derivatives,
  ]
  private static let derivatives = "of functions: the tests of Gradients, and every case's own"

  @Test func everyOperationIsInATable() {
    let named = Set(CaseTables.names.map { $0.prefix { $0 != " " } })
    for operation in DeclaredOperation.all where Self.others[operation.name] == nil {
      #expect(
        named.contains(operation.name[...]),
        """
        \(operation.place): \(operation.name) has no case. Write, as CONTRIBUTING says, in \
        Tests/TensorsTests/Cases/CaseTable+….swift \
        add("\(operation.name)", .ulps(4)) { … $0[0] … } and in Scripts/fixtures/operations \
        operation("\(operation.name)", draw, torch=…), and run Scripts/fixtures/cases.py; if it is \
        no operation of numbers, say why in CaseCoverageTests.others.
        """)
    }
  }

  @Test(.disabled(if: CaseFiles.areOthers)) func everyLineOfTheTablesHasCases() {
    for name in CaseTables.names.sorted() {
      #expect(
        PeerCase.all[name] != nil,
        """
        \(name) is in the tables and has no case: declare it in Scripts/fixtures/operations and run \
        Scripts/fixtures/cases.py
        """)
    }
  }

  @Test(.disabled(if: CaseFiles.areOthers)) func fixturesAreComplete() {
    let cases = PeerCase.all.values.flatMap { $0 }
    #expect(cases.count >= 1500)
    #expect(cases.count { !$0.differentiated.isEmpty } >= 500)
    #expect(cases.count { $0.inputs.contains { $0.shape.elementCount == 0 } } >= 50)
    #expect(cases.count { $0.inputs.contains { $0.shape.elementCount > 1000 } } >= 40)
  }

  /// What the tables and the list above name is there.
  @Test func namesAreDeclared() {
    let declared = Set(DeclaredOperation.all.map(\.name))
    #expect(declared.count > 80)
    for name in CaseTables.names.sorted() {
      let declaration = String(name.prefix { $0 != " " })
      #expect(declared.contains(declaration), "\(name) names no declaration")
    }
    for name in Self.others.keys.sorted() { #expect(declared.contains(name), "\(name)") }
  }
}
