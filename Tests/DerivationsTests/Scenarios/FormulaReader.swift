// SPDX-License-Identifier: Apache-2.0

import PullbackDerivations
import PullbackTensors

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Evaluates formulas as a reader would who has nothing but the text and the tensors that have
/// lines: by NumPy's rules, sums keeping the axes that they are over.
struct FormulaReader {
  var tensors: [String: Numbers] = [:]

  enum Failure: Error {
    /// Words that this reader does not know.
    case unknown(String)
    /// What makes no sense.
    case wrong(String)
  }

  /// The numbers of a line, whose shape a reader knows.
  func read(_ formula: Formula, as shape: [Int]) throws -> Numbers {
    let found = try read(formula)
    if found.shape.filter({ $0 != 1 }) == shape.filter({ $0 != 1 }) {
      return found.reshaped(to: shape)!
    }
    return try some(
      found.droppingUnits(beyond: shape.count).broadcast(to: shape),
      "\(found.shape) is no line of \(shape)")
  }

  private func some<T>(_ value: T?, _ reason: String) throws -> T {
    guard let value else { throw Failure.wrong(reason) }
    return value
  }

  private func tensor(_ name: String) throws -> Numbers {
    try some(tensors[name], "there is no \(name)")
  }

  private func pointwise(
    _ formulas: [Formula], _ function: ([Double]) -> Double
  ) throws -> Numbers {
    let inputs = try formulas.map { try read($0) }
    let shape = try some(
      Numbers.broadcast(inputs.map(\.shape)), "\(inputs.map(\.shape)) do not meet")
    let stretched = inputs.map { $0.broadcast(to: shape)! }
    return Numbers(
      shape: shape,
      values: (0..<shape.reduce(1, *)).map { place in function(stretched.map { $0.values[place] }) }
    )
  }

  func read(_ formula: Formula) throws -> Numbers {
    switch formula {
    case .name(let name):
      if name.hasPrefix("0..<"), let count = Int(name.dropFirst(4)) {
        return Numbers([count]) { Double($0[0]) }
      }
      return try tensor(name)
    case .unnamed(let words): throw Failure.unknown(words)
    case .gradient(let name): return try tensor(name + ".g")
    case .number(let number): return Numbers(shape: [], values: [number])
    case .call(let name, let inputs): return try call(name, inputs)
    case .negative(let x): return try pointwise([x]) { -$0[0] }
    case .sum(let terms): return try pointwise(terms) { $0.reduce(0, +) }
    case .product(let factors): return try pointwise(factors) { $0.reduce(1, *) }
    case .quotient(let x, let y): return try pointwise([x, y]) { $0[0] / $0[1] }
    case .squared(let x): return try pointwise([x]) { $0[0] * $0[0] }
    case .matmul(let x, let y):
      return try product(x, y)
    case .transposed(let x):
      let x = try read(x), rank = x.shape.count
      if rank < 2 { throw Failure.wrong("\(x.shape)ᵀ") }
      return x.transposed(Array(0..<(rank - 2)) + [rank - 1, rank - 2])
    case .relation(let relation, let x, let y): return try related(relation, x, y)
    case .not(let x): return try pointwise([x]) { 1 - $0[0] }
    case .indicator(let x): return try read(x)
    case .choice(let condition, let x, let y):
      return try pointwise([condition, x, y]) { $0[0] != 0 ? $0[1] : $0[2] }
    case .reduced(let summary, let x, let axes): return try reduced(summary, try read(x), axes)
    case .stretched(let x, let axes): return try stretched(try read(x), axes)
    case .shaped(let x, let target):
      let found = try read(x)
      return try some(found.reshaped(to: Array(target)), "\(found.shape) as \(target)")
    case .arranged(let x, let words): return try arranged(x, words)
    case .part(.name("ones"), let extents): return Numbers(try shape(extents)) { _ in 1 }
    case .part(let x, let index):
      let x = try read(x)
      if let rows = tensors[index] {
        return Numbers(rows.shape + x.shape.dropFirst()) { place in
          x[[Int(rows[Array(place.prefix(rows.shape.count))])] + place.dropFirst(rows.shape.count)]
        }
      }
      let (places, shape) = try indices(index, within: x.shape)
      return try some(
        Numbers(places.map(\.count)) { place in x[zip(places, place).map { $0[$1] }] }
          .reshaped(to: shape), index)
    }
  }

  private func call(_ name: String, _ inputs: [Formula]) throws -> Numbers {
    let functions: [String: ([Double]) -> Double] = [
      "detached": { $0[0] }, "exp": { exp($0[0]) }, "log": { log($0[0]) },
      "sqrt": { $0[0].squareRoot() }, "tanh": { tanh($0[0]) }, "sin": { sin($0[0]) },
      "relu": { Swift.max($0[0], 0) }, "abs": { abs($0[0]) },
      "sign": { $0[0] > 0 ? 1 : $0[0] < 0 ? -1 : 0 },
      "max": { Swift.max($0[0], $0[1]) }, "min": { Swift.min($0[0], $0[1]) },
    ]
    if name == "einsum" { return try einsum(inputs) }
    guard let function = functions[name] else { throw Failure.unknown(name) }
    return try pointwise(inputs, function)
  }

