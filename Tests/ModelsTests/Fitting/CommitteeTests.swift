// SPDX-License-Identifier: Apache-2.0

import PullbackModels
import PullbackNetworks
import PullbackTensors
import Testing

struct CommitteeTests {
  private func members(_ count: Int, widths: [Int]) -> Members {
    Members(
      count: count, inputs: 3, widths: widths, outputs: 2, activation: .tanh, dropout: 0)
  }

  private let x: Tensor<Float> = [[1, -2, 0.5], [0, 3, 1]]

  @Test(arguments: [(2, 2), (1, 2), (3, 1)])
  func theMeanOfAllIsOneNetwork(first: Int, second: Int) {
    let committee = Committee(parts: [members(first, widths: [5]), members(second, widths: [5])])
      .initialized(seed: 4)
    let all = committee.parts.map { $0(x) }
    #expect(all.map(\.shape) == [[first, 2, 2], [second, 2, 2]])
    let mean = (all[0].sum(along: 0) + all[1].sum(along: 0)) / Float(first + second)
    #expect(committee(x).isClose(to: mean))
    let merged = committee.merged()
    #expect(merged.layers.count == 3)
    #expect(merged(x).isClose(to: mean, absoluteTolerance: 1e-5))
  }

  @Test(arguments: [[], [4], [6, 4]])
  func oneMemberIsANetwork(widths: [Int]) {
    let committee = Committee(parts: [members(1, widths: widths)]).initialized(seed: 4)
    let merged = committee.merged()
    #expect(merged.layers.count == 2 * widths.count + 1)
    #expect(merged(x).isClose(to: committee(x), absoluteTolerance: 1e-5))
  }

  /// Each member is computed from its own units alone.
  @Test func membersAreApart() {
    let part = members(3, widths: [4]).initialized(seed: 1)
    let one = part(x), weights = part.parameters["hidden.0.weight"]!
    // The units of member 1.
    var numbers = weights.value.scalars
    for input in 0..<3 { for unit in 4..<8 { numbers[input * 12 + unit] += 1 } }
    weights.value = Tensor(shape: [3, 12], scalars: numbers)
    let other = part(x)
    #expect(other[0].scalars == one[0].scalars && other[2].scalars == one[2].scalars)
    #expect(other[1].scalars != one[1].scalars)
  }
}
