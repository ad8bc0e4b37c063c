// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What a model is made of: its layers with what they give, hold and cost.
/// `print(summary)` shows a table.
///
/// See ``Layer/summary(for:file:line:)``.
public struct ModelSummary: Sendable, Hashable {
  /// A call of a layer, or what a layer does itself beside the layers in it.
  public struct Row: Sendable, Hashable {
    /// Where it stands in the model: "hidden", "2"; empty for the model itself.
    public var path: String
    /// The layer as it is printed: "Linear(64, 50)".
    public var layer: String
    /// The shape of what it gives; nil if that is not known, or if it is not called.
    public var output: Shape?
    /// How many numbers its parameters hold; those that stand in an earlier row are counted there.
    public var parameterCount: Int
    /// Additions, multiplications and other operations on numbers, as a plan counts them; nil if it
    /// is not known what the layer is called with.
    public var floatingPointOperations: Int?
    /// Bytes of these parameters and of the output.
    public var byteCount: Int
  }

  /// In the order in which the outputs are made; what is never called comes last.
  public let rows: [Row]
  /// How many numbers all parameters hold: the model's `parameters.scalarCount`.
  public let parameterCount: Int
  /// Those of the plan that computes the model's result; nil if no input is given. They are those
  /// of the rows together, less what a plan saves across layers.
  public let floatingPointOperations: Int?
  /// Bytes of all parameters and outputs in the rows.
  public var byteCount: Int { rows.reduce(0) { $0 + $1.byteCount } }

  init(rows: [Row], parameterCount: Int, floatingPointOperations: Int?) {
    self.rows = rows
    self.parameterCount = parameterCount
    self.floatingPointOperations = floatingPointOperations
  }
}

extension ModelSummary: CustomStringConvertible {
  /// A table of the rows and their totals, at most 80 columns wide if paths and shapes leave room.
  public var description: String {
    let hasCosts = floatingPointOperations != nil
    func line(
      _ path: String, _ layer: String, _ output: String, _ count: Int, _ operations: Int?,
      _ bytes: Int
    ) -> [String] {
      let costs = hasCosts ? [operations?.abbreviated ?? "", output] : []
      return [path, layer] + costs.suffix(1) + ["\(count)"] + costs.prefix(1) + [bytes.abbreviated]
    }
    var table = [["path", "layer"] + (hasCosts ? ["output"] : []) + ["parameters"]]
    table[0] += (hasCosts ? ["FLOP"] : []) + ["bytes"]
    for row in rows {
      table.append(
        line(
          row.path, row.layer, row.output?.description ?? "", row.parameterCount,
          row.floatingPointOperations, row.byteCount))
    }
    table.append(line("total", "", "", parameterCount, floatingPointOperations, byteCount))
    return ModelSummary.aligned(table, textColumns: hasCosts ? 3 : 2)
  }

  /// The columns of a terminal, which a table exceeds only where names would be shorter
  /// than the second.
  private static let widest = 80, shortestName = 12

  /// - Parameter textColumns: how many columns are words; the others are numbers.
  private static func aligned(_ table: [[String]], textColumns: Int) -> String {
    let widths = table[0].indices.map { column in table.map { $0[column].count }.max()! }
    // Names of layers are what can be told from their beginnings.
    let excess = max(widths.reduce(0, +) + 2 * (widths.count - 1) - widest, 0)
    let width = max(widths[1] - excess, min(widths[1], shortestName))
    let rows = table.map { cells in
      var cells = cells
      if cells[1].count > width { cells[1] = "\(cells[1].prefix(width - 3))..." }
      return cells
    }
    return alignedTable(rows, textColumns: textColumns)
  }
}
