// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

// Preprocessing as a model file keeps it. What is not said has the value that does nothing: files
// of versions that knew less load.

extension Preprocessing {
  var json: JSON {
    var members = [JSON.Member("inputs", .array(inputs.map(\.json)))]
    if targets.count == 1 {
      members.append(.init("target", targets[0].json))
    } else if !targets.isEmpty {
      members.append(.init("targets", .array(targets.map(\.json))))
    }
    if missing != CSV.missing {
      members.append(.init("missing", .array(missing.map(JSON.string))))
    }
    return .object(members)
  }

  init(_ reader: MetadataReader) throws(FileError) {
    func columns(_ columns: MetadataReader?) throws(FileError) -> [Column] {
      try columns?.elements { (column) throws(FileError) in try Column(column) } ?? []
    }
    self.init(
      inputs: try columns(reader.member("inputs")),
      targets: try columns(reader.memberIfPresent("targets")),
      missing: try reader.memberIfPresent("missing")?.strings() ?? CSV.missing)
    if let target = reader.memberIfPresent("target") { targets.insert(try Column(target), at: 0) }
  }

  /// Throws unless each column can be computed, and gives finite inputs whatever stands in it.
  func check(_ check: FileCheck) throws(FileError) {
    for (index, column) in inputs.enumerated() {
      try column.check(at: "preprocessing.inputs[\(index)]", check)
    }
    try check.checkDistinct(inputs.map(\.name), at: "preprocessing.inputs")
    for (index, column) in targets.enumerated() {
      let part = "preprocessing.target" + (targets.count == 1 ? "" : "s[\(index)]")
      try column.check(at: part, check)
      switch column.transform {
      case .number(let coding) where !coding.marksMissing: break
      case .category(let coding)
      where coding.width == coding.categories.count && targets.count == 1:
        break
      case .number, .category, .date, .words:
        throw check.error(part, "is nothing that is predicted: numbers, or one column of classes")
      }
    }
    try check.checkDistinct(targets.map(\.name), at: "preprocessing.targets")
    guard missing.count <= Preprocessing.mostMissing else {
      throw check.error(
        "preprocessing.missing",
        "\(missing.count) texts that stand for no value; \(Preprocessing.mostMissing) are the most")
    }
  }
}

extension Preprocessing.Column {
  fileprivate func check(at part: String, _ check: FileCheck) throws(FileError) {
    switch transform {
    case .number(let coding): try coding.check(at: part, check)
    case .date(let coding):
      try coding.position.check(at: part, check)
      guard Set(coding.cycles).count == coding.cycles.count else {
        throw check.error("\(part).cycles", "one stands there twice")
      }
    case .category(let coding):
      if coding.categories.isEmpty && !coding.hasOther {
        throw check.error(part, "has no categories")
      }
      try check.checkDistinct(coding.categories, at: "\(part).categories")
    case .words(let coding):
      guard !coding.words.isEmpty, coding.words.count == coding.weights.count,
        coding.weights.allSatisfy({ $0.magnitude <= 1e5 })
      else {
        throw check.error(
          part,
          "\(coding.words.count) words and \(coding.weights.count) weights: each word needs "
            + "one that is no larger than 100000")
      }
      try check.checkDistinct(coding.words, at: "\(part).words")
    }
  }

  fileprivate var json: JSON {
    var members = [JSON.Member("name", .string(name))]
    func add(_ name: String, _ value: JSON, if isSaid: Bool = true) {
      if isSaid { members.append(.init(name, value)) }
    }
    switch transform {
    case .number(let coding):
      add("type", "standardized")
      members += coding.members
    case .date(let coding):
      add("type", "date")
      members += coding.position.members
      add("cycles", .array(coding.cycles.map { .string($0.rawValue) }))
    case .category(let coding):
      add("type", "oneHot")
      add("categories", .array(coding.categories.map(JSON.string)))
      add("other", true, if: coding.hasOther)
      add("marksMissing", true, if: coding.marksMissing)
      add("numbers", true, if: coding.areNumbers)
    case .words(let coding):
      add("type", "words")
      add("unit", .string(coding.unit.rawValue))
      add("words", .array(coding.words.map(JSON.string)))
      add("weights", .array(coding.weights.map(JSON.number)))
      add("marksMissing", true, if: coding.marksMissing)
    }
    add("spelling", spelling.json, if: spelling != Table.Spelling())
    return .object(members)
  }

