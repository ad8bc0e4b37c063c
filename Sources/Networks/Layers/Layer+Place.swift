// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Layer {
  /// How messages about a call name the layer: by its path in its model as a parameter of it knows it,
  /// "block.attention".
  var place: String {
    for leaf in parameters.leaves {
      guard let path = leaf.parameter.knownPath, path.hasSuffix(".\(leaf.path)") else { continue }
      return String(path.dropLast(leaf.path.count + 1))
    }
    return "the layer"
  }

  /// Stops a call of the layer with what it cannot take.
  func refuse(_ problem: @autoclosure () -> String, fix: @autoclosure () -> String) -> Never {
    refusal(problem, fix).stop(at: nil)
  }

  // Not inlined: in release builds of Swift 6.3.1 a message that was made in front of a trap came out as
  // garbage.
  @inline(never)
  private func refusal(_ problem: () -> String, _ fix: () -> String) -> Mistake {
    Mistake("\(Self.self)", problem(), fix: fix())
  }

  /// Stops a call with other numbers along the last axis than the layer expects, or of another rank.
  ///
  /// - Parameters:
  ///   - expecting: how many numbers, and what they are: "feature".
  ///   - form: what x should be: "[n, t, 8]".
  ///   - name: how the message names the layer, if not as its ``place``.
  func refuse(
    _ x: Tensor<Float>, expecting count: Int, _ noun: String, in form: String,
    as name: String? = nil, fix: @autoclosure () -> String? = nil
  ) -> Never {
    refuse(
      x.shape.last == count || x.shape.isEmpty
        ? "\(name ?? place) expects \(form) and gets \(x.value.label)"
        : "\(name ?? place) expects \(counted(count, noun)) and gets \(x.shape[x.rank - 1]) from "
          + x.value.label,
      fix: fix() ?? "give \(form)")
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
