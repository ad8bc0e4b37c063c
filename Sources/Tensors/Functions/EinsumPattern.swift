// SPDX-License-Identifier: Apache-2.0

/// What `einsum` is told: names for the axes of each operand and of the result.
struct EinsumPattern {
  /// A letter, by its code, or an axis that `...` stands for, counted from the last: -1, -2, ...
  typealias Label = Int

  /// What the pattern says of one tensor.
  private struct Part {
    /// Letters with the numbers of their characters, counted from 1.
    var letters: [(label: Label, place: Int)] = []
    /// How many letters stand before `...`, if it is there.
    var ellipsis: Int?

    func labels(ellipsis count: Int) -> [Label] {
      let own = letters.map(\.label), before = ellipsis ?? own.count
      return own[..<before] + Array(-count..<0) + own[before...]
    }
  }

  private let text: String
  private var operands: [Part] = []
  private var result: Part?

  init(_ text: String) throws(Mistake) {
    self.text = text
    var part = Part(), isResult = false, index = 0
    let characters = Array(text)
    while index < characters.count {
      let place = index + 1, next = characters[index...].prefix(3)
      switch characters[index] {
      case " ": break
      case ",":
        if isResult { throw mistake("there is one result, but a comma", at: place) }
        operands.append(part)
        part = Part()
      case "-" where next.starts(with: "->"):
        if isResult { throw mistake("there is a second arrow", at: place) }
        operands.append(part)
        (part, isResult) = (Part(), true)
        index += 1
      case "." where next.starts(with: "..."):
        if part.ellipsis != nil { throw mistake("one part has two ellipses", at: place) }
        part.ellipsis = part.letters.count
        index += 2
      case let letter where letter.isASCII && letter.isLetter:
        part.letters.append((Int(letter.asciiValue!), place))
      case let other: throw mistake("\(other) is neither a letter nor , ... ->", at: place)
      }
      index += 1
    }
    if isResult { result = part } else { operands.append(part) }
  }

  private func mistake(
    _ problem: String, at place: Int? = nil, fix: String = "write it as in \"ij,jk->ik\""
  ) -> Mistake {
    let where_ = place.map { "at character \($0) of" } ?? "in"
    return Mistake("einsum", "\(where_) \"\(text)\": \(problem)", fix: fix)
  }

  private static func name(_ label: Label) -> String {
    label < 0 ? "axis \(label) of ..." : String(UnicodeScalar(UInt8(label)))
  }

  /// The names of the axes of each operand, and those of the result.
  ///
  /// - Parameter values: the operands; they lose axes of extent 1 that broadcast.
  func labels(of values: inout [Value]) throws(Mistake) -> (operands: [[Label]], result: [Label]) {
    guard values.count == operands.count else {
      throw mistake(
        "it has \(counted(operands.count, "part")) for \(counted(values.count, "operand"))",
        fix: "write one part for each operand, with commas between them")
    }
    var labels: [[Label]] = []
    for (index, part) in operands.enumerated() {
      labels.append(try self.labels(of: part, values[index], number: index))
    }
    let extents = try extents(of: labels, values)
    let wanted = try resultLabels(labels)
    for (index, own) in labels.enumerated() {
      let axes = own.indices.filter {
        own[$0] < 0 && values[index].shape[$0] == 1 && extents[own[$0]] != 1
      }
      if axes.isEmpty { continue }
      values[index] = values[index].reshaped(to: values[index].shape.dropping(AxisSet(axes)))
      labels[index] = own.indices.filter { !axes.contains($0) }.map { own[$0] }
    }
    return (labels, wanted)
  }

  private func labels(
    of part: Part, _ value: Value, number: Int
  ) throws(Mistake) -> [Label] {
    let named = part.letters.count
    guard part.ellipsis == nil ? value.rank == named : value.rank >= named else {
      throw mistake(
        "part \(number + 1) names \(counted(named, "axis", plural: "axes")), but \(value.label) "
          + "has \(value.rank)",
        at: part.letters.first?.place,
        fix: value.rank > named
          ? "name each axis; ... stands for those without a name" : "name only axes that it has")
    }
    return part.labels(ellipsis: value.rank - named)
  }

  private func extents(
    of labels: [[Label]], _ values: [Value]
  ) throws(Mistake) -> [Label: Int] {
    var extents: [Label: Int] = [:], owners: [Label: Int] = [:]
    for (number, own) in labels.enumerated() {
      for (axis, label) in own.enumerated() {
        let extent = values[number].shape[axis]
        guard let known = extents[label], known != extent, label >= 0 || known != 1 else {
          (extents[label], owners[label]) = (extent, number)
          continue
        }
        if label < 0, extent == 1 { continue }
        let place = operands[number].letters.last { $0.label == label }?.place
        throw mistake(
          "\(Self.name(label)) is \(extent) in \(values[number].label) and \(known) in "
            + values[owners[label]!].label,
          at: place, fix: "axes of one name need equal extents")
      }
    }
    return extents
  }

  private func resultLabels(_ labels: [[Label]]) throws(Mistake) -> [Label] {
    let all = labels.flatMap { $0 }
    let ellipsis = labels.map { $0.count { $0 < 0 } }.max() ?? 0
    guard let result else {
      let letters = Set(all.filter { $0 >= 0 })
      return Array(-ellipsis..<0)
        + letters.sorted().filter { label in
          all.count { $0 == label } == 1
        }
    }
    for (index, letter) in result.letters.enumerated() {
      let name = Self.name(letter.label)
      if !all.contains(letter.label) {
        throw mistake(
          "\(name) stands in no operand", at: letter.place,
          fix: "the result has axes of the operands")
      }
      if result.letters[..<index].contains(where: { $0.label == letter.label }) {
        throw mistake(
          "\(name) stands twice in the result", at: letter.place, fix: "name each axis once")
      }
    }
    return result.labels(ellipsis: result.ellipsis == nil ? 0 : ellipsis)
  }
}