  private func product(_ left: Formula, _ right: Formula) throws -> Numbers {
    var (x, y) = (try read(left), try read(right))
    // The other matrix says how far one is stretched.
    if case .stretched = left, x.shape.count == 2, x.shape[1] == 1, y.shape.count > 1 {
      x = x.broadcast(to: [x.shape[0], y.shape[y.shape.count - 2]])!
    }
    if case .stretched = right, y.shape.count == 2, y.shape[0] == 1 {
      y = y.broadcast(to: [x.shape.last ?? 1, y.shape[1]])!
    }
    return try some(x.matmul(y), "\(x.shape) @ \(y.shape)")
  }

  private func einsum(_ inputs: [Formula]) throws -> Numbers {
    guard inputs.count == 3, case .name(let pattern) = inputs[0] else {
      throw Failure.unknown("einsum")
    }
    let letters = pattern.filter { $0.isLetter || $0 == "," || $0 == ">" }
    let sides = letters.split(separator: ">", omittingEmptySubsequences: false)
    let operands = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    let x = try read(inputs[1]), y = try read(inputs[2])
    var extents: [Character: Int] = [:]
    for (names, numbers) in [(operands[0], x), (operands[1], y)] {
      if names.count != numbers.shape.count {
        throw Failure.wrong("\(pattern) of \(numbers.shape)")
      }
      for (letter, extent) in zip(names, numbers.shape) {
        if extents[letter] ?? extent != extent { throw Failure.wrong(pattern) }
        extents[letter] = extent
      }
    }
    let result = Array(sides[1]), summed = extents.keys.filter { !result.contains($0) }.sorted()
    return Numbers(result.map { extents[$0]! }) { index in
      var place = Dictionary(uniqueKeysWithValues: zip(result, index))
      return Numbers(summed.map { extents[$0]! }) { inner in
        for (letter, number) in zip(summed, inner) { place[letter] = number }
        return x[operands[0].map { place[$0]! }] * y[operands[1].map { place[$0]! }]
      }.values.reduce(0, +)
    }
  }

  private func related(
    _ relation: Formula.Relation, _ x: Formula, _ y: Formula
  ) throws -> Numbers {
    func holds(_ x: Double, _ y: Double) -> Bool {
      // What was rounded to Float in between is no other number.
      let areEqual = x == y || abs(x - y) < 1e-6 * (1 + abs(x))
      return switch relation {
      case .and: x != 0 && y != 0
      case .or: x != 0 || y != 0
      case .comparison(.equal): areEqual
      case .comparison(.notEqual): !areEqual
      case .comparison(.less): x < y && !areEqual
      case .comparison(.lessOrEqual): x < y || areEqual
      case .comparison(.greater): x > y && !areEqual
      case .comparison(.greaterOrEqual): x > y || areEqual
      }
    }
    var (left, right) = (try read(x), try read(y))
    // Where extents do not meet they tell which axes are meant.
    if Numbers.broadcast([left.shape, right.shape]) == nil {
      if left.shape.count == 1, right.shape.count == 1 {
        left.shape.append(1)
      } else if left.shape.count == 1, let axis = right.shape.firstIndex(of: left.shape[0]) {
        left.shape += [Int](repeating: 1, count: right.shape.count - axis - 1)
      } else if right.shape.count == 1, let axis = left.shape.firstIndex(of: right.shape[0]) {
        right.shape += [Int](repeating: 1, count: left.shape.count - axis - 1)
      }
      let reader = FormulaReader(tensors: ["left": left, "right": right])
      return try reader.pointwise([.name("left"), .name("right")]) { holds($0[0], $0[1]) ? 1 : 0 }
    }
    return try pointwise([x, y]) { holds($0[0], $0[1]) ? 1 : 0 }
  }

  private func reduced(
    _ summary: Formula.Summary, _ x: Numbers, _ axes: Formula.Axes?
  ) throws -> Numbers {
    func combine(_ copies: Double) throws -> ([Double]) -> Double {
      switch summary {
      case .mean: { $0.reduce(0, +) / Double($0.count) }
      case .elements(.sum): { $0.reduce(0, +) * copies }
      case .elements(.max): { $0.max() ?? -.infinity }
      case .elements(.min): { $0.min() ?? .infinity }
      case .elements(let other): throw Failure.unknown("\(other)")
      }
    }
    let all = Array(x.shape.indices), total = x.values.count
    switch axes {
    case nil, .all: return try some(x.reduced(all, combine(1)).reshaped(to: []), "")
    case .elements(let count):
      if count % max(total, 1) != 0 { throw Failure.wrong("\(count) elements of \(x.shape)") }
      return x.reduced(all, try combine(Double(count / max(total, 1)))).reshaped(to: [])!
    case .these(let set, let rank):
      if x.values.count == 1 { return x }
      if x.shape.count != rank { throw Failure.wrong("axes of rank \(rank) of \(x.shape)") }
      return x.reduced(set.sorted, try combine(1))
    case .counted(let set, let rank, let count):
      let shape = [Int](repeating: 1, count: max(rank - x.shape.count, 0)) + x.shape
      if shape.count != rank { throw Failure.wrong("axes of rank \(rank) of \(x.shape)") }
      let own = set.sorted.reduce(1) { $0 * shape[$1] }
      if count % max(own, 1) != 0 { throw Failure.wrong("\(count) of \(x.shape)") }
      // What is the same everywhere has no axes.
      let found = x.reshaped(to: shape)!.reduced(set.sorted, try combine(Double(count / own)))
      return x.shape.isEmpty ? found.reshaped(to: [])! : found
    }
  }

