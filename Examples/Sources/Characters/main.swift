// SPDX-License-Identifier: Apache-2.0

// A novel, character by character: an LSTM or a small transformer learns to go on
// with it, and does.
//
//   swift run -c release Characters lstm
//   swift run -c release Characters gpt --seed 8 --temperature 0.9 --text my.txt
//
// The text is the beginning of "Pride and Prejudice" by Jane Austen, 1813: see ../../SOURCE.md.

import Foundation
import Pullback

let arguments = CommandLine.arguments
func option(_ name: String) -> String? {
  arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
}
let isShort = arguments.contains("--short"), usesTransformer = arguments.contains("gpt")
/// Characters that are learnt from at once, and texts beside each other.
let length = usesTransformer ? 96 : 64, batch = 32
let seed = option("--seed").flatMap { UInt64($0) } ?? 7
/// Steps of training, if others are wanted than those of about a minute.
let steps = option("--steps").flatMap { Int($0) } ?? (isShort ? 20 : usesTransformer ? 800 : 1600)
let temperature = option("--temperature").flatMap { Float($0) } ?? 0.6

// MARK: The text

let beside = URL(filePath: #filePath).deletingLastPathComponent()
let path = option("--text") ?? beside.appending(path: "../../pride-and-prejudice.txt").path()
let text = Array(try String(contentsOfFile: path, encoding: .utf8))
let alphabet = Set(text).sorted(), numbers = Dictionary(uniqueKeysWithValues: zip(alphabet, 0...))
let ids = text.map { Int32(numbers[$0]!) }
/// The last tenth is not trained on.
let training = ids[..<(ids.count * 9 / 10)], heldOut = ids[(ids.count * 9 / 10)...]

/// Windows of the text, and for each of their characters the one that follows.
func windows(
  at starts: [Int], in part: ArraySlice<Int32>
) -> (inputs: Tensor<Int32>, labels: Tensor<Int32>) {
  func cut(from distance: Int) -> [Int32] {
    starts.flatMap { part[(part.startIndex + $0 + distance)...].prefix(length) }
  }
  return (
    Tensor(shape: [starts.count, length], scalars: cut(from: 0)), Tensor(cut(from: 1))
  )
}

/// What a table says that knows which character follows which, and how often: bits
/// for each of them.
func bitsByPairs() -> Double {
  let count = alphabet.count
  var pairs = [Double](repeating: 0.1, count: count * count)
  for (first, second) in zip(training, training.dropFirst()) {
    pairs[Int(first) * count + Int(second)] += 1
  }
  let bits = zip(heldOut, heldOut.dropFirst()).map { first, second in
    let row = pairs[(Int(first) * count)..<(Int(first + 1) * count)]
    return log2(row.reduce(0, +) / row[Int(first) * count + Int(second)])
  }
  return bits.reduce(0, +) / Double(bits.count)
}

// MARK: The models

/// Logits of the character that follows: for all positions at once, or for one after the other.
protocol CharacterModel: Layer<Tensor<Int32>, Tensor<Float>> {
  associatedtype State
  var start: State { get }
  func step(_ id: Tensor<Int32>, _ state: inout State) -> Tensor<Float>
}

struct RecurrentModel: CharacterModel {
  let tokens = Embedding(alphabet.count, 64), memory = LSTM(64, 256)
  let head = Linear(256, alphabet.count)

  var parameters: Parameters { ["tokens": tokens, "memory": memory, "head": head] }

  func callAsFunction(_ ids: Tensor<Int32>) -> Tensor<Float> { head(memory(tokens(ids))) }

  var start: LSTMState<Float> {
    LSTMState(hidden: .zeros([1, 256]), cell: .zeros([1, 256]))
  }

  func step(_ id: Tensor<Int32>, _ state: inout LSTMState<Float>) -> Tensor<Float> {
    let next = memory.step(tokens(id), state)
    evaluate(next.hidden, next.cell)
    state = LSTMState(hidden: next.hidden.detached(), cell: next.cell.detached())
    return head(state.hidden)
  }
}

struct Transformer: CharacterModel {
  let tokens = Embedding(alphabet.count, 128, initialization: .normal(standardDeviation: 0.1))
  let first = TransformerBlock(128, heads: 4, isCausal: true, rotaryBase: 10_000)
  let second = TransformerBlock(128, heads: 4, isCausal: true, rotaryBase: 10_000)
  let norm = LayerNorm(128), head = Linear(128, alphabet.count)

  var parameters: Parameters {
    ["tokens": tokens, "first": first, "second": second, "norm": norm, "head": head]
  }

  func callAsFunction(_ ids: Tensor<Int32>) -> Tensor<Float> {
    head(norm(second(first(tokens(ids)))))
  }

  /// What the blocks have seen, and the characters of it.
  struct State {
    var caches = [AttentionCache(), AttentionCache()]
    var ids: [Int32] = []
  }

  var start: State { State() }

  func step(_ id: Tensor<Int32>, _ state: inout State) -> Tensor<Float> {
    var id = id.expandingShape(at: 0)
    if state.ids.count == length {
      // It has never seen more at once: it goes on from the last half.
      state.ids.removeFirst(length / 2)
      state.caches = start.caches
      id = Tensor(state.ids + id.scalars).expandingShape(at: 0)
    }
    state.ids.append(id.scalars.last!)
    var x = tokens(id)
    x = first.step(x, cache: &state.caches[0])
    x = second.step(x, cache: &state.caches[1])
    return head(norm(x[.all, id.shape[1] - 1]))
  }
}

// MARK: Training

/// Trains a model, says how well it knows what it has not seen, and what it writes.
func run<Model: CharacterModel>(_ model: Model, rate: Float) {
  let model = model.initialized(seed: seed)
  let optimizer = Optimizer(AdamW(learningRate: rate, weightDecay: 0.01), for: model.parameters)
  optimizer.clipping = .globalNorm(1)
  let schedule = Schedule.cosine(from: rate, over: steps).warmedUp(over: steps / 20)
  @Sendable func loss(_ ids: Tensor<Int32>, _ labels: Tensor<Int32>) -> Tensor<Float> {
    softmaxCrossEntropy(model(ids).reshaped(to: [labels.elementCount, -1]), labels: labels)
  }
  let step = optimizer.recorded { loss($0, $1) }, lossAlone = recorded { loss($0, $1) }

  /// Bits for each character of the text that is not trained on.
  func bits() -> Double {
    let starts = Array(stride(from: 0, to: heldOut.count - length, by: length))
    let batches = stride(from: 0, to: starts.count - batch + 1, by: batch)
    let losses = batches.map { first in
      let (inputs, labels) = windows(at: Array(starts[first..<(first + batch)]), in: heldOut)
      return Double(Float(lossAlone(inputs, labels)))
    }
    return losses.reduce(0, +) / Double(losses.count) / log(2)
  }

  let before = bits(), clock = ContinuousClock()
  var spent = Duration.zero
  for number in 1...steps {
    let key = RandomKey(seed: seed).folding(in: UInt64(number))
    let places = Tensor<Float>.uniform([batch], key: key).scalars
    let starts = places.map { Int($0 * Float(training.count - length)) }
    let (inputs, labels) = windows(at: starts, in: training)
    optimizer.learningRate = schedule.rate(at: number - 1)
    spent += clock.measure { _ = step(inputs, labels) }
    if number.isMultiple(of: max(steps / 5, 1)) {
      let speed = Double(number * batch * length) / (spent / .seconds(1))
      print(
        "step \(number): \(rounded(bits())) bits, \(Int(speed / 1000)) thousand characters a second"
      )
    }
  }
  let written = continued("It is a truth", by: model, count: isShort ? 60 : 300)
  print(written)
  print("words of the book: \(Int((100 * shareOfWords(written)).rounded())) %")
  print("pairs of characters: \(rounded(bitsByPairs()))")
  print("bits per character: \(rounded(before)) -> \(rounded(bits()))")
}

func rounded(_ number: Double) -> Double { (1000 * number).rounded() / 1000 }

/// A beginning and what a model goes on with.
func continued<Model: CharacterModel>(_ start: String, by model: Model, count: Int) -> String {
  var state = model.start, written = start, logits = Tensor<Float>.zeros([1, alphabet.count])
  for character in start {
    logits = model.step(Tensor([Int32(numbers[character] ?? 0)]), &state)
  }
  for position in 0..<count {
    let key = RandomKey(seed: seed).folding(in: "text").folding(in: UInt64(position))
    let id = Tensor.categorical(logits: logits / temperature, key: key).detached()
    written.append(alphabet[Int(id.scalars[0])])
    logits = model.step(id, &state)
  }
  return written
}

/// Which share of the words, but the last, which may be cut, the book has.
func shareOfWords(_ written: String) -> Double {
  func words(_ text: some StringProtocol) -> [String] {
    text.split { !$0.isLetter && $0 != "'" }.map { $0.lowercased() }
  }
  let known = Set(words(String(text))), found = words(written).dropLast()
  return Double(found.count(where: known.contains)) / Double(max(found.count, 1))
}

if usesTransformer {
  run(Transformer(), rate: 3e-3)
} else {
  run(RecurrentModel(), rate: 4e-3)
}
