// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// The instruction set that the kernels were chosen for: `baseline`, `avx2`, `avx512` or `neon`.
public var instructionSet: String { String(cString: pb_instruction_set()) }

/// False if the environment variable PULLBACK_INSTRUCTION_SET asks for one that cannot run here;
/// then the best one is used.
public var instructionSetIsAsRequested: Bool { pb_instruction_set_requested_unavailable() == 0 }

extension ElementType {
  var kernelType: pb_type {
    switch self {
    case .float: PB_F32
    case .double: PB_F64
    case .int32: PB_I32
    case .bool: PB_U8
    }
  }
}

extension Unary {
  var kernelCode: pb_map_code {
    switch self {
    case .negate: PB_NEGATE
    case .absolute: PB_ABSOLUTE
    case .sign: PB_SIGN
    case .exp: PB_EXP
    case .expm1: PB_EXPM1
    case .log: PB_LOG
    case .log1p: PB_LOG1P
    case .squareRoot: PB_SQRT
    case .sinh: PB_SINH
    case .tanh: PB_TANH
    case .sigmoid: PB_SIGMOID
    case .softplus: PB_SOFTPLUS
    case .erf: PB_ERF
    case .normalDistribution: PB_NORMAL_DISTRIBUTION
    case .sin: PB_SIN
    case .cos: PB_COS
    case .relu: PB_RELU
    case .floor: PB_FLOOR
    case .ceil: PB_CEIL
    case .round: PB_ROUND
    case .not: PB_NOT
    }
  }
}

extension Binary {
  var kernelCode: pb_map_code {
    switch self {
    case .add: PB_ADD
    case .subtract: PB_SUBTRACT
    case .multiply: PB_MULTIPLY
    case .divide: PB_DIVIDE
    case .power: PB_POW
    case .maximum: PB_MAXIMUM
    case .minimum: PB_MINIMUM
    }
  }
}

extension Binary {
  /// The kernel for a second operand that is a single element, of floating-point numbers.
  fileprivate var kernelCodeByOne: pb_map_code? {
    switch self {
    case .add: PB_ADD_ONE
    case .subtract: PB_SUBTRACT_ONE
    case .multiply: PB_MULTIPLY_ONE
    case .divide: PB_DIVIDE_ONE
    case .power, .maximum, .minimum: nil
    }
  }

  fileprivate var isCommutative: Bool { self == .add || self == .multiply }
}

extension Comparison {
  var kernelCode: pb_map_code {
    switch self {
    case .equal: PB_EQUAL
    case .notEqual: PB_NOT_EQUAL
    case .less: PB_LESS
    case .lessOrEqual: PB_LESS_EQUAL
    case .greater: PB_GREATER
    case .greaterOrEqual: PB_GREATER_EQUAL
    }
  }
}

extension MergedOperation {
  var kernelCode: pb_map_code {
    switch self {
    case .multiplyAdd: PB_MULTIPLY_ADD
    case .subtractProduct: PB_SUBTRACT_PRODUCT
    case .sumOfProducts: PB_SUM_OF_PRODUCTS
    case .sumWithSquare: PB_SUM_WITH_SQUARE
    case .rootAdd: PB_ROOT_ADD
    case .subtractQuotient: PB_SUBTRACT_QUOTIENT
    case .subtractProductQuotient: PB_SUBTRACT_PRODUCT_QUOTIENT
    case .multiplyProduct: PB_MULTIPLY_PRODUCT
    case .scaleMultiplyAdd: PB_SCALE_MULTIPLY_ADD
    case .multiplyQuotient: PB_MULTIPLY_QUOTIENT
    case .selectEqual: PB_SELECT_EQUAL
    case .selectGreater: PB_SELECT_GREATER
    case .selectGreaterOrEqual: PB_SELECT_GREATER_EQUAL
    case .aboveOrProduct: PB_ABOVE_OR_PRODUCT
    case .clamp: PB_CLAMP
    case .within: PB_WITHIN
    case .flushed: PB_FLUSH
    case .clampSum: PB_CLAMP_SUM
    case .ramp: PB_RAMP
    case .gatedRamp: PB_GATED_RAMP
    case .gatedSigmoid: PB_GATED_SIGMOID
    case .gatedNormal: PB_GATED_NORMAL
    case .timesOppositeSigmoid: PB_TIMES_OPPOSITE_SIGMOID
    case .expOfDifference: PB_EXP_OF_DIFFERENCE
    }
  }
}

extension Reduction {
  /// The kernel of a reduction; nil for positions, which have kernels of their own.
  var kernelCode: pb_reduction? {
    switch self {
    case .sum: PB_SUM
    case .product: PB_PRODUCT
    case .max: PB_MAX
    case .min: PB_MIN
    case .norm: PB_NORM
    case .squaredDeviations: PB_SQUARED_DEVIATIONS
    case .argmax, .argmin: nil
    }
  }
}

extension Scan {
  /// The kernel of what is no sort.
  var kernelCode: pb_scan {
    switch self {
    case .sum: PB_SCAN_SUM
    case .product: PB_SCAN_PRODUCT
    case .max: PB_SCAN_MAX
    case .min: PB_SCAN_MIN
    case .recurrence: PB_SCAN_RECURRENCE
    case .sort, .sortedPositions: preconditionFailure("sorts have a core of their own")
    }
  }
}

extension RandomDistribution {
  func kernel(for type: ElementType) -> pb_random {
    switch self {
    case .uniform: pb_uniform_for(type.kernelType)
    case .normal: pb_normal_for(type.kernelType)
    }
  }
}

extension Body.Instruction {
  /// The kernel of an instruction without further arguments.
  var map: pb_map? {
    let type = elementType.kernelType
    return switch operation {
    case .unary(let unary): pb_map_for(unary.kernelCode, type)
    case .binary(let binary): pb_map_for(binary.kernelCode, type)
    case .comparison(let comparison): pb_map_for(comparison.kernelCode, type)
    case .selection: pb_map_for(PB_SELECT, type)
    case .conversion: pb_convert_for(type, resultType.kernelType)
    case .merged(let merged): pb_map_for(merged.kernelCode, type)
    case .checked, .random: nil
    }
  }

  /// Which of its inputs may be a single element for the whole tile, and the kernel for that, which
  /// takes it second.
  func map(withOne input: Int) -> pb_map? {
    guard elementType == .float || elementType == .double, let code = codeWithOne(input) else {
      return nil
    }
    return pb_map_for(code, elementType.kernelType)
  }

  private func codeWithOne(_ input: Int) -> pb_map_code? {
    switch operation {
    case .binary(let binary):
      input == 1 || binary.isCommutative ? binary.kernelCodeByOne : nil
    case .merged(.expOfDifference): input == 1 ? PB_EXP_OF_DIFFERENCE_ONE : nil
    case .merged(.scaleMultiplyAdd): input == 1 ? PB_SCALE_MULTIPLY_ADD_ONE : nil
    case .unary, .comparison, .selection, .conversion, .merged, .checked, .random: nil
    }
  }
}
