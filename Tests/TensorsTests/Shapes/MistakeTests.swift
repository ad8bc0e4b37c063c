// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackRuntime
import PullbackTensors
import Testing

/// What a user reads when shapes do not fit: word for word, in debug and release alike.
@Suite struct MistakeTests {
  @Test("Word for word", arguments: MistakeExample.all.map(\.name))
  func message(name: String) async throws {
    let example = try #require(MistakeExample.all.first { $0.name == name })
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [name = name as String] in
      MistakeExample.all.first { $0.name == name }?.provoke()
    }
    let lines = MistakeTests.text(outcome).split(separator: "\n")
    let line = try #require(lines.first { $0.contains("Fatal error: ") })
    let start = example.knowsTheCall ? "TensorsTests/MistakeExamples" : "Pullback: "
    #expect(line.hasPrefix(start), "\(line)")
    #expect(line.components(separatedBy: "Fatal error: ").last == example.message)
  }

  private static func text(_ outcome: ExitTest.Result?) -> String {
    String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
  }

  @Test func namesAreUnique() {
    let names = MistakeExample.all.map(\.name)
    #expect(Set(names).count == names.count)
  }

  /// Calls that carry file and line, each on the line that it announces.
  enum Call: String, CaseIterable, Codable {
    case matmul, sum, argmax, mean, reshaped, transposed, expanded, expandingShape, subscripted
    case gathered, stacked, select, zeros, normal, range, number, array, rows, scalars, isClose
    case gradient, gradients, valueAndGradient

    func make() {
      let x = Tensor<Float>.zeros([2, 3]), vector: Tensor<Float> = [1, 2]
      func announce(_ line: Int = #line) {
        FileHandle.standardError.write(Data("MistakeTests.swift:\(line): \n".utf8))
      }
      switch self {
      case .matmul: announce(); _ = PullbackTensors.matmul(x, x)
      case .sum: announce(); _ = x.sum(along: 7)
      case .argmax: announce(); _ = x.argmax(along: 7)
      case .mean: announce(); _ = x.mean(along: 7)
      case .reshaped: announce(); _ = x.reshaped(to: [7])
      case .transposed: announce(); _ = x.transposed(0, 0)
      case .expanded: announce(); _ = x.expanded(to: [7])
      case .expandingShape: announce(); _ = x.expandingShape(at: 7)
      case .subscripted: announce(); _ = x[7]
      case .gathered: announce(); _ = Tensor<Float>(7).gathered([0])
      case .stacked: announce(); _ = Tensor.stacked([x, vector])
      case .select: announce(); _ = PullbackTensors.select(x .> 0, x, vector)
      case .zeros: announce(); _ = Tensor<Float>.zeros([-7])
      case .normal: announce(); _ = Tensor<Float>.normal([-7], key: RandomKey(seed: 1))
      case .range: announce(); _ = Tensor<Float>(from: 0, through: 1, count: -7)
      case .number: announce(); _ = Float(x)
      case .array: announce(); _ = Array(x)
      case .rows: announce(); _ = [[Float]](vector)
      case .scalars: announce(); _ = Tensor<Float>(shape: [7], scalars: [])
      case .isClose: announce(); _ = x.isClose(to: vector)
      case .gradient: announce(); _ = PullbackTensors.gradient(of: x, withRespectTo: x)
      case .gradients: announce(); _ = PullbackTensors.gradient(of: x, withRespectTo: [x, x])
      case .valueAndGradient:
        announce(); _ = PullbackTensors.valueAndGradient(at: x) { $0 * 2 }
      }
    }
  }

  @Test("The caller's file and line", arguments: Call.allCases)
  func callSite(call: Call) async throws {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [call = call as Call] in
      call.make()
    }
    let text = MistakeTests.text(outcome)
    let lines = text.split(separator: "\n")
    let announced = try #require(lines.first { $0.hasPrefix("MistakeTests.swift:") })
    #expect(text.contains("TensorsTests/\(announced)Fatal error: "), "\(text)")
  }

  @Test func mistakesAreValues() {
    let mistake = Mistake("matmul", "x does not fit", fix: "transpose it")
    #expect(mistake == Mistake("matmul", "x does not fit", fix: "transpose it"))
    #expect("\(mistake)" == "matmul: x does not fit. Fix: transpose it.")
  }

  @Test func rangesUpToTheLastInt32AreRight() {
    let first = Int(Int32.min), end = Int(Int32.max) + 1
    #expect(Tensor<Int32>(range: 0..<end).shape == [end])
    let last: [Int32] = [.max - 1, .max], least: [Int32] = [.min, .min + 1]
    #expect(Tensor<Int32>(range: end - 2..<end).scalars == last)
    #expect(Tensor<Int32>(range: first..<first + 2).scalars == least)
    #expect(Tensor<Int32>(range: .max ..< .max).shape == [0])
    #expect(Tensor<Float>(range: .max ..< .max).shape == [0])
  }

  @Test func nothingIsWrongWithTruthsOfNothing() {
    let none = Tensor<Float>.zeros([0, 2]) .> 0
    #expect(none.any(along: 0).scalars == [false, false])
    #expect(none.all(along: 0).scalars == [true, true])
    #expect(Tensor<Float>([]).reshaped(to: [-1, 3]).shape == [0, 3])
  }

  /// Lines of the package's own are left out; a user's module may have a name that begins alike.
  @Test(arguments: [false, true]) func linesOfOthersAreShown(isOwn: Bool) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [isOwn = isOwn as Bool] in
      let file: StaticString = isOwn ? "PullbackNetworks/Linear.swift" : "PullbackDemo/main.swift"
      Mistake("demo", "nothing works", fix: "try again").stop(at: CallSite(file, 3))
    }
    let place = isOwn ? "Pullback" : "PullbackDemo/main.swift:3"
    #expect(
      MistakeTests.text(outcome).hasPrefix(
        "\(place): Fatal error: demo: nothing works. Fix: try again."))
  }
}
