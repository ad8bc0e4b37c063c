// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors

extension Optimizer {
  /// Where the next step, taken with finite gradients, makes the first number that is not finite;
  /// nil if it makes none.
  ///
  /// - Parameter gradients: by the paths of the parameters.
  func nonFiniteOrigin(by gradients: [String: Value]) -> NonFiniteOrigin? {
    let start = Node.reserveSerials(1)
    let written = writtenUpdate(by: gradients)
    let order = GraphOrder(of: written.results.map(\.value)) { $0.serial < start }
    evaluate(order.nodes.map { Value($0) })
    var names: [Int: String] = [:]
    for position in 0..<order.count { names[position] = written.names[order[position].serial] }
    let search = NonFiniteSearch(order, names: names)
    let found = written.results.first { !search.isFinite(order.position(of: $0.value)!) }
    guard let (name, path, value) = found else { return nil }
    let rule = groups.first { $0.parameters.contains { $0.path == path } } ?? groups[0]
    return search.origin(
      at: search.source(of: order.position(of: value)!), in: .update, layer: path.layerPath,
      purpose: "the new \(name) by \(rule.rule.summary)")
  }
}
