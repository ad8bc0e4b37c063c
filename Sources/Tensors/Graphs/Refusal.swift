// SPDX-License-Identifier: Apache-2.0

/// An operation that refused its inputs, and what these are called: enough to say it in words.
///
/// Families say in their files what they have own words for.
struct Refusal {
  let fault: FormFault
  let operation: Operation
  let inputs: Inputs
  /// The shape that was asked for, of operations whose result has a shape of its own.
  let shape: Shape?
  /// What the user called.
  let name: String

  init(
    _ fault: FormFault, of operation: Operation, _ inputs: Inputs, shape: Shape?,
    function: String?
  ) {
    self.fault = fault
    self.operation = operation
    self.inputs = inputs
    self.shape = shape
    name = function ?? operation.name
  }

  var mistake: Mistake { operation.words(for: self) ?? commonWords }

  func mistake(_ problem: String, fix: String) -> Mistake { Mistake(name, problem, fix: fix) }

  func label(_ role: FormFault.Role) -> String {
    switch role {
    case .input(let index): inputs[index].label
    case .choices: "the choices \(shape(role))"
    case .result: shape.map { "the result \($0)" } ?? "the result"
    }
  }

  func shape(_ role: FormFault.Role) -> Shape {
    switch role {
    case .input(let index): inputs[index].shape
    case .choices: inputs[1].shape.broadcast(with: inputs[2].shape) ?? inputs[1].shape
    case .result: shape ?? Shape()
    }
  }

  private func type(_ role: FormFault.Role) -> String {
    if case .input(let index) = role { return inputs[index].elementType.name }
    return "another type"
  }

  private var commonWords: Mistake {
    switch fault {
    case .inputCount(let count):
      return mistake(
        "it takes \(counted(count, "input")) and gets \(inputs.count)", fix: "give it \(count)")
    case .unsaid:
      return mistake("the form of the result is not given", fix: "give its shape and element type")
    case .elementType(let role, let types):
      return mistake(
        "\(label(role)) is of \(type(role))", fix: "use elements of \(types.names)")
    case .elementTypes(let a, let b):
      return mistake(
        "\(label(a)) is of \(type(a)), \(label(b)) of \(type(b))", fix: "convert one of them")
    case .rank(let role):
      return mistake(
        "\(label(role)) has \(counted(shape(role).rank, "axis", plural: "axes"))",
        fix: "check the axes")
    case .extents(let left, let right):
      return mistake(
        "\(label(.left)) has extent \(shape(.left)[left]) at axis \(left) but \(label(.right)) has "
          + "\(shape(.right)[right]) at axis \(right)", fix: "these extents must be equal")
    case .broadcast(let a, let b, let axis):
      let (left, right) = shape(a).extents(and: shape(b), at: axis)
      return mistake(
        "\(label(a)) and \(label(b)) do not broadcast: at axis \(axis) of the result one has extent "
          + "\(left), the other \(right)",
        fix: "extents must be equal or 1; " + insertion(a, b))
    case .axes(let role):
      return mistake(
        "it names axes that \(label(role)) does not have", fix: "name each axis once")
    case .empty(let axis):
      return mistake(
        "\(label(.left)) has no elements along axis \(axis), so there is no \(name)",
        fix: "check that the axis is not empty")
    case .positions(let role, let axis, let most):
      return .tooManyPositions(
        shape(role)[axis], of: "axis \(axis) of \(label(role))", in: name, most: most)
    case .elementCount:
      let target = shape(.result)
      return mistake(
        "\(label(.left)) has \(shape(.left).elementCount) elements, \(target) has "
          + "\(target.checkedElementCount.map(String.init) ?? "more than can be counted")",
        fix: "both shapes must hold the same number of elements")
    case .stretch:
      return mistake(
        "\(label(.left)) does not stretch to \(shape(.result))"
          + shape(.left).refusal(toStretchTo: shape(.result)),
        fix: "only axes of extent 1, and new leading ones, can be stretched")
    case .outside(let axis):
      return mistake(
        "at axis \(axis) a part of \(label(.left)) is outside", fix: "check starts and extents")
    case .negativeExtent(let axis):
      let target = shape(.result)
      return mistake(
        "the shape \(target) has the negative extent \(target[axis]) at axis \(axis)",
        fix: "extents are 0 or more")
    case .uncountable(let shape):
      return mistake(
        "a tensor of shape \(shape) has more elements than can be counted",
        fix: "check the extents")
    }
  }

  /// How an operand of lower rank is stretched along the last axis, if that is what is missing.
  private func insertion(_ a: FormFault.Role, _ b: FormFault.Role) -> String {
    let isLeft = shape(a).rank < shape(b).rank
    let lower = isLeft ? a : b, higher = isLeft ? b : a
    let rank = shape(lower).rank
    guard rank < shape(higher).rank,
      (shape(lower) + [1]).broadcast(with: shape(higher)) != nil
    else { return "reshape one operand or insert an axis with .newAxis" }
    if case .input(let index) = lower, let name = inputs[index].givenName {
      return "to repeat \(name) along the last axis write \(name).expandingShape(at: \(rank))"
    }
    return "to repeat the \(isLeft ? "left" : "right") operand along the last axis use "
      + "expandingShape(at: \(rank)) on it"
  }
}

extension Operation {
  /// What a family says in its own words; nil where the common ones do.
  fileprivate func words(for refusal: Refusal) -> Mistake? {
    switch self {
    case .creation(let creation): creation.words(for: refusal)
    case .selection: selectionWords(for: refusal)
    case .contraction: contractionWords(for: refusal)
    case .movement(let movement): movement.words(for: refusal)
    case .gathering(let gathering, _): gathering.words(for: refusal)
    case .random, .identity, .unary, .binary, .comparison, .conversion, .reduction, .scan: nil
    }
  }
}

extension Mistake {
  /// An axis so long that an Int32 cannot count it, where it holds a position along one.
  package static func tooManyPositions(
    _ extent: Int, of axis: String, in operation: String, most: Int = Int(Int32.max)
  ) -> Mistake {
    Mistake(
      operation, "\(axis) has \(extent) elements, and positions along it are of Int32",
      fix: "use at most \(most) elements, in several parts if there are more")
  }
}

extension Shape {
  /// Where and why stretching fails.
  fileprivate func refusal(toStretchTo target: Shape) -> String {
    let missing = target.rank - rank
    guard missing >= 0,
      let axis = indices.first(where: { self[$0] != 1 && self[$0] != target[missing + $0] })
    else { return "" }
    return ": its axis \(axis) has extent \(self[axis]), not 1 or \(target[missing + axis])"
  }
}
