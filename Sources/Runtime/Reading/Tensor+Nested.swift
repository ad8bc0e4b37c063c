// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Tensor: ExpressibleByArrayLiteral {
  /// Rows written out: `[[1, 2], [3, 4]]`. Elements may be numbers, rows, or tensors of one shape,
  /// which derivatives reach.
  public init(arrayLiteral elements: Tensor...) {
    if elements.isEmpty {
      self.init(shape: [0], scalars: [])
      return
    }
    stopping(at: nil) { () throws(Mistake) in
      try Value.checkEqualShapes(elements.map(\.value), in: "array literal")
    }
    let written =
      elements.indices.allSatisfy { Tensor.isHeldHereAlone(elements, at: $0) }
      ? elements.compactMap(\.writtenScalars) : []
    if written.count == elements.count {
      self.init(shape: [elements.count] + elements[0].shape, pieces: written)
    } else {
      self = Tensor.stacked(elements)
    }
  }

  /// True for what was written into the literal itself: nobody else holds it, so nobody can ask
  /// for a derivative with respect to it.
  private static func isHeldHereAlone(_ elements: [Tensor], at index: Int) -> Bool {
    precondition(MemoryLayout<Tensor>.size == MemoryLayout<Node>.size)
    return elements.withUnsafeBytes { bytes in
      // A tensor is a value, and a value is a reference to a node. Only the count of its references
      // is read, where it stands: a copy would be another one.
      let nodes = UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
        .assumingMemoryBound(to: Node.self)
      return isKnownUniquelyReferenced(&nodes[index])
    }
  }

  /// The elements of what stands in a literal, without planning anything; nil if computed.
  private var writtenScalars: [Scalar]? {
    switch value.node.operation {
    case .creation(.constant(let number)), .creation(.scalar(let number, nil)):
      let scalar: any TensorScalar =
        switch Scalar.elementType {
        case .float: Float(number)
        case .double: number
        case .int32: Int32(number)
        case .bool: number != 0
        }
      return [scalar as! Scalar]
    case .creation(.data): return value.node.hasNumbers ? withKnownElements { Array($0) } : nil
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .reduction, .scan, .contraction, .movement, .gathering:
      return nil
    }
  }
}

// Written once for all scalars, compiled for each of the four: unspecialised, a row costs thousands
// of instructions.

extension Tensor {
  /// A vector: [count].
  public init(_ scalars: [Scalar]) { self.init(shape: [scalars.count], scalars: scalars) }

  /// A matrix from its rows: [rows, columns]. A mistake if rows differ in length.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  @_specialize(where Scalar == Int32)
  @_specialize(where Scalar == Bool)
  public init(_ rows: [[Scalar]], file: StaticString = #fileID, line: UInt = #line) {
    let columns = rows.first?.count ?? 0
    for (index, row) in rows.enumerated() where row.count != columns {
      Mistake(
        "Tensor(rows)", "row \(index) has \(row.count) elements, row 0 has \(columns)",
        fix: "all rows must have one length"
      ).stop(at: CallSite(file, line))
    }
    self.init(shape: [rows.count, columns], pieces: rows)
  }

  /// A stack of matrices: [matrices, rows, columns]. A mistake if they differ in shape.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  @_specialize(where Scalar == Int32)
  @_specialize(where Scalar == Bool)
  public init(_ matrices: [[[Scalar]]], file: StaticString = #fileID, line: UInt = #line) {
    let rows = matrices.first?.count ?? 0, columns = matrices.first?.first?.count ?? 0
    for (index, matrix) in matrices.enumerated()
    where matrix.count != rows || matrix.contains(where: { $0.count != columns }) {
      Mistake(
        "Tensor(matrices)", "matrix \(index) is not [\(rows), \(columns)] like matrix 0",
        fix: "all matrices must have one shape"
      ).stop(at: CallSite(file, line))
    }
    self.init(shape: [matrices.count, rows, columns], pieces: matrices.joined())
  }

  /// A tensor from pieces that fill its shape one after the other.
  private init(shape: Shape, pieces: some Sequence<[Scalar]>) {
    let storage = Storage(byteCount: shape.elementCount * MemoryLayout<Scalar>.stride)
    var rest = storage.elements(of: Scalar.self, count: shape.elementCount)[...]
    // In bounds, or the buffer stops.
    for piece in pieces { rest = rest[rest.initialize(fromContentsOf: piece)...] }
    self.init(Value(Node(numbers: storage, elementType: Scalar.elementType, shape: shape)))
  }
}

extension Array where Element: TensorScalar {
  /// The elements of a vector. A mistake if the tensor is not of rank 1.
  public init(_ tensor: Tensor<Element>, file: StaticString = #fileID, line: UInt = #line) {
    tensor.checkRank(1, CallSite(file, line))
    self = tensor.scalars
  }
}

extension Array {
  /// The rows of a matrix. A mistake if the tensor is not of rank 2.
  ///
  ///     print([[Float]](Tensor<Float>([[1, 2], [3, 4]])))   // [[1.0, 2.0], [3.0, 4.0]]
  public init<Scalar: TensorScalar>(
    _ tensor: Tensor<Scalar>, file: StaticString = #fileID, line: UInt = #line
  ) where Element == [Scalar] {
    tensor.checkRank(2, CallSite(file, line))
    self = tensor.cut(from: 0, into: tensor.shape[0], of: tensor.shape[1])
  }

  /// The matrices of a tensor of rank 3. A mistake if it has another rank.
  public init<Scalar: TensorScalar>(
    _ tensor: Tensor<Scalar>, file: StaticString = #fileID, line: UInt = #line
  ) where Element == [[Scalar]] {
    tensor.checkRank(3, CallSite(file, line))
    let (matrices, rows, columns) = (tensor.shape[0], tensor.shape[1], tensor.shape[2])
    self = (0..<matrices).map {
      tensor.cut(from: $0 * rows * columns, into: rows, of: columns)
    }
  }
}

extension Tensor {
  /// Arrays of one length, from a position on.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  @_specialize(where Scalar == Int32)
  @_specialize(where Scalar == Bool)
  fileprivate func cut(from start: Int, into pieces: Int, of length: Int) -> [[Scalar]] {
    withElements { elements in
      (0..<pieces).map {
        Array(elements[(start + $0 * length)..<(start + ($0 + 1) * length)])
      }
    }
  }

  fileprivate func checkRank(_ rank: Int, _ site: CallSite) {
    if self.rank != rank {
      Mistake(
        "Array(tensor)", "\(value.label) is of rank \(self.rank), the array of rank \(rank)",
        fix: "reshape the tensor or read scalars"
      ).stop(at: site)
    }
  }
}
