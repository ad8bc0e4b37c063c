// SPDX-License-Identifier: Apache-2.0

/// Numbers for the axes over which windows move: one for all of them, or one for each.
///
/// ```swift
/// let stride: PerAxis = 2, kernelSize: PerAxis = [3, 5]
/// print(stride, kernelSize)   // 2 [3, 5]
/// ```
public struct PerAxis: Sendable, Hashable {
  package let numbers: Shape

  /// One number for all axes.
  public init(_ number: Int) { numbers = [number] }

  /// A number for each axis; one alone is for all.
  public init(_ numbers: [Int]) { self.numbers = Shape(numbers) }

  /// The number for each of so many axes. Throws if there are others than one or that many, or one
  /// below `least`.
  package func along(
    _ axes: Int, from least: Int = 1, _ name: String, in operation: String
  ) throws(Mistake) -> Shape {
    guard numbers.rank == 1 || numbers.rank == axes else {
      throw Mistake(
        operation,
        "\(numbers.rank) numbers for the \(name) over \(counted(axes, "axis", plural: "axes"))",
        fix: "give one number" + (axes == 1 ? "" : ", or \(axes)"))
    }
    let most = Int(Int32.max)
    guard let wrong = numbers.first(where: { $0 < least || $0 > most }) else {
      return numbers.rank == axes ? numbers : Shape(repeating: numbers[0], rank: axes)
    }
    throw Mistake(
      operation, "a \(name) of \(wrong)", fix: "use whole numbers from \(least) to \(most)")
  }
}

extension PerAxis: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// One number for all axes.
  public init(integerLiteral number: Int) { self.init(number) }

  /// A number for each axis.
  public init(arrayLiteral numbers: Int...) { self.init(numbers) }

  /// The number, or the numbers as `[3, 5]`.
  public var description: String { numbers.rank == 1 ? "\(numbers[0])" : "\(numbers)" }
}

/// What stands around a tensor where windows go beyond it.
///
/// ```swift
/// let x = Tensor<Float>.zeros([1, 28, 28, 1]), w = Tensor<Float>.zeros([5, 5, 1, 8])
/// print(convolution(x, w, padding: .same).shape)   // [1, 28, 28, 8]
/// print(convolution(x, w, padding: [2, 0]).shape)   // [1, 28, 24, 8]
/// print(convolution(x, w, padding: WindowPadding(before: 1, after: [1, 0])).shape)   // [1, 26, 25, 8]
/// ```
public struct WindowPadding: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case same
    case numbers(before: PerAxis, after: PerAxis)
  }

  package let kind: Kind

  /// Nothing: windows stay within the tensor.
  public static let valid = WindowPadding(0)

  /// As much as gives an axis of extent l the windows ⌈l / stride⌉: with stride 1 as many as it has
  /// elements. Half of it before, and one more after where it is odd, as in TensorFlow and JAX.
  public static let same = WindowPadding(kind: .same)

  private init(kind: Kind) { self.kind = kind }

  /// So many elements before and as many after, along each axis.
  public init(_ number: Int) { self.init(before: PerAxis(number), after: PerAxis(number)) }

  /// For each axis so many before and as many after.
  public init(_ numbers: [Int]) { self.init(before: PerAxis(numbers), after: PerAxis(numbers)) }

  /// Different numbers before and after.
  public init(before: PerAxis, after: PerAxis) {
    kind = .numbers(before: before, after: after)
  }

  /// The numbers along the axes, over which windows of this many elements (dilation counted) go.
  package func along(
    _ extents: Shape, spans: Shape, stride: Shape, in operation: String
  ) throws(Mistake) -> (before: Shape, after: Shape) {
    switch kind {
    case .numbers(let before, let after):
      return (
        try before.along(extents.rank, from: 0, "padding", in: operation),
        try after.along(extents.rank, from: 0, "padding", in: operation)
      )
    case .same:
      var before = extents, after = extents
      for axis in extents.indices {
        let places = (extents[axis] + stride[axis] - 1) / stride[axis]
        let total = max((max(places, 1) - 1) * stride[axis] + spans[axis] - extents[axis], 0)
        before[axis] = total / 2
        after[axis] = total - total / 2
      }
      return (before, after)
    }
  }
}

extension WindowPadding: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
  CustomStringConvertible
{
  /// So many elements on all sides.
  public init(integerLiteral number: Int) { self.init(number) }

  /// For each axis so many before and as many after.
  public init(arrayLiteral numbers: Int...) { self.init(numbers) }

  /// As it is written in code.
  public var description: String {
    switch kind {
    case .same: ".same"
    case .numbers(let before, let after):
      before == after ? "\(before)" : "WindowPadding(before: \(before), after: \(after))"
    }
  }
}
