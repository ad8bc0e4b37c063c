// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A formula of a tensor, and how a reader takes it. Axes of extent 1 are left out of formulas, and
/// that something is repeated where the shape of the line or another operand says so: but only
/// where a reader puts them back as they are.
struct Phrase {
  let formula: Formula
  /// The extents that the formula itself has, by the rules of broadcasting: 1 along axes that it is
  /// repeated along, and along those that a sum or mean in it has lost.
  let shape: Shape
  /// Which axis of the tensor each of these is; nil where the extent is 1.
  let axes: [Int?]
  /// What is said to be stretched, without these words.
  private(set) var bare: [Phrase] = []

  /// As a reader takes something of the tensor's own shape.
  init(_ formula: Formula, of shape: Shape) {
    self.init(formula, shape, shape.indices.map { shape[$0] == 1 ? nil : $0 })
  }

  private init(_ formula: Formula, _ shape: Shape, _ axes: [Int?]) {
    self.formula = formula
    self.shape = shape
    self.axes = axes
  }

  /// The same everywhere.
  static func number(_ formula: Formula) -> Phrase { Phrase(formula, of: []) }

  /// Another formula for something of the same extents.
  func with(_ formula: Formula) -> Phrase { Phrase(formula, shape, axes) }

  /// As part of a tensor of which each axis is another one.
  ///
  /// - Parameter place: where an axis of more than one element goes.
  func moved(_ place: (Int) -> Int?) -> Phrase {
    var phrase = Phrase(formula, shape, axes.map { $0.flatMap(place) })
    phrase.bare = bare.map { $0.moved(place) }
    return phrase
  }

  /// As an operand that is broadcast to more axes.
  func broadcast(from rank: Int, to result: Int) -> Phrase { moved { $0 + result - rank } }

  // What a reader makes of it.

  /// True if a reader puts each axis where it is, counted from the last one.
  func isAligned(rank: Int) -> Bool {
    axes.indices.allSatisfy { axes[$0] == nil || axes[$0]! == $0 + rank - axes.count }
  }

  /// True if its elements are all there are.
  func isWhole(_ tensor: Shape) -> Bool { missing(in: tensor).isEmpty }

  /// Axes that the tensor has more than one element along, all equal, and the formula one.
  func missing(in tensor: Shape) -> AxisSet {
    AxisSet(tensor.indices.filter { tensor[$0] != 1 && !axes.contains($0) })
  }

  /// The extents with all axes of the tensor.
  private func spelled(in tensor: Shape) -> Shape { tensor.collapsing(missing(in: tensor)) }

  /// With its shape said where a reader would take it otherwise.
  func aligned(in tensor: Shape) -> Phrase {
    isAligned(rank: tensor.rank) ? self : withShapeSaid(in: tensor)
  }

  /// As what an axis is named by its place of: with all axes.
  func ranked(in tensor: Shape) -> Phrase {
    shape.rank == tensor.rank && isAligned(rank: tensor.rank) || formula.isMadeOfNumbers
      ? self : withShapeSaid(in: tensor)
  }

  private func withShapeSaid(in tensor: Shape) -> Phrase {
    let shape = spelled(in: tensor)
    return Phrase(formula.shaped(shape), of: shape)
  }

  /// With all its elements; a number that is the same everywhere is a tensor of such.
  ///
  /// - Parameter known: axes whose extents another operand says.
  func complete(in tensor: Shape, butFor known: AxisSet = AxisSet()) -> Phrase {
    if shape == tensor, isAligned(rank: tensor.rank) { return self }
    if formula.isMadeOfNumbers {
      if tensor.rank == 0 { return self }
      let extents = tensor.map(String.init).joined(separator: ", ")
      return Phrase(.times(formula, .part(.name("ones"), extents)), of: tensor)
    }
    if isWhole(tensor) { return ranked(in: tensor) }
    let isTold = missing(in: tensor).sorted.allSatisfy(known.contains)
    if isTold, !bare.isEmpty, shape.rank == tensor.rank { return Phrase(formula, of: tensor) }
    let inner = inComparison.aligned(in: tensor).formula
    return Phrase(.arranged(inner, "stretched to \(tensor)"), of: tensor)
  }

  /// As a line of its own, whose shape stands beside it.
  func line(of tensor: Shape) -> Formula {
    isWhole(tensor) ? formula : aligned(in: tensor).formula
  }

