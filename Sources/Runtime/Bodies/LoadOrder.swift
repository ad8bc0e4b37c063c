// SPDX-License-Identifier: Apache-2.0

/// Operands by when they are loaded.
struct LoadOrder {
  let uniforms: UnsafeBufferPointer<Int>
  let periodics: UnsafeBufferPointer<Int>
  let moving: UnsafeBufferPointer<Int>
  let directs: UnsafeBufferPointer<CompiledBody.Direct>
  let cores: UnsafeBufferPointer<CompiledBody.Direct>
  let tileLength: Int
  let stretchLength: Int
  let runLength: Int

  init(
    _ operands: UnsafeBufferPointer<CompiledOperand>, capacity: Int, _ plain: PlainMemory
  ) {
    var stretch = 0, longest = 1, run = 0
    for operand in operands {
      if let length = operand.runLength, run == 0 || length < run { run = length }
      guard let repetition = operand.load.repetition else { continue }
      longest = max(longest, repetition.period)
      if repetition.length > 0, stretch == 0 || repetition.length < stretch {
        stretch = repetition.length
      }
    }
    stretchLength = stretch
    runLength = operands.allSatisfy { ($0.runLength ?? run) % max(run, 1) == 0 } ? run : 0
    uniforms = plain.array(from: operands.indices) {
      switch operands[$0].load {
      case .uniform, .constant: $0
      case .periodic, .periodicIota, .strided, .single, .iota, .gathered, .direct, .core: nil
      }
    }
    periodics = plain.array(from: operands.indices) {
      operands[$0].load.repetition == nil ? nil : $0
    }
    moving = plain.array(from: operands.indices) {
      switch operands[$0].load {
      case .strided, .iota, .gathered: $0
      case .uniform, .constant, .single, .periodic, .periodicIota, .direct, .core: nil
      }
    }
    directs = plain.array(from: operands.indices) {
      guard case .direct(let slot) = operands[$0].load else { return nil }
      return CompiledBody.Direct(value: $0, slot: slot, size: operands[$0].size)
    }
    cores = plain.array(from: operands.indices) {
      guard case .core = operands[$0].load else { return nil }
      return CompiledBody.Direct(value: $0, slot: -1, size: operands[$0].size)
    }
    let whole = capacity / longest * longest
    let areWhole = periodics.allSatisfy { whole % operands[$0].load.repetition!.period == 0 }
    tileLength = areWhole ? whole : capacity
  }
}
