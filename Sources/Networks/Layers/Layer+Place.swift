// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Layer {
  /// How messages about a call name the layer: by its path in its model as a parameter of it knows
  /// it, "block.attention".
  // Not inlined, nor what is below: in release builds of Swift 6.3.1 strings that were made on a
  // way that ends in a trap came out as garbage, or crashed. So what refuses gives a mistake, and
  // its caller stops.
  @inline(never)
  var place: String {
    for leaf in parameters.leaves {
      guard let path = leaf.parameter.knownPath, path.hasSuffix(".\(leaf.path)") else { continue }
      return String(path.dropLast(leaf.path.count + 1))
    }
    return "the layer"
  }

  /// Why the layer cannot be called with something.
  @inline(never)
  func refusal(_ problem: String, fix: String) -> Mistake {
    Mistake("\(Self.self)", problem, fix: fix)
  }

  /// Why it cannot be called with other numbers along the last axis than it expects,
  /// or another rank.
  ///
  /// - Parameters:
  ///   - expecting: how many numbers, and what they are: "feature".
  ///   - form: what x should be: "[n, t, 8]".
  ///   - name: how the message names the layer, if not as its ``place``.
  @inline(never)
  func refusal(
    of x: Tensor<Float>, expecting count: Int, _ noun: String, in form: String,
    as name: String? = nil, fix: String? = nil
  ) -> Mistake {
    let problem =
      x.shape.last == count || x.shape.isEmpty
      ? "\(form) and gets \(x.value.label)"
      : "\(counted(count, noun)) and gets \(x.shape[x.rank - 1]) from \(x.value.label)"
    return refusal("\(name ?? place) expects \(problem)", fix: fix ?? "give \(form)")
  }

  /// Why it cannot be called with other channels, or such as do not come last.
  @inline(never)
  func refusal(of x: Tensor<Float>, channels: Int) -> Mistake {
    let form = "[n, ..., \(channels)]"
    return refusal(
      of: x, expecting: channels, "channel", in: form,
      fix: x.value.movingChannels(channels) ?? "give \(form), channels last")
  }

  /// Calls `body`; a mistake in it stops the program with the place of this layer, which has no
  /// parameters that know it.
  func placing<Result>(
    on x: Tensor<Float>, _ body: () throws(Mistake) -> Result
  ) -> Result {
    do throws(Mistake) { return try body() } catch { placed(error, on: x).stop(at: nil) }
  }

  @inline(never)
  private func placed(_ mistake: Mistake, on x: Tensor<Float>) -> Mistake {
    let last = x.value.lastParameterPath?.parentPath
    let place = title + (last.map { " behind \($0)" } ?? "")
    return Mistake(mistake.operation, "\(place): \(mistake.problem)", fix: mistake.fix)
  }

  /// Calls `body`, noted where a model is called to be looked at.
  func noted<Scalar: TensorScalar, Number: TensorScalar>(
    on x: Tensor<Scalar>, _ body: () -> Tensor<Number>
  ) -> Tensor<Number> {
    guard let trace = LayerTrace.current else { return body() }
    return trace.call(self, on: x, body)
  }
}

extension Value {
  /// The path of the parameter that was used last on the way to this tensor.
  fileprivate var lastParameterPath: String? {
    var pending = [node], seen: Set<UInt64> = [], last: (serial: UInt64, path: String)?
    while let node = pending.popLast() {
      if !seen.insert(node.serial).inserted { continue }
      for index in 0..<node.inputs.count {
        let input = node.inputs[index].node
        pending.append(input)
        guard case .creation(.data(let holder?)) = input.operation,
          let path = HolderNames[holder], node.serial >= last?.serial ?? 0
        else { continue }
        last = (node.serial, path)
      }
    }
    return last?.path
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
