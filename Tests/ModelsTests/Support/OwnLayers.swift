// SPDX-License-Identifier: Apache-2.0

import Pullback

// Layers as users write them.

/// Each column of x times a factor of its own.
struct Scaling: StoredLayer {
  static let kind = "scaling"
  let factor: Parameter

  init(_ columns: Int) { factor = Parameter(shape: [columns], .constant(1)) }

  var parameters: Parameters { ["factor": factor] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x * factor.value }

  var settings: LayerSettings { ["columns": .integer(factor.shape[0])] }
  init(settings: LayerSettings) throws { self.init(try settings.count("columns")) }
}

/// x + rate f(x), where f is any layer that keeps the shape.
struct Residual: StoredLayer {
  static let kind = "rated-residual"
  let inner: any Layer<Tensor<Float>, Tensor<Float>>
  let rate: Double
  let name: String

  init(_ inner: any Layer<Tensor<Float>, Tensor<Float>>, rate: Double = 0.5, name: String = "é") {
    (self.inner, self.rate, self.name) = (inner, rate, name)
  }

  var parameters: Parameters { ["inner": inner] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x + Float(rate) * inner(x) }

  var settings: LayerSettings {
    ["inner": .layer(inner), "rate": .number(rate), "name": .text(name)]
  }
  init(settings: LayerSettings) throws {
    inner = try settings.layer("inner")
    guard let stored = inner as? any StoredLayer, stored.inputCount == stored.outputCount else {
      throw LayerError("a layer that keeps the shape expected", setting: "inner")
    }
    (rate, name) = (try settings.number("rate"), try settings.text("name"))
  }

  var lastAxis: LastAxis { (inner as? any StoredLayer)?.lastAxis ?? .unknown }
}

/// A row of a table for each index.
struct Rows: StoredLayer {
  static let kind = "rows"
  let table: Parameter

  init(_ count: Int, width: Int) {
    table = Parameter(shape: [count, width], .normal(standardDeviation: 1))
  }

  var parameters: Parameters { ["table": table] }
  func callAsFunction(_ indices: Tensor<Int32>) -> Tensor<Float> {
    table.value.gathered(indices)
  }

  var settings: LayerSettings { ["extents": .list(table.shape.map { .integer($0) })] }
  init(settings: LayerSettings) throws {
    let extents = try settings.shape("extents")
    guard extents.count == 2 else { throw LayerError("two expected", setting: "extents") }
    self.init(extents[0], width: extents[1])
  }
  var lastAxis: LastAxis { .changed(from: nil, to: table.shape[1]) }
}

/// A model of one's own that stands in a file as a whole. It draws from two places with one weight.
struct Twice: StoredLayer {
  static let kind = "twice"
  let body: Sequential<Tensor<Float>>
  let isUsed: [Bool]

  init(_ body: Sequential<Tensor<Float>>, isUsed: [Bool] = [true, false]) {
    (self.body, self.isUsed) = (body, isUsed)
  }

  var parameters: Parameters { ["one": body, "other": body.layers[0]] }
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { body(body.layers[0](x)) }

  var settings: LayerSettings {
    ["body": .layer(body), "isUsed": .list(isUsed.map { .truth($0) })]
  }
  init(settings: LayerSettings) throws {
    body = try settings.layer("body", as: Sequential<Tensor<Float>>.self)
    guard !body.layers.isEmpty, case .list(let values)? = settings["isUsed"] else {
      throw LayerError("a layer and a list expected")
    }
    isUsed = values.map { if case .truth(let truth) = $0 { truth } else { false } }
  }
}

let layersOfOthers: [any StoredLayer.Type] = [
  Scaling.self, Residual.self, Rows.self, Twice.self,
]
