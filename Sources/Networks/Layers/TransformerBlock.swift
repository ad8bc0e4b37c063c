// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// y = u + down(gelu(up(norm(u)))) with u = x + attention(norm(x)): a block of a transformer, each
/// part on a normalized copy of what passes by it.
///
/// x and y: [..., t, features]. Parts: "attentionNorm" and "mlpNorm", ``LayerNorm`` each,
/// "attention", a ``MultiHeadAttention``, "up" and "down", ``Linear`` to `hidden` features and
/// back. The linear layers start uniform in ±√(6 / (n + m)). In a training pass a share `dropout`
/// of what is added is left out.
///
/// ```swift
/// let model = Sequential(
///   Embedding(65, 32), TransformerBlock(32, heads: 4, isCausal: true), LayerNorm(32), Linear(32, 65))
/// print(model.parameters.scalarCount)   // 16993
/// ```
///
/// Source: Xiong et al., "On layer normalization in the transformer architecture", ICML 2020.
public struct TransformerBlock: StoredLayer {
  public static let kind = "transformer-block"

  /// What attention sees.
  public let attentionNorm: LayerNorm
  /// What mixes positions.
  public let attention: MultiHeadAttention
  /// What the two linear layers see.
  public let mlpNorm: LayerNorm
  /// From features to hidden ones.
  public let up: Linear
  /// Back again.
  public let down: Linear
  /// What leaves out a share of what is added.
  private let dropout: Dropout

  /// A mistake where there is no such ``MultiHeadAttention``, or the dropout is not in 0 ..< 1.
  ///
  /// - Parameters:
  ///   - hidden: how many features the linear layers make; four times as many if nothing is said.
  ///   - isCausal: whether a position sees only itself and those before it.
  public init(
    _ features: Int, heads: Int, keyValueHeads: Int? = nil, hidden: Int? = nil,
    isCausal: Bool = false, rotaryBase: Double? = nil, dropout: Float = 0, bias: Bool = true,
    epsilon: Double = 1e-5, file: StaticString = #fileID, line: UInt = #line
  ) {
    attention = MultiHeadAttention(
      features, heads: heads, keyValueHeads: keyValueHeads, isCausal: isCausal,
      rotaryBase: rotaryBase, bias: bias, file: file, line: line)
    attentionNorm = LayerNorm(features, bias: bias, epsilon: epsilon, file: file, line: line)
    mlpNorm = LayerNorm(features, bias: bias, epsilon: epsilon, file: file, line: line)
    let width = hidden ?? 4 * features
    guard width > 0 else {
      Mistake("TransformerBlock", "\(width) hidden features", fix: "use 1 or more")
        .stop(at: CallSite(file, line))
    }
    up = Linear(
      features, width, bias: bias, initialization: .xavierUniform, file: file, line: line)
    down = Linear(
      width, features, bias: bias, initialization: .xavierUniform, file: file, line: line)
    self.dropout = Dropout(dropout, file: file, line: line)
  }

  public var parameters: Parameters {
    [
      "attentionNorm": attentionNorm, "attention": attention, "mlpNorm": mlpNorm, "up": up,
      "down": down,
    ]
  }

  public var settings: LayerSettings {
    LayerSettings(
      attention.settings.members + [
        ("hidden", .integer(up.weight.shape[1])), ("dropout", .number(Double(dropout.rate))),
        ("epsilon", .number(mlpNorm.epsilon)),
      ])
  }

  public init(settings: LayerSettings) throws(LayerError) {
    let attention = try MultiHeadAttention(settings: settings)
    let shape = try settings.shape("features", "hidden")
    guard shape[1] > 0 else {
      throw LayerError("0 where 1 or more are expected", setting: "hidden")
    }
    let dropout = Float(try settings.number("dropout"))
    guard dropout >= 0, dropout < 1 else {
      throw LayerError("\(dropout) where a rate in 0 ..< 1 is expected", setting: "dropout")
    }
    self.init(
      shape[0], heads: attention.heads, keyValueHeads: attention.keyValueHeads, hidden: shape[1],
      isCausal: attention.isCausal, rotaryBase: attention.rotaryBase, dropout: dropout,
      bias: attention.output.bias != nil, epsilon: try settings.epsilon())
  }

  public var lastAxis: LastAxis { attention.lastAxis }

  public var lastAxisOfRows: LastAxis? { nil }

  /// A mistake if x has no positions, or the last axis does not hold the features.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    noted(on: x) { added(to: x + dropout(attention(attentionNorm(x)))) }
  }

  /// The same where a position looks only where the mask is true: see
  /// ``MultiHeadAttention/attend(_:mask:)``.
  public func attend(_ x: Tensor<Float>, mask: Tensor<Bool>?) -> Tensor<Float> {
    added(to: x + dropout(attention.attend(attentionNorm(x), mask: mask)))
  }

  /// The next positions of texts, as in ``MultiHeadAttention/step(_:cache:)``.
  public func step(_ x: Tensor<Float>, cache: inout AttentionCache) -> Tensor<Float> {
    added(to: x + dropout(attention.step(attentionNorm(x), cache: &cache)))
  }

  private func added(to x: Tensor<Float>) -> Tensor<Float> {
    x + dropout(down(gelu(up(mlpNorm(x)))))
  }

  public var description: String {
    let features = mlpNorm.shape[0], width = up.weight.shape[1]
    return written(
      "TransformerBlock", [features], ("heads", "\(attention.heads)"),
      (
        "keyValueHeads",
        attention.keyValueHeads == attention.heads ? nil : "\(attention.keyValueHeads)"
      ),
      ("hidden", width == 4 * features ? nil : "\(width)"),
      ("isCausal", attention.isCausal ? "true" : nil),
      ("rotaryBase", attention.rotaryBase.map { "\($0)" }),
      ("dropout", dropout.rate == 0 ? nil : "\(dropout.rate)"),
      ("bias", up.bias == nil ? "false" : nil))
  }
}
