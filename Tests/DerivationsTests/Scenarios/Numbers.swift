// SPDX-License-Identifier: Apache-2.0

/// Numbers in a shape, and what NumPy would do with them.
struct Numbers: Equatable {
  var shape: [Int]
  var values: [Double]

  init(_ shape: [Int], _ value: (_ index: [Int]) -> Double) {
    self.shape = shape
    let count = shape.reduce(1, *)
    values = (0..<count).map { position in
      var rest = position, index = [Int](repeating: 0, count: shape.count)
      for axis in shape.indices.reversed() {
        index[axis] = rest % shape[axis]
        rest /= shape[axis]
      }
      return value(index)
    }
  }

  init(shape: [Int], values: [Double]) { (self.shape, self.values) = (shape, values) }

  subscript(index: [Int]) -> Double {
    values[zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }

  /// Nil where extents do not fit.
  func broadcast(to target: [Int]) -> Numbers? {
    let missing = target.count - shape.count
    guard missing >= 0,
      shape.indices.allSatisfy({ shape[$0] == 1 || shape[$0] == target[$0 + missing] })
    else { return nil }
    return Numbers(target) { index in
      self[shape.indices.map { shape[$0] == 1 ? 0 : index[$0 + missing] }]
    }
  }

  /// Without leading axes of extent 1 that more than so many have.
  func droppingUnits(beyond rank: Int) -> Numbers {
    var shape = self.shape
    while shape.count > rank, shape[0] == 1 { shape.removeFirst() }
    return Numbers(shape: shape, values: values)
  }

  static func broadcast(_ shapes: [[Int]]) -> [Int]? {
    let rank = shapes.map(\.count).max() ?? 0
    var target = [Int](repeating: 1, count: rank)
    for shape in shapes {
      for (axis, extent) in shape.enumerated() where extent != 1 {
        let place = axis + rank - shape.count
        if target[place] != 1, target[place] != extent { return nil }
        target[place] = extent
      }
    }
    return target
  }

  func reshaped(to shape: [Int]) -> Numbers? {
    shape.reduce(1, *) == values.count ? Numbers(shape: shape, values: values) : nil
  }

  func transposed(_ order: [Int]) -> Numbers {
    Numbers(order.map { shape[$0] }) { index in
      var source = index
      for (axis, from) in order.enumerated() { source[from] = index[axis] }
      return self[source]
    }
  }

  /// Over axes, which stay with extent 1.
  func reduced(_ axes: [Int], _ combine: ([Double]) -> Double) -> Numbers {
    let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    var groups = [[Double]](repeating: [], count: kept.reduce(1, *))
    _ = Numbers(shape) { index in
      let place = zip(index.indices, kept).reduce(0) { place, axis in
        place * axis.1 + (axis.1 == 1 ? 0 : index[axis.0])
      }
      groups[place].append(self[index])
      return 0
    }
    return Numbers(shape: kept, values: groups.map(combine))
  }

  func matmul(_ other: Numbers) -> Numbers? {
    let x = shape.count == 1 ? reshaped(to: [1] + shape)! : self
    let y = other.shape.count == 1 ? other.reshaped(to: other.shape + [1])! : other
    guard x.shape.count >= 2, y.shape.count >= 2, x.shape.last! == y.shape[y.shape.count - 2],
      let batch = Numbers.broadcast([x.shape.dropLast(2), y.shape.dropLast(2)]),
      let x = x.broadcast(to: batch + x.shape.suffix(2)),
      let y = y.broadcast(to: batch + y.shape.suffix(2))
    else { return nil }
    let (rows, columns) = (x.shape[batch.count], y.shape.last!)
    var product = Numbers(batch + [rows, columns]) { index in
      let (front, row, column) = (index.prefix(batch.count), index[batch.count], index.last!)
      return (0..<x.shape.last!).reduce(0) { $0 + x[front + [row, $1]] * y[front + [$1, column]] }
    }
    if shape.count == 1 { product.shape.remove(at: batch.count) }
    if other.shape.count == 1 { product.shape.removeLast() }
    return product
  }
}
