// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport

/// The tables of Float and of Double, for functions that are declared for each.
struct ElementwiseTables: Sendable {
  private(set) var float = CaseTable<Float>()
  private(set) var double = CaseTable<Double>()

  /// A function of one tensor.
  private mutating func add<R, S>(
    _ name: String, _ tolerance: CaseTolerance, gradient: CaseTolerance,
    _ single: @escaping @Sendable (Tensor<Float>) -> Tensor<R>,
    _ double: @escaping @Sendable (Tensor<Double>) -> Tensor<S>
  ) {
    float.add(name, tolerance, gradient: gradient) { single($0[0]) }
    self.double.add(name, tolerance, gradient: gradient) { double($0[0]) }
  }

  mutating func addFunctions() {
    add("abs(_:)", .exact, gradient: .exact, abs, abs)
    add("sign(_:)", .exact, gradient: .exact, sign, sign)
    add("relu(_:)", .exact, gradient: .exact, relu, relu)
    add("floor(_:)", .exact, gradient: .exact, floor, floor)
    add("ceil(_:)", .exact, gradient: .exact, ceil, ceil)
    add("round(_:)", .exact, gradient: .exact, round, round)
    add("exp(_:)", .ulps(2), gradient: .ulps(3), exp, exp)
    add("expm1(_:)", .ulps(3), gradient: .ulps(4), expm1, expm1)
    add("log(_:)", .ulps(3), gradient: .ulps(2), log, log)
    add("log1p(_:)", .ulps(3), gradient: .ulps(2), log1p, log1p)
    add("sqrt(_:)", .ulps(1), gradient: .ulps(3), sqrt, sqrt)
    add("sin(_:)", .ulps(3), gradient: .ulps(4), sin, sin)
    add("cos(_:)", .ulps(3), gradient: .ulps(4), cos, cos)
    add("sinh(_:)", .ulps(4), gradient: .ulps(4), sinh, sinh)
    add("tanh(_:)", .ulps(4), gradient: .sum(4), tanh, tanh)
    add("erf(_:)", .ulps(4), gradient: .ulps(16), erf, erf)
    add("sigmoid(_:)", .ulps(4), gradient: .ulps(8), sigmoid, sigmoid)
    add("softplus(_:)", .ulps(4), gradient: .ulps(4), softplus, softplus)
    add("logSigmoid(_:)", .ulps(4), gradient: .ulps(4), logSigmoid, logSigmoid)
    add("silu(_:)", .ulps(6), gradient: .sum(6), silu, silu)
    add("gelu(_:)", .ulps(8), gradient: .sum(6), gelu, gelu)
    add("relu6(_:)", .exact, gradient: .exact, relu6, relu6)
    add("hardTanh(_:)", .exact, gradient: .exact, hardTanh, hardTanh)
    add("hardSigmoid(_:)", .sum(1), gradient: .ulps(1), hardSigmoid, hardSigmoid)
    add("hardSwish(_:)", .sum(2), gradient: .sum(2), hardSwish, hardSwish)
    add("selu(_:)", .ulps(4), gradient: .ulps(4), selu, selu)
    addFunctionsWithArguments()
    addPairs()
  }

  private mutating func addFunctionsWithArguments() {
    let names = "gelu(_:approximation:)", slopes = "leakyReLU(_:slope:)", rates = "elu(_:alpha:)"
    // The argument of tanh is rounded before it is raised to a power.
    float.add(names, .ulps(16), gradient: .sum(8)) {
      gelu($0[0], approximation: GELUApproximation(rawValue: $0.word(0))!)
    }
    double.add(names, .ulps(16), gradient: .sum(8)) {
      gelu($0[0], approximation: GELUApproximation(rawValue: $0.word(0))!)
    }
    float.add(slopes) { leakyReLU($0[0], slope: Float($0.number(0))) }
    double.add(slopes) { leakyReLU($0[0], slope: $0.number(0)) }
    float.add(rates, .ulps(4)) { elu($0[0], alpha: Float($0.number(0))) }
    double.add(rates, .ulps(4)) { elu($0[0], alpha: $0.number(0)) }
  }