  /// Repeated along axes, in words if they tell a reader something.
  func stretched(from tensor: Shape, to result: Shape) -> Phrase {
    let isRepeated = tensor.stretchedAxes(to: result).sorted.contains { result[$0] != 1 }
    if !isRepeated || formula.isMadeOfNumbers {
      return broadcast(from: tensor.rank, to: result.rank)
    }
    let broadcast = with(formula).broadcast(from: tensor.rank, to: result.rank)
    let missing = broadcast.missing(in: result)
    if tensor.elementCount == 1 {
      var phrase = Phrase(.stretched(formula, along: .all), of: broadcast.spelled(in: result))
      phrase.bare = [broadcast]
      return phrase
    }
    // What has just the axes that are not stretched says where they are.
    let isPlain = broadcast.isAligned(rank: result.rank) || shape == result.dropping(missing)
    let inner = isPlain ? broadcast : broadcast.withShapeSaid(in: result)
    var phrase = Phrase(
      .stretched(inner.formula, along: .these(missing, rank: result.rank)),
      of: broadcast.spelled(in: result))
    phrase.bare = [broadcast]
    return phrase
  }

  /// True for one number that is said to be everywhere.
  var isOneStretched: Bool { if case .stretched(_, .all) = formula { true } else { false } }

  /// In a pointwise operation nothing is gained by saying that a number goes everywhere.
  var inPointwise: Phrase { isOneStretched ? inComparison : self }

  /// Without the words for what is stretched.
  var inComparison: Phrase { bare.first ?? self }

  // Several that meet element by element.

  /// Phrases for the operands of a pointwise operation, so that a reader lets the right elements
  /// meet, and the extents that they have together.
  static func operands(
    _ operands: [Phrase], _ tensors: [Shape], to result: Shape
  ) -> (formulas: [Formula], together: Phrase) {
    func together(_ operands: [Phrase]) -> Phrase? {
      Phrase.together(
        zip(operands, tensors).map { $0.broadcast(from: $1.rank, to: result.rank) })
    }
    let plain = operands.map(\.inPointwise)
    if let extents = together(plain) { return (plain.map(\.formula), extents) }
    let said = zip(plain, tensors).map { $0.aligned(in: $1) }
    return (said.map(\.formula), together(said)!)
  }

  /// The same for the sides of a comparison. There nobody wonders which elements meet, if the
  /// extents alone tell which.
  static func compared(
    _ sides: [Phrase], _ tensors: [Shape], to result: Shape
  ) -> (formulas: [Formula], together: Phrase) {
    let bare = sides.map(\.inComparison)
    let broadcast = zip(bare, tensors).map { $0.broadcast(from: $1.rank, to: result.rank) }
    if let extents = together(broadcast) { return (bare.map(\.formula), extents) }
    if bare[0].shape.broadcast(with: bare[1].shape) == nil, isTold(broadcast, result) {
      let reached = broadcast.flatMap(\.axes)
      let missing = AxisSet(result.indices.filter { !reached.contains($0) })
      return (bare.map(\.formula), Phrase(.number(0), of: result.collapsing(missing)))
    }
    return operands(sides, tensors, to: result)
  }

  /// True for the rows of what is on the left and the columns of what is on the right, and for a
  /// vector as long as one axis alone of what it meets.
  private static func isTold(_ sides: [Phrase], _ result: Shape) -> Bool {
    let places = sides.map { $0.axes.compactMap(\.self) }
    guard sides.contains(where: { $0.shape.rank == 1 }), !places.contains(where: \.isEmpty) else {
      return false
    }
    if sides.allSatisfy({ $0.shape.rank == 1 }) { return places[0][0] < places[1][0] }
    let other = sides[sides[0].shape.rank == 1 ? 1 : 0]
    return other.shape == result && Set(result).count == result.count
  }

  /// The extents of what a reader gets who broadcasts these; nil if other elements meet there.
  private static func together(_ operands: [Phrase]) -> Phrase? {
    let rank = operands.map(\.shape.rank).max() ?? 0
    var shape = Shape(repeating: 1, rank: rank), axes = [Int?](repeating: nil, count: rank)
    for operand in operands {
      for (axis, extent) in operand.shape.enumerated() {
        guard let place = operand.axes[axis] else { continue }
        let own = axis + rank - operand.shape.rank
        if let other = axes[own], other != place { return nil }
        (shape[own], axes[own]) = (extent, place)
      }
    }
    let places = axes.compactMap(\.self)
    let isInOrder = zip(places, places.dropFirst()).allSatisfy { $0 < $1 }
    return isInOrder ? Phrase(.number(0), shape, axes) : nil
  }
}
