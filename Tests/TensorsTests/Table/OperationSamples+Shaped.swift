// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport

// Samples of the operations that change shapes.
extension OperationSample {
  static func reductions(
    _ kind: OperationKind, _ reduction: Reduction, emptyAxes: Bool = false
  ) -> [OperationSample] {
    var cases: [(Shape, [Int])] = [
      ([4], [0]), ([1], [0]), ([2, 3], [0]), ([2, 3], [1]), ([2, 3], [0, 1]),
      ([2, 3, 2], [0, 2]), ([2, 3, 2], [1]), ([2, 0, 3], [2]), ([0, 2], [1]),
      ([2, 1, 2, 1, 3], [0, 3]), ([2, 1, 2, 1, 3], [0, 2, 4]), ([1, 1], [1]),
    ]
    if emptyAxes { cases += [([0], [0]), ([2, 0, 3], [1]), ([0, 0], [0, 1])] }
    return cases.map { shape, axes in
      OperationSample(kind, [Input(shape)]) { $0[0].reduced(reduction, AxisSet(axes)) }
    }
  }

  static func positions(_ kind: OperationKind, _ reduction: Reduction) -> [OperationSample] {
    let cases: [(Shape, Int)] = [
      ([4], 0), ([1], 0), ([2, 3], 0), ([2, 3], 1), ([2, 3, 2], 1), ([0, 3], 1),
      ([2, 1, 2, 1, 3], 2),
    ]
    return cases.map { shape, axis in
      OperationSample(kind, [Input(shape)]) { $0[0].reduced(reduction, AxisSet([axis])) }
    }
  }

  static func scans(_ scan: Scan) -> [OperationSample] {
    let cases: [(Shape, Int)] = [
      ([5], 0), ([1], 0), ([0], 0), ([3, 4], 0), ([3, 4], 1), ([2, 3, 2], 1), ([2, 1, 3], 1),
      ([2, 0, 3], 1), ([2, 0, 3], 2), ([1, 4], 1), ([2, 1, 2, 1, 3], 2), ([11], 0), ([2, 17], 1),
    ]
    return cases.flatMap { shape, axis in
      [false, true].map { isReversed in
        let input = Input(shape)
        if scan == .recurrence {
          return OperationSample(.scan(scan), [input, input]) {
            $0[0].recurrence(factors: $0[1], along: axis, isReversed: isReversed)
          }
        }
        return OperationSample(.scan(scan), [input]) {
          $0[0].scanned(scan, along: axis, isReversed: isReversed)
        }
      }
    }
  }

  static var contractions: [OperationSample] {
    let products: [(Shape, Shape, Int)] = [
      ([1, 1], [1, 1], 0), ([2, 3], [3, 4], 0), ([3, 3], [3, 3], 0), ([1, 3], [3, 1], 0),
      ([3, 1], [1, 3], 0), ([0, 3], [3, 2], 0), ([2, 0], [0, 3], 0), ([2, 3], [3, 0], 0),
      ([2, 2, 3], [2, 3, 2], 1), ([0, 2, 3], [0, 3, 2], 1), ([2, 2, 1, 2], [2, 2, 2, 1], 2),
      ([1, 2, 1, 2, 2], [1, 2, 1, 2, 2], 3),
    ]
    let composed: [(Shape, Shape)] = [
      ([3], [3]), ([2, 3], [3]), ([3], [3, 2]), ([2, 2, 3], [3]), ([3], [2, 3, 2]),
      ([2, 2, 3], [3, 2]), ([2, 3], [2, 3, 2]), ([2, 1, 1, 2], [3, 2, 1]), ([0], [0]),
      ([1], [1]),
    ]
    // Several axes of a group, or none.
    let groups: [(Shape, Shape, batch: Int, rows: Int, inner: Int)] = [
      ([2, 2, 3], [3, 2], 0, 2, 1), ([2, 3, 2], [3, 2, 2], 0, 1, 2), ([3], [3], 0, 0, 1),
      ([2], [3], 0, 1, 0), ([2, 3], [2, 3], 2, 0, 0), ([2, 3], [2, 3, 2, 2], 1, 0, 1),
      ([2, 1, 2, 3], [2, 3], 1, 2, 1), ([2, 0, 2], [2, 2], 0, 2, 1), ([2, 2, 0], [2, 0], 0, 1, 2),
      ([2, 2, 2, 2], [2, 2, 2, 2], 1, 1, 2), ([], [2], 0, 0, 0),
    ]
    let grouped = groups.map { a, b, batch, rows, inner in
      OperationSample(.other(.contraction), [Input(a), Input(b)]) {
        $0[0].contracted(with: $0[1], batch: batch, rows: rows, inner: inner)
      }
    }
    return grouped
      + products.map { a, b, batchRank in
        OperationSample(.other(.contraction), [Input(a), Input(b)]) {
          $0[0].contracted(with: $0[1], batch: batchRank)
        }
      }
      + composed.map { a, b in
        OperationSample(.other(.contraction), [Input(a), Input(b)]) { $0[0].matmul($0[1]) }
      }
  }

