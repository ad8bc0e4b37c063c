// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct LayerSettingsTests {
  private let settings: LayerSettings = [
    "count": .integer(3), "minus": .integer(-1), "large": .integer(1 << 40), "rate": .number(0.5),
    "isOn": .truth(true), "name": .text("a"), "extents": .list([.integer(2), .integer(5)]),
    "mixed": .list([.integer(2), .text("b")]), "inner": .layer(Linear(2, 1)),
    "layers": .list([.layer(ReLU()), .layer(Tanh())]), "u\u{308}": .integer(1),
  ]

  @Test func valuesComeBack() throws {
    #expect(try settings.count("count") == 3 && settings.count("large", upTo: .max) == 1 << 40)
    #expect(try settings.number("count") == 3 && settings.number("rate") == 0.5)
    #expect(try settings.truth("isOn") && settings.text("name") == "a")
    #expect(try settings.counts("extents") == [2, 5])
    #expect(try settings.shape("extents", "count") == [2, 5, 3])
    #expect(try settings.layer("inner", as: Linear.self).weight.shape == [2, 1])
    let layers = try settings.layers("layers")
    #expect(layers.count == 2 && layers[0]([-1]).scalars == [0])
    #expect(settings["u\u{308}"] != nil && settings["ü"] == nil && settings["other"] == nil)
    #expect(
      "\(["a": .text("b"), "c": .list([.number(1)])] as LayerSettings)" == #"(a: "b", c: [1.0])"#)
  }

  @Test func othersAreErrors() {
    func message(_ read: () throws(LayerError) -> Void) -> String? {
      do throws(LayerError) { try read() } catch { return "\(error)" }
      return nil
    }
    #expect(
      message { () throws(LayerError) in _ = try settings.count("minus") }
        == "minus: a whole number from 0 on expected")
    #expect(
      message { () throws(LayerError) in _ = try settings.count("rate") }
        == "rate: a whole number from 0 on expected")
    #expect(
      message { () throws(LayerError) in _ = try settings.count("large") }
        == "large: 1099511627776 where a whole number from 0 on up to 2147483647 is expected")
    #expect(
      message { () throws(LayerError) in _ = try settings.shape("large", "large") }
        == "the shape [1099511627776, 1099511627776] has more elements than can be counted")
    #expect(
      message { () throws(LayerError) in _ = try settings.shape("count", "mixed") }
        == "mixed[1]: a whole number from 0 on expected")
    #expect(
      message { () throws(LayerError) in _ = try settings.counts("mixed") }
        == "mixed[1]: a whole number from 0 on expected")
    #expect(
      message { () throws(LayerError) in _ = try settings.number("name") }
        == "name: a number expected")
    #expect(
      message { () throws(LayerError) in _ = try settings.truth("none") }
        == "the member \"none\" is missing")
    #expect(
      message { () throws(LayerError) in _ = try settings.layer("inner", as: Dropout.self) }
        == "inner: Linear(2, 1) where Dropout is expected")
    #expect(
      message { () throws(LayerError) in _ = try settings.layers("inner") }
        == "inner: a list expected")
  }

  /// What files are checked by.
  @Test func theLastAxisOfASequence() {
    func ends(_ layer: some StoredLayer) -> [Int?] { [layer.inputCount, layer.outputCount] }
    #expect(ends(Linear(3, 2)) == [3, 2] && ends(ReLU()) == [nil, nil])
    #expect(ends(Sequential(ReLU(), Linear(3, 4), Dropout(0.5), Linear(4, 2), Tanh())) == [3, 2])
    #expect(ends(Sequential(Linear(3, 4), Activation(abs))) == [3, nil])
    #expect(ends(Sequential(Activation(abs), Linear(3, 4))) == [nil, 4])
    #expect(Sequential(ReLU(), Sequential()).lastAxis == .kept)
  }
}
