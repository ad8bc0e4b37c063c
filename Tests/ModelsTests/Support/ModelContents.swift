// SPDX-License-Identifier: Apache-2.0

import Pullback

/// What stands in a model file, to be changed and written by hand.
struct ModelContents {
  struct Part {
    var name: String
    var type: String
    var shape: [Int]
    var bytes: [UInt8]

    init(_ name: String, _ type: String, _ shape: [Int], _ bytes: [UInt8]) {
      (self.name, self.type, self.shape, self.bytes) = (name, type, shape, bytes)
    }

    init(_ name: String, _ shape: [Int], _ numbers: [Float]) {
      self.init(name, "F32", shape, numbers.flatMap { littleEndian($0.bitPattern) })
    }
  }

  /// The texts of the metadata, each JSON.
  var metadata: [String: JSON]
  var parts: [Part]

  /// The bytes of the file. A text "raw:..." stands for what follows, without quotation marks.
  var bytes: [UInt8] {
    var texts: [JSON.Member] = [.init("format", "pullback"), .init("version", "1")]
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      texts.append(.init(key, .string(ModelContents.text(value))))
    }
    return ModelContents.bytes(of: parts, metadata: texts)
  }

  /// The bytes of a safetensors file.
  static func bytes(of parts: [Part], metadata: [JSON.Member]) -> [UInt8] {
    var members = [JSON.Member("__metadata__", .object(metadata))]
    var data: [UInt8] = []
    for part in parts {
      let end = data.count + part.bytes.count
      members.append(
        .init(
          part.name,
          [
            "dtype": .string(part.type), "shape": .array(part.shape.map(JSON.integer)),
            "data_offsets": [.integer(data.count), .integer(end)],
          ]))
      data += part.bytes
    }
    let header = Array("\(JSON.object(members))".utf8)
    return littleEndian(UInt64(header.count)) + header + data
  }

  /// What stands in a file that was saved: numbers of Float, and JSON.
  init(reading file: Safetensors) throws {
    metadata = [:]
    for (key, text) in file.metadata where key != "format" && key != "version" {
      metadata[key] = try JSON(parsing: text)
    }
    parts = try file.names.map { name in
      Part(name, Array(file.shape(of: name)!), try file.load(name, as: Float.self).scalars)
    }
  }

  private static func text(_ value: JSON) -> String {
    var rest = "\(value)"[...], text = ""
    while let start = rest.firstRange(of: "\"raw:") {
      text += rest[..<start.lowerBound]
      let end = rest[start.upperBound...].firstIndex(of: "\"")!
      text += rest[start.upperBound..<end]
      rest = rest[rest.index(after: end)...]
    }
    return text + rest
  }

  /// How training of a model goes on.
  enum Kind: CaseIterable, Sendable {
    case none, own, plain, momentum, adam, adamW, rmsProp, lion, groups, others
  }

  /// A model of which all parts are right.
  init(_ kind: Kind = .none) {
    metadata = [
      "architecture": [
        ["type": "linear", "inputs": 4, "outputs": 3, "bias": true], ["type": "relu"],
        ["type": "dropout", "rate": 0.25],
        ["type": "linear", "inputs": 3, "outputs": 2, "bias": false], ["type": "tanh"],
        ["type": "linear", "inputs": 2, "outputs": 3, "bias": true],
      ],
      "preprocessing": [
        "inputs": [
          ["name": "x", "type": "standardized", "mean": 0.5, "scale": 2, "missing": -1],
          ["name": "city", "type": "oneHot", "categories": ["Ulm", "Köln", ""]],
        ],
        "target": ["name": "kind", "type": "oneHot", "categories": ["a", "b", "c"]],
        "missing": ["", "-999"],
      ],
      "classNames": ["a", "b", "caf\u{E9}"],
      "summary": ["epochs": 3, "losses": [0.5, nil], "note": ["text": "x"]],
      "randomKeys": ["dropout": "ff", "order": "ffffffffffffffff"],
    ]
    parts = [
      Part("0.weight", [4, 3], (0..<12).map { Float($0) / 8 - 0.5 }),
      Part("0.bias", [3], [0.5, 0, -0.5]), Part("3.weight", [3, 2], [1, -1, 0.5, 2, 0, 1]),
      Part("5.weight", [2, 3], [0.5, -1, 2, 1, 1, -0.5]), Part("5.bias", [3], [0, 1, -1]),
    ]
    let weights = parts
    func keep(_ slot: String, ofRank rank: Int? = nil) {
      parts += weights.filter { rank == nil || $0.shape.count == rank }.map { part in
        let count = part.bytes.count / 4
        return Part(
          "optimizer/\(slot)/\(part.name)", part.shape, .init(repeating: 0.25, count: count))
      }
    }
    func set(_ kind: String, _ settings: JSON) {
      metadata["optimizer"] = ["kind": .string(kind), "stepCount": 7, "settings": settings]
    }
    let adam: [JSON.Member] = [
      .init("beta1", 0.9), .init("beta2", 0.999), .init("epsilon", 1e-8),
      .init("learningRate", 0.01),
    ]
    switch kind {
    case .none: break
    case .own:
      metadata["architecture"] = ModelContents.ownArchitecture
      parts = [
        Part("0.weight", [4, 3], (0..<12).map { Float($0) / 8 - 0.5 }),
        Part("0.bias", [3], [0.5, 0, -0.5]), Part("1.factor", [3], [2, -1, 0.5]),
        Part("2.inner.0.weight", [3, 3], (0..<9).map { Float($0) / 8 - 0.5 }),
      ]
    case .plain: set("SGD", ["learningRate": 0.1, "momentum": 0])
    case .momentum:
      set("SGD", ["learningRate": 0.1, "momentum": 0.75])
      keep("velocity")
    case .adam:
      set("Adam", .object(adam))
      keep("firstMoment")
      keep("secondMoment")
    case .adamW:
      set("AdamW", .object(adam + [.init("weightDecay", 0.1)]))
      keep("firstMoment")
      keep("secondMoment")
    case .rmsProp:
      set(
        "RMSprop",
        [
          "learningRate": 0.01, "alpha": 0.9, "epsilon": 1e-8, "momentum": 0.5, "isCentered": 1,
          "weightDecay": 0,
        ])
      for slot in ["secondMoment", "firstMoment", "velocity"] { keep(slot) }
    case .lion:
      set("Lion", ["learningRate": 0.01, "beta1": 0.9, "beta2": 0.99, "weightDecay": 0.5])
      keep("firstMoment")
    case .groups:
      let muon: JSON = [
        "learningRate": 0.01, "momentum": 0.75, "isNesterov": 1, "weightDecay": 0.5,
      ]
      let adagrad: JSON = [
        "learningRate": 0.01, "initialAccumulator": 0.5, "epsilon": 1e-8, "weightDecay": 0,
      ]
      metadata["optimizer"] = [
        "kind": "Muon", "stepCount": 7, "settings": muon,
        "groups": [
          [
            "kind": "Muon", "settings": muon, "parameters": ["0.weight", "3.weight", "5.weight"],
          ],
          ["kind": "Adagrad", "settings": adagrad, "parameters": ["0.bias", "5.bias"]],
        ],
      ]
      keep("velocity", ofRank: 2)
      keep("squareSum", ofRank: 1)
    case .others:
      set("Averaged", [:])
      keep("0")
    }
  }

  /// Layers of the user's own, in one another, and one that stands there twice.
  private static let ownArchitecture: JSON = [
    ["type": "linear", "inputs": 4, "outputs": 3, "bias": true],
    ["type": "scaling", "columns": 3],
    [
      "type": "rated-residual", "rate": 0.25, "name": "a",
      "inner": [
        "type": "sequential",
        "layers": [
          ["type": "linear", "inputs": 3, "outputs": 3, "bias": false], ["type": "tanh"],
        ],
      ],
    ],
    ["type": "shared", "layer": "architecture[1]"],
    ["type": "softmax"],
  ]
}

private func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