  private mutating func addPairs() {
    float.add("maximum(_:_:)") { maximum($0[0], $0[1]) }
    double.add("maximum(_:_:)") { maximum($0[0], $0[1]) }
    float.add("minimum(_:_:)") { minimum($0[0], $0[1]) }
    double.add("minimum(_:_:)") { minimum($0[0], $0[1]) }
    float.add("pow(_:_:)", .ulps(4), gradient: .sum(16)) { pow($0[0], $0[1]) }
    double.add("pow(_:_:)", .ulps(4), gradient: .sum(16)) { pow($0[0], $0[1]) }
    addNumbersOfFloat()
    addNumbersOfDouble()
  }

  /// A number on either side of a tensor: of the tensor's type, and of the other.
  private mutating func addNumbersOfFloat() {
    func add<R>(
      _ name: String, within tolerance: CaseTolerance = .exact,
      _ left: @escaping @Sendable (Float, Tensor<Float>) -> Tensor<R>,
      _ right: @escaping @Sendable (Tensor<Float>, Double) -> Tensor<R>
    ) {
      float.add("\(name)(_:_:) number", tolerance) {
        $0.word(0) == "left" ? left(Float($0.number(1)), $0[0]) : right($0[0], $0.number(1))
      }
    }
    add("+", { $0 + $1 }, { $0 + $1 })
    add("-", { $0 - $1 }, { $0 - $1 })
    add("*", { $0 * $1 }, { $0 * $1 })
    add("/", within: .ulps(2), { $0 / $1 }, { $0 / $1 })
    add(".==", { $0 .== $1 }, { $0 .== $1 })
    add(".!=", { $0 .!= $1 }, { $0 .!= $1 })
    add(".<", { $0 .< $1 }, { $0 .< $1 })
    add(".<=", { $0 .<= $1 }, { $0 .<= $1 })
    add(".>", { $0 .> $1 }, { $0 .> $1 })
    add(".>=", { $0 .>= $1 }, { $0 .>= $1 })
    add("maximum", { maximum($0, $1) }, { maximum($0, $1) })
    add("minimum", { minimum($0, $1) }, { minimum($0, $1) })
    add("pow", within: .ulps(8), { pow($0, $1) }, { pow($0, $1) })
  }

  private mutating func addNumbersOfDouble() {
    func add<R>(
      _ name: String, within tolerance: CaseTolerance = .exact,
      _ left: @escaping @Sendable (Double, Tensor<Double>) -> Tensor<R>,
      _ right: @escaping @Sendable (Tensor<Double>, Float) -> Tensor<R>
    ) {
      double.add("\(name)(_:_:) number", tolerance) {
        $0.word(0) == "left" ? left($0.number(1), $0[0]) : right($0[0], Float($0.number(1)))
      }
    }
    add("+", { $0 + $1 }, { $0 + $1 })
    add("-", { $0 - $1 }, { $0 - $1 })
    add("*", { $0 * $1 }, { $0 * $1 })
    add("/", within: .ulps(2), { $0 / $1 }, { $0 / $1 })
    add(".==", { $0 .== $1 }, { $0 .== $1 })
    add(".!=", { $0 .!= $1 }, { $0 .!= $1 })
    add(".<", { $0 .< $1 }, { $0 .< $1 })
    add(".<=", { $0 .<= $1 }, { $0 .<= $1 })
    add(".>", { $0 .> $1 }, { $0 .> $1 })
    add(".>=", { $0 .>= $1 }, { $0 .>= $1 })
    add("maximum", { maximum($0, $1) }, { maximum($0, $1) })
    add("minimum", { minimum($0, $1) }, { minimum($0, $1) })
    add("pow", within: .ulps(8), { pow($0, $1) }, { pow($0, $1) })
  }
}