  private func stretched(_ x: Numbers, _ axes: Formula.Axes) throws -> Numbers {
    guard case .these(let set, let rank) = axes else {
      return try some(x.reshaped(to: []), "\(x.shape) is stretched as one number")
    }
    var shape = x.shape
    if shape.count == rank - set.count {
      for axis in set.sorted { shape.insert(1, at: axis) }
    } else {
      shape = [Int](repeating: 1, count: max(rank - shape.count, 0)) + shape
    }
    if shape.count != rank || set.sorted.contains(where: { shape[$0] != 1 }) {
      throw Failure.wrong("\(x.shape) is stretched over \(set.sorted) of \(rank)")
    }
    return x.reshaped(to: shape)!
  }

  private func shape(_ text: some StringProtocol) throws -> [Int] {
    try text.split(separator: ",").map { extent in
      try some(Int(String(extent.filter { $0 != " " })), "\(text) is no shape")
    }
  }

  /// What stands between brackets behind some words.
  private func bracketed(_ words: String, behind beginning: String) -> String? {
    guard words.hasPrefix(beginning + "["), words.hasSuffix("]") else { return nil }
    return String(words.dropFirst(beginning.count + 1).dropLast())
  }

  private func arranged(_ x: Formula, _ words: String) throws -> Numbers {
    if words == "with a derivative of its own" { return try read(x) }
    if let target = bracketed(words, behind: "stretched to ") {
      let found = try read(x), shape = try shape(target)
      return try some(
        found.droppingUnits(beyond: shape.count).broadcast(to: shape), "\(found.shape) \(words)")
    }
    if let order = bracketed(words, behind: "with axes in the order ") {
      return try read(x).transposed(try shape(order))
    }
    if case .call("parts", let parts) = x {
      for beginning in ["placed in ", "added up in "] {
        guard let target = bracketed(words, behind: beginning) else { continue }
        var whole = Numbers(try shape(target)) { _ in 0 }
        for case .arranged(let part, let place) in parts {
          try add(part, at: some(bracketed(place, behind: "at "), place), to: &whole)
        }
        return whole
      }
    }
    if words.hasPrefix("at ["), words.hasSuffix("]"), let end = words.firstIndex(of: "]"),
      let target = bracketed(String(words[end...].dropFirst()), behind: " among zeros in ")
    {
      var whole = Numbers(try shape(target)) { _ in 0 }
      try add(x, at: String(words[..<end].dropFirst(4)), to: &whole)
      return whole
    }
    throw Failure.unknown(words)
  }

  private func add(_ part: Formula, at index: String, to whole: inout Numbers) throws {
    let (places, shape) = try indices(index, within: whole.shape)
    let extents = places.map(\.count), part = try read(part)
    let elements =
      part.values.count == extents.reduce(1, *)
      ? part.reshaped(to: extents)!
      : try some(
        part.droppingUnits(beyond: shape.count).broadcast(to: shape), index
      ).reshaped(to: extents)!
    _ = Numbers(extents) { place in
      let there = zip(places, place).map { $0[$1] }
      whole.values[zip(there, whole.shape).reduce(0) { $0 * $1.1 + $1.0 }] += elements[place]
      return 0
    }
  }

  /// For each axis the places, and the shape without the axes that have just a number.
  private func indices(
    _ text: String, within shape: [Int]
  ) throws -> (places: [[Int]], shape: [Int]) {
    let axes = text.split(separator: ",").map { $0.drop { $0 == " " } }
    if axes.count != shape.count { throw Failure.wrong("[\(text)] of \(shape)") }
    var places: [[Int]] = [], result: [Int] = []
    for (axis, extent) in zip(axes, shape) {
      let found: [Int]
      if axis == ":" {
        found = Array(0..<extent)
      } else if let number = Int(axis) {
        places.append([number])
        continue
      } else {
        let numbers = axis.split { !$0.isNumber && $0 != "-" }.compactMap { Int($0) }
        if axis.contains("..<"), numbers.count == 2 {
          found = Array(numbers[0]..<numbers[1])
        } else if numbers.count == 3 {
          found = Array(stride(from: numbers[0], through: numbers[1], by: numbers[2]))
        } else {
          throw Failure.unknown(text)
        }
      }
      if found.contains(where: { !(0..<extent).contains($0) }) { throw Failure.wrong(text) }
      places.append(found)
      result.append(found.count)
    }
    return (places, result)
  }
}
