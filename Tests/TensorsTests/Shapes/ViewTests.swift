// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport
import Testing

@Suite struct ViewTests {
  /// Positions in the buffer of all elements, in row-major order.
  private static func positions(_ view: View, _ shape: Shape) -> [Int] {
    shape.allIndices.map { index in
      index.indices.reduce(view.offset) { $0 + index[$1] * view.strides[$1] }
    }
  }

  /// What a movement does to a list of elements, written down without strides.
  private static func moved(
    _ elements: [Int], _ movement: Movement, from source: Shape, to target: Shape
  ) -> [Int] {
    func element(_ index: [Int]) -> Int {
      elements[zip(index, source.rowMajorStrides).reduce(0) { $0 + $1.0 * $1.1 }]
    }
    return target.allIndices.map { index in
      switch movement {
      case .reshape:
        return elements[zip(index, target.rowMajorStrides).reduce(0) { $0 + $1.0 * $1.1 }]
      case .transpose(let order):
        var original = index
        for (axis, from) in order.enumerated() { original[from] = index[axis] }
        return element(original)
      case .expand:
        let inner = index.suffix(source.rank)
        return element(zip(inner, source).map { $1 == 1 ? 0 : $0 })
      case .slice(let place, let dropped):
        var kept = index.makeIterator()
        return element(
          place.starts.indices.map {
            place.starts[$0] + (dropped.contains($0) ? 0 : kept.next()! * place.stride($0))
          })
      case .windows(let windows):
        var original = index
        let place = original.remove(at: windows.axis)
        original[windows.axis] = place * windows.stride + index[windows.axis + 1] * windows.dilation
        return element(original)
      case .placed: fatalError("placing is no view")
      }
    }
  }

  private static func movement(
    of shape: Shape, _ choice: inout SplitMix
  ) -> (movement: Movement, target: Shape) {
    switch choice.below(5) {
    case 0: return (.reshape, choice.refactoring(of: shape))
    case 1:
      let order = choice.permutation(shape.rank)
      return (.transpose(order: order), Shape(order.map { shape[$0] }))
    case 2:
      let target = Shape(shape.map { $0 == 1 ? choice.pick([0, 1, 2, 3]) : $0 })
      return (.expand, choice.isTrue(oneIn: 2) ? [choice.pick([1, 2])] + target : target)
    case 3 where shape.contains(where: { $0 > 0 }):
      let axis = choice.pick(shape.indices.filter { shape[$0] > 0 })
      let size = 1 + choice.below(min(shape[axis], 3))
      let most = size == 1 ? 3 : (shape[axis] - 1) / (size - 1)
      let windows = Windows(
        axis: axis, size: size, stride: choice.pick([1, 2, 3]), dilation: 1 + choice.below(most))
      var target = shape
      target[axis] = windows.places(in: shape[axis])!
      return (
        .windows(windows),
        Shape(target.prefix(axis + 1)) + [size] + Shape(target.dropFirst(axis + 1))
      )
    default:
      var starts = Shape(), extents = Shape(), strides = Shape()
      for extent in shape {
        let part = choice.part(of: extent)
        starts.append(part.start)
        extents.append(part.extent)
        strides.append(part.stride)
      }
      let dropped = AxisSet(
        extents.indices.filter { _ in choice.isTrue(oneIn: 2) }.filter { extents[$0] == 1 })
      let place = Place(starts: starts, strides: strides)
      return (.slice(at: place, dropping: dropped), extents.dropping(dropped))
    }
  }

  @Test("Movements one after the other", arguments: 0..<2000)
  func composed(seed: Int) {
    var choice = SplitMix(seed: seed)
    var shape = choice.shape(rank: 0...4, extents: [0, 1, 1, 2, 2, 3, 4, 6])
    var view = View(rowMajor: shape), elements = Array(0..<shape.elementCount)
    #expect(view.isRowMajor(shape))
    for _ in 0..<6 {
      let (movement, target) = ViewTests.movement(of: shape, &choice)
      if target.elementCount > 500 { continue }
      guard let next = view.moved(movement, from: shape, to: target) else {
        #expect(!isAffine(elements, over: target), "\(view) \(shape) -> \(target)")
        continue
      }
      elements = ViewTests.moved(elements, movement, from: shape, to: target)
      (view, shape) = (next, target)
      #expect(view.strides.count == shape.rank)
      #expect(ViewTests.positions(view, shape) == elements)
      let isInOrder = elements.enumerated().allSatisfy { $0.offset == $0.element }
      if shape.elementCount > 0 {
        #expect(view.isRowMajor(shape) == isInOrder)
        #expect(view.isUniform(shape) == (Set(elements).count == 1))
      }
    }
  }

  /// Brute force: whether any offset and strides give these positions.
  private func isAffine(_ elements: [Int], over shape: Shape) -> Bool {
    guard let offset = elements.first else { return true }
    let steps = shape.rowMajorStrides
    let strides = shape.indices.map { shape[$0] > 1 ? elements[steps[$0]] - offset : 0 }
    return ViewTests.positions(View(offset: offset, strides: Shape(strides)), shape) == elements
  }

  @Test("No view exactly where none exists", arguments: 0..<2000)
  func reshapedOrNil(seed: Int) {
    var choice = SplitMix(seed: 10_000 + seed)
    let shape = choice.shape(rank: 1...4, extents: [1, 2, 2, 3, 4])
    // Strides of all kinds: of padded rows, reversed orders, repeated rows.
    let view = View(
      offset: choice.below(3),
      strides: Shape(
        shape.indices.map { axis in
          choice.isTrue(oneIn: 3) ? choice.below(8) : shape.rowMajorStrides[axis]
        }))
    let target = choice.refactoring(of: shape)
    let elements = ViewTests.positions(view, shape)
    let result = view.moved(.reshape, from: shape, to: target)
    #expect((result != nil) == isAffine(elements, over: target), "\(view) \(shape) -> \(target)")
    if let result { #expect(ViewTests.positions(result, target) == elements) }
  }

  @Test func placingIsNoView() {
    let placed = Movement.placed([Place(starts: [1])])
    #expect(View(rowMajor: [2]).moved(placed, from: [2], to: [4]) == nil)
  }

  @Test func rowMajorIgnoresStridesOfSingleElements() {
    #expect(View(offset: 0, strides: [99, 3, 7, 1]).isRowMajor([1, 2, 1, 3]))
    #expect(!View(offset: 0, strides: [1, 2]).isRowMajor([2, 3]))
    #expect(!View(offset: 1, strides: [3, 1]).isRowMajor([2, 3]))
    #expect(View(offset: 5, strides: [0, 9]).isUniform([4, 1]))
    #expect(!View(offset: 5, strides: [0, 9]).isUniform([4, 2]))
  }
}
