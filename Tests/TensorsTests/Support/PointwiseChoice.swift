// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Functions of single numbers that are chosen by comparing. (leakyReLU has its slope at
/// NaN, as in PyTorch.)
enum PointwiseChoice: CaseIterable, Sendable {
  case relu, relu6, elu, selu, hardTanh, hardSigmoid, hardSwish
  case clipped, clippedBelow, clippedAbove, clippedToInfinities, maximum, minimum, abs
  case silu, gelu, approximateGELU

  func function(_ x: Tensor<Float>) -> Tensor<Float> {
    switch self {
    case .relu: PullbackTensors.relu(x)
    case .relu6: PullbackTensors.relu6(x)
    case .elu: PullbackTensors.elu(x, alpha: 2)
    case .selu: PullbackTensors.selu(x)
    case .hardTanh: PullbackTensors.hardTanh(x)
    case .hardSigmoid: PullbackTensors.hardSigmoid(x)
    case .hardSwish: PullbackTensors.hardSwish(x)
    case .clipped: x.clipped(to: -1...6)
    case .clippedBelow: x.clipped(to: 0.5...)
    case .clippedAbove: x.clipped(to: ...0.5)
    case .clippedToInfinities: x.clipped(to: -.infinity ... .infinity)
    case .maximum: PullbackTensors.maximum(x, 1)
    case .minimum: PullbackTensors.minimum(x, 1)
    case .abs: PullbackTensors.abs(x)
    case .silu: PullbackTensors.silu(x)
    case .gelu: PullbackTensors.gelu(x)
    case .approximateGELU: PullbackTensors.gelu(x, approximation: .tanh)
    }
  }

  func function(_ x: Tensor<Double>) -> Tensor<Double> {
    switch self {
    case .relu: PullbackTensors.relu(x)
    case .relu6: PullbackTensors.relu6(x)
    case .elu: PullbackTensors.elu(x, alpha: 2)
    case .selu: PullbackTensors.selu(x)
    case .hardTanh: PullbackTensors.hardTanh(x)
    case .hardSigmoid: PullbackTensors.hardSigmoid(x)
    case .hardSwish: PullbackTensors.hardSwish(x)
    case .clipped: x.clipped(to: -1...6)
    case .clippedBelow: x.clipped(to: 0.5...)
    case .clippedAbove: x.clipped(to: ...0.5)
    case .clippedToInfinities: x.clipped(to: -.infinity ... .infinity)
    case .maximum: PullbackTensors.maximum(x, 1)
    case .minimum: PullbackTensors.minimum(x, 1)
    case .abs: PullbackTensors.abs(x)
    case .silu: PullbackTensors.silu(x)
    case .gelu: PullbackTensors.gelu(x)
    case .approximateGELU: PullbackTensors.gelu(x, approximation: .tanh)
    }
  }
}