  fileprivate init(_ reader: MetadataReader) throws(FileError) {
    let name = try reader.member("name").string()
    let type = try reader.member("type")
    func marksMissing() throws(FileError) -> Bool {
      try reader.memberIfPresent("marksMissing")?.truth() ?? false
    }
    let transform: Preprocessing.Transform
    switch try type.string() {
    case "standardized": transform = .number(try Standardization(reader))
    case "date":
      let cycles = try reader.member("cycles").elements { (cycle) throws(FileError) in
        try cycle.named(DateCoding.Cycle.self)
      }
      transform = .date(DateCoding(position: try Standardization(reader), cycles: cycles))
    case "oneHot":
      transform = .category(
        CategoryCoding(
          categories: try reader.member("categories").strings(),
          hasOther: try reader.memberIfPresent("other")?.truth() ?? false,
          marksMissing: try marksMissing(),
          areNumbers: try reader.memberIfPresent("numbers")?.truth() ?? false))
    case "words":
      let weights = try reader.member("weights").elements { (weight) throws(FileError) in
        try weight.number()
      }
      transform = .words(
        WordCounts(
          unit: try reader.member("unit").named(WordCounts.Unit.self),
          words: try reader.member("words").strings(), weights: weights,
          marksMissing: try marksMissing()))
    case let other: throw type.malformed("\(other.quoted) is no transform that is known here")
    }
    self.init(
      name, transform,
      spelling: try reader.memberIfPresent("spelling").map { (spelling) throws(FileError) in
        try Table.Spelling(spelling)
      } ?? Table.Spelling())
  }
}

extension Standardization {
  fileprivate var members: [JSON.Member] {
    var members: [JSON.Member] = [
      .init("mean", .number(mean)), .init("scale", .number(scale)),
      .init("missing", .number(missing)),
    ]
    if let curve {
      members.append(
        .init("curve", ["center": .number(curve.center), "scale": .number(curve.scale)]))
    }
    if bounds != Standardization.widestBounds {
      members.append(.init("bounds", [.number(bounds.lowerBound), .number(bounds.upperBound)]))
    }
    if marksMissing { members.append(.init("marksMissing", true)) }
    return members
  }

  fileprivate init(_ reader: MetadataReader) throws(FileError) {
    self.init(
      mean: try reader.member("mean").number(), scale: try reader.member("scale").number(),
      missing: try reader.member("missing").number(),
      marksMissing: try reader.memberIfPresent("marksMissing")?.truth() ?? false)
    if let curve = reader.memberIfPresent("curve") {
      self.curve = Curve(
        center: try curve.member("center").number(), scale: try curve.member("scale").number())
    }
    if let bounds = reader.memberIfPresent("bounds") {
      let ends = try bounds.elements { (end) throws(FileError) in try end.number() }
      guard ends.count == 2, ends[0] <= ends[1] else {
        throw bounds.malformed("two numbers in order expected")
      }
      self.bounds = ends[0]...ends[1]
    }
  }

  fileprivate func check(at part: String, _ check: FileCheck) throws(FileError) {
    guard mean.isFinite, missing.isFinite, scale.isNormal else {
      throw check.error(
        part,
        "mean \(mean), scale \(scale), missing \(missing) are no numbers to standardize with")
    }
    if let curve, !curve.center.isFinite || !curve.scale.isNormal || curve.scale < 0 {
      throw check.error(
        "\(part).curve", "center \(curve.center), scale \(curve.scale) are no numbers of a curve")
    }
    let widest = Standardization.widestBounds
    guard widest.contains(bounds.lowerBound), widest.contains(bounds.upperBound) else {
      throw check.error("\(part).bounds", "are beyond 1000000")
    }
  }
}

extension Table.Spelling {
  fileprivate var json: JSON {
    var members = [JSON.Member("notation", .string(notation.rawValue))]
    if isDecimalComma { members.append(.init("decimalComma", true)) }
    if isDayFirst { members.append(.init("dayFirst", true)) }
    if let currency { members.append(.init("currency", .string(currency))) }
    return .object(members)
  }

  fileprivate init(_ reader: MetadataReader) throws(FileError) {
    self.init(
      try reader.member("notation").named(Table.Notation.self),
      isDecimalComma: try reader.memberIfPresent("decimalComma")?.truth() ?? false,
      isDayFirst: try reader.memberIfPresent("dayFirst")?.truth() ?? false,
      currency: try reader.memberIfPresent("currency")?.string())
  }
}

extension MetadataReader {
  /// One of the names that there are.
  fileprivate func named<Choice: RawRepresentable<String> & CaseIterable>(
    _: Choice.Type
  ) throws(FileError) -> Choice {
    let text = try string()
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw malformed("\(text.quoted) is none of \(names)")
    }
    return choice
  }
}
