// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension CaseTable where Scalar: FloatingPointScalar {
  /// Normalization, attention, rotary positions.
  mutating func addNormalizations() {
    // Of rows of two numbers little is left of the slopes.
    add("layerNormalized(_:overLast:scale:bias:epsilon:)", .sum(16), gradient: .sum(1024)) {
      layerNormalized($0[0], overLast: $0.int(0), scale: $0[1], bias: $0[2])
    }
    add("rmsNormalized(_:overLast:scale:epsilon:)", .sum(16), gradient: .sum(64)) {
      rmsNormalized($0[0], overLast: $0.int(0), scale: $0[1])
    }
    add("batchNormalized(_:scale:bias:epsilon:)", .sum(16), gradient: .sum(256)) {
      batchNormalized($0[0], scale: $0[1], bias: $0[2])
    }
    add("batchNormalized(_:mean:variance:scale:bias:epsilon:)", .sum(16), gradient: .sum(64)) {
      batchNormalized($0[0], mean: $0[1], variance: $0[2], scale: $0[3], bias: $0[4])
    }
    add("groupNormalized(_:groups:scale:bias:epsilon:)", .sum(16), gradient: .sum(256)) {
      groupNormalized($0[0], groups: $0.int(0), scale: $0[1], bias: $0[2])
    }
    let attention = "scaledDotProductAttention(_:_:_:mask:isCausal:scale:)"
    add(attention, .sum(16), gradient: .sum(64)) {
      scaledDotProductAttention($0[0], $0[1], $0[2], isCausal: $0.word(0) == "causal")
    }
    add("\(attention) mask", .sum(16), gradient: .sum(64)) {
      scaledDotProductAttention(
        $0[0], $0[1], $0[2], mask: $0.truths(3), isCausal: $0.word(0) == "causal")
    }
    add("rotaryEmbedded(_:positions:base:isInterleaved:)", .sum(16)) {
      rotaryEmbedded($0[0], isInterleaved: $0.word(0) == "interleaved")
    }
    add("rotaryEmbedded(_:positions:base:isInterleaved:) positions", .sum(16)) {
      rotaryEmbedded(
        $0[0], positions: $0.integers(1), base: $0.number(1),
        isInterleaved: $0.word(0) == "interleaved")
    }
  }

  mutating func addRecurrences() {
    @Sendable func weights(_ inputs: Inputs, from first: Int) -> RecurrentWeights<Scalar> {
      RecurrentWeights(
        input: inputs[first], recurrent: inputs[first + 1], bias: inputs[first + 2],
        recurrentBias: inputs[first + 3])
    }
    @Sendable func state(_ inputs: Inputs) -> LSTMState<Scalar> {
      LSTMState(hidden: inputs[1], cell: inputs[2])
    }
    add("rnnCell(_:_:_:activation:)", .sum(16), gradient: .sum(64)) {
      rnnCell($0[0], $0[1], weights($0, from: 2))
    }
    add("rnnCell(_:_:_:activation:) relu", .sum(16), gradient: .sum(64)) {
      rnnCell($0[0], $0[1], weights($0, from: 2), activation: .relu)
    }
    add("gruCell(_:_:_:)", .sum(16), gradient: .sum(64)) {
      gruCell($0[0], $0[1], weights($0, from: 2))
    }
    addSeveral("lstmCell(_:_:_:)", .sum(16), gradient: .sum(64)) {
      let next = lstmCell($0[0], state($0), weights($0, from: 3))
      return [next.hidden, next.cell]
    }
    addSeveral("rnn(_:_:from:activation:)", .sum(32), gradient: .sum(128)) {
      let (outputs, last) = rnn($0[0], weights($0, from: 2), from: $0[1])
      return [outputs, last]
    }
    addSeveral("rnn(_:_:from:activation:) relu", .sum(32), gradient: .sum(128)) {
      let (outputs, last) = rnn($0[0], weights($0, from: 2), from: $0[1], activation: .relu)
      return [outputs, last]
    }
    addSeveral("gru(_:_:from:)", .sum(32), gradient: .sum(128)) {
      let (outputs, last) = gru($0[0], weights($0, from: 2), from: $0[1])
      return [outputs, last]
    }
    addSeveral("lstm(_:_:from:)", .sum(32), gradient: .sum(128)) {
      let (outputs, last) = lstm($0[0], weights($0, from: 3), from: state($0))
      return [outputs, last.hidden, last.cell]
    }
  }
}