  static var reshapes: [OperationSample] {
    let cases: [(Shape, Shape)] = [
      ([], [1, 1]), ([1], []), ([4], [2, 2]), ([2, 3], [3, 2]), ([2, 3], [1, 6, 1]),
      ([0, 2], [3, 0]), ([2, 1, 2, 1, 3], [4, 3]), ([6], [1, 2, 1, 3, 1]),
    ]
    let plain = cases.map { source, target in
      OperationSample(.other(.reshape), [Input(source)]) { $0[0].reshaped(to: target) }
    }
    // Reshapes that no view can express, and stretching where nothing is stretched.
    let copied: [OperationSample] = [
      OperationSample(.other(.reshape), [Input([1, 1])]) { $0[0].expanded(to: [1, 1, 1]) },
      OperationSample(.other(.reshape), [Input([2, 3])]) { $0[0].expanded(to: [1, 2, 3]) },
      OperationSample(.other(.reshape), [Input([2, 3])]) {
        $0[0].transposed([1, 0]).reshaped(to: [6])
      },
      OperationSample(.other(.reshape), [Input([2, 1, 3])]) {
        $0[0].expanded(to: [2, 2, 3]).reshaped(to: [4, 3])
      },
      OperationSample(.other(.reshape), [Input([3, 4])]) {
        $0[0].sliced(from: [1, 1], extents: [2, 2]).reshaped(to: [4])
      },
    ]
    return plain + copied
  }

  static var transposes: [OperationSample] {
    let cases: [(Shape, Shape)] = [
      ([2, 3], [1, 0]), ([2, 3, 4], [2, 0, 1]), ([2, 3, 4], [1, 2, 0]), ([0, 2], [1, 0]),
      ([1, 4], [1, 0]), ([2, 1, 2, 1, 3], [4, 2, 0, 3, 1]),
    ]
    return cases.map { shape, order in
      OperationSample(.other(.transpose), [Input(shape)]) { $0[0].transposed(order) }
    }
  }

  static var expansions: [OperationSample] {
    let cases: [(Shape, Shape)] = [
      ([], [2, 3]), ([3], [2, 3]), ([2, 1], [2, 3]), ([1], [0]), ([], [0]), ([1, 1], [1, 2, 1]),
      ([2, 1, 3], [4, 2, 2, 3]), ([0, 1], [0, 3]), ([1, 2, 1], [2, 3, 2, 2, 2]),
    ]
    return cases.map { source, target in
      OperationSample(.other(.expand), [Input(source)]) { $0[0].expanded(to: target) }
    }
  }

  static var slices: [OperationSample] {
    let cases: [(Shape, Shape, Shape)] = [
      ([4], [1], [2]), ([4], [4], [0]), ([2, 3], [0, 1], [2, 1]), ([2, 3], [1, 0], [1, 3]),
      ([3, 0], [1, 0], [2, 0]), ([3, 3, 3], [1, 0, 1], [1, 2, 2]),
      ([2, 1, 2, 1, 3], [1, 0, 0, 0, 1], [1, 1, 2, 1, 2]),
    ]
    let strided: [(Shape, starts: Shape, extents: Shape, strides: Shape)] = [
      ([4], [3], [4], [-1]), ([5], [0], [3], [2]), ([5], [4], [2], [-3]),
      ([2, 3], [1, 2], [2, 2], [-1, -2]),
      ([0], [0], [0], [-1]), ([1, 4], [0, 1], [1, 2], [7, 2]),
      ([3, 0], [2, 0], [2, 0], [-2, 1]),
      ([2, 1, 3, 1, 5], [1, 0, 2, 0, 4], [2, 1, 2, 1, 3], [-1, 1, -2, 1, -2]),
    ]
    return cases.map { shape, starts, extents in
      OperationSample(.other(.slice), [Input(shape)]) {
        $0[0].sliced(from: starts, extents: extents)
      }
    }
      + strided.map { shape, starts, extents, strides in
        OperationSample(.other(.slice), [Input(shape)]) {
          $0[0].strided(from: starts, extents: extents, by: strides)
        }
      }
  }

