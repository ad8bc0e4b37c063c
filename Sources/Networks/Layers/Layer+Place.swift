// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Layer {
  /// What messages about a call say first: the layer's path in its model as a parameter of it knows it,
  /// "block.attention"; else its type.
  // Not inlined, nor what is below: in release builds of Swift 6.3.1 a message that was inlined in front of a
  // trap came out as garbage.
  @inline(never)
  var place: String {
    for leaf in parameters.leaves {
      guard let path = leaf.parameter.knownPath, path.hasSuffix(".\(leaf.path)") else { continue }
      return String(path.dropLast(leaf.path.count + 1))
    }
    return "\(Self.self)"
  }

  /// Stops a call whose last axis does not hold as many numbers as the layer expects.
  ///
  /// - Parameter noun: what the numbers are: "feature".
  func refuse(_ x: Tensor<Float>, expecting count: Int, _ noun: String, fix: String) -> Never {
    refusal(of: x, expecting: count, noun, fix: fix).stop(at: nil)
  }

  @inline(never)
  private func refusal(
    of x: Tensor<Float>, expecting count: Int, _ noun: String, fix: String
  ) -> Mistake {
    let given = x.shape.last.map { "gets \($0)" } ?? "gets a scalar"
    return Mistake(
      "\(Self.self)", "\(place) expects \(counted(count, noun)) and \(given) from \(x.value.label)",
      fix: fix)
  }

  /// Calls `body`, noted where a model is called to be looked at.
  func noted<Scalar: TensorScalar, Number: TensorScalar>(
    on x: Tensor<Scalar>, _ body: () -> Tensor<Number>
  ) -> Tensor<Number> {
    guard let trace = LayerTrace.current else { return body() }
    return trace.call(self, on: x, body)
  }
}

extension LayerSettings {
  /// A whole number from 1 on: an extent that a layer cannot do without.
  func positiveCount(_ name: String) throws(LayerError) -> Int {
    let count = try count(name, upTo: .max)
    guard count > 0 else { throw LayerError("0 where 1 or more are expected", setting: name) }
    return count
  }

  /// A finite number of 0 or more that is one of Float, too.
  func epsilon(_ name: String = "epsilon") throws(LayerError) -> Double {
    let number = try number(name)
    guard number >= 0, Float(number).isFinite else {
      throw LayerError("\(number) where a number from 0 on is expected", setting: name)
    }
    return number
  }
}

/// A layer as it is written in code: its counts, and what differs from the defaults.
func written(_ name: String, _ counts: [Int], _ options: (name: String, value: String?)...)
  -> String
{
  let given =
    counts.map { "\($0)" }
    + options.compactMap { name, value in
      value.map { "\(name): \($0)" }
    }
  return "\(name)(\(given.joined(separator: ", ")))"
}