  static var placements: [OperationSample] {
    let cases: [(Shape, Shape, Shape)] = [
      ([2], [1], [4]), ([0], [2], [3]), ([2, 1], [0, 1], [2, 3]), ([1, 3], [1, 0], [2, 3]),
      ([2, 0], [1, 0], [3, 0]), ([1, 2, 2], [1, 0, 1], [3, 3, 3]),
      ([1, 1, 2, 1, 2], [1, 0, 0, 0, 1], [2, 1, 2, 1, 3]),
    ]
    typealias Part = (shape: Shape, starts: Shape, strides: Shape?)
    let several: [([Part], Shape)] = [
      // Side by side, with a gap, and one behind the other.
      ([([2], [0], nil), ([1], [2], nil)], [3]), ([([2], [3], nil), ([2], [0], nil)], [5]),
      ([([2, 1], [0, 0], nil), ([2, 2], [0, 1], nil)], [2, 3]),
      // Between each other, backwards, and over each other.
      ([([3], [0], [2]), ([2], [3], [-2])], [5]), ([([3], [2], [-1])], [3]),
      ([([3], [0], nil), ([3], [1], nil), ([1], [3], nil)], [4]),
      ([([2, 2], [0, 0], nil), ([2, 2], [1, 0], [1, 2])], [3, 3]),
      ([([], [], nil), ([], [], nil)], []), ([([0], [1], nil), ([2], [0], nil)], [3]),
      ([([0, 2], [0, 0], nil), ([0, 1], [0, 2], nil)], [0, 3]), ([([1], [0], nil)], [1]),
      (
        [
          ([1, 1, 2, 1, 2], [1, 0, 0, 0, 2], [1, 1, 1, 1, -1]),
          ([1, 1, 2, 1, 3], [0, 0, 0, 0, 0], nil),
        ],
        [2, 1, 2, 1, 3]
      ),
    ]
    return cases.map { shape, starts, target in
      OperationSample(.other(.placed), [Input(shape)]) { $0[0].padded(to: target, at: starts) }
    }
      + several.map { parts, whole in
        OperationSample(.other(.placed), parts.map { Input($0.shape) }) { inputs in
          .placed(zip(inputs, parts).map { ($0, $1.starts, $1.strides) }, in: whole)
        }
      }
  }

  static var windows: [OperationSample] {
    let cases: [(Shape, axis: Int, size: Int, stride: Int, dilation: Int)] = [
      ([4], 0, 3, 1, 1), ([5], 0, 4, 7, 1), ([7], 0, 2, 3, 1), ([7], 0, 3, 2, 1),
      ([9], 0, 3, 2, 2), ([6], 0, 2, 1, 5), ([7], 0, 2, 2, 1),
      ([2, 5], 1, 2, 1, 3),
      ([5, 2], 0, 4, 1, 1), ([0, 3], 1, 2, 1, 1), ([2, 7, 0], 1, 3, 3, 1), ([1, 4, 1], 1, 1, 3, 1),
      ([2, 1, 5, 1, 2], 2, 3, 2, 1),
    ]
    let plain = cases.map { shape, axis, size, stride, dilation in
      OperationSample(.other(.windows), [Input(shape)]) {
        $0[0].windows(of: size, every: stride, dilation: dilation, along: axis)
      }
    }
    // Windows of windows, and a reshape of them that no view can express.
    return plain + [
      OperationSample(.other(.windows), [Input([4, 5])]) {
        $0[0].windows(of: 2, every: 1, along: 0).windows(of: 3, every: 2, along: 2)
          .transposed([0, 2, 1, 3]).reshaped(to: [6, 6])
      }
    ]
  }

  static var gathers: [OperationSample] {
    let cases: [(Shape, Shape, Int)] = [
      ([4], [], 0), ([4], [3], 0), ([4, 2], [5], 0), ([3, 2, 2], [2, 2], 0), ([4], [0], 0),
      ([3, 0], [2], 0), ([1, 1], [1], 0), ([2, 4], [2], 1), ([2, 4, 3], [2, 3], 1),
      ([2, 2, 3, 2], [2, 2, 2, 1], 2), ([0, 3, 2], [0, 2], 1), ([0, 2], [0], 0),
    ]
    return cases.map { table, indices, batchRank in
      let rows = Swift.max(table[batchRank], 1)
      return OperationSample(
        .other(.gather), [Input(table), Input(indices, .int32, .indices(below: rows))]
      ) { $0[0].gathered($0[1], batchRank: batchRank) }
    }
  }

  static var scatters: [OperationSample] {
    let cases: [(Shape, Shape, count: Int, batchRank: Int)] = [
      ([], [], 3, 0), ([4], [4], 2, 0), ([3, 2], [3], 4, 0), ([2, 2, 3], [2, 2], 3, 0),
      ([0, 2], [0], 3, 0), ([2, 0], [2], 3, 0), ([1], [1], 1, 0), ([2, 3], [2], 2, 0),
      ([2, 3], [2, 3], 2, 1), ([2, 3, 2], [2, 3], 4, 1), ([0], [0], 0, 0),
      ([2, 2, 3, 2], [2, 2, 3], 2, 2),
    ]
    return cases.map { values, indices, count, batchRank in
      OperationSample(
        .other(.scatterAdd),
        [Input(values), Input(indices, .int32, .indices(below: Swift.max(count, 1)))]
      ) { $0[0].scatterAdded($0[1], count: count, batchRank: batchRank) }
    }
  }
}
