// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// What has parameters and can stand in a tree of them: a parameter, a layer, another tree, or a
/// type of your own, whatever it takes. It prints its type and its parameters unless it has a
/// `description` of its own.
public protocol ParameterTree: CustomStringConvertible {
  /// The parameters below, with their paths from here.
  var parameters: Parameters { get }
}

extension ParameterTree {
  /// The same after its parameters have got their starts, each a function of the seed and its path,
  /// those that are not trained too. The parameters are the same objects: the tree is returned so
  /// that calls can be chained.
  public func initialized(seed: UInt64) -> Self {
    parameters.initialize(seed: seed)
    return self
  }
}

/// An ordered, named tree of parameters, written as a dictionary literal.
///
/// ```swift
/// let hidden = Linear(784, 50), output = Linear(50, 10)
/// let parameters: Parameters = ["hidden": hidden.parameters, "output": output.parameters]
/// print(parameters.paths)
/// // ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]
/// ```
public struct Parameters: ParameterTree, Sendable, ExpressibleByDictionaryLiteral {
  package private(set) var leaves: [ParameterLeaf] = []
  private var positions: [String: Int] = [:]
  private var known: Set<ObjectIdentifier> = []
  /// Each parameter once, in order: a tied weight stands at two paths.
  package private(set) var distinct: [Parameter] = []

  /// The empty tree.
  public init() {}

  public init(dictionaryLiteral elements: (String, any ParameterTree)...) {
    for (name, tree) in elements { add(name, tree) }
  }

  public var parameters: Parameters { self }

  /// Adds a parameter or a tree under a name. A mistake if the name is taken.
  public mutating func add(
    _ name: String, _ tree: any ParameterTree, file: StaticString = #fileID, line: UInt = #line
  ) {
    for leaf in tree.parameters.leaves { add(leaf.below(name), at: CallSite(file, line)) }
  }

  init(_ leaves: some Sequence<ParameterLeaf>) {
    for leaf in leaves { add(leaf) }
  }

  private mutating func add(_ leaf: ParameterLeaf, at site: CallSite? = nil) {
    if positions.updateValue(leaves.count, forKey: leaf.path) != nil {
      Mistake(
        "Parameters", "two parameters have the path \(leaf.path)", fix: "give each its own name"
      ).stop(at: site)
    }
    leaves.append(leaf)
    if known.insert(ObjectIdentifier(leaf.parameter)).inserted { distinct.append(leaf.parameter) }
  }

  /// The parameter at a path such as "hidden.weight".
  public subscript(path: String) -> Parameter? {
    positions[path].map { leaves[$0].parameter }
  }

  /// All paths in order.
  public var paths: [String] { leaves.map(\.path) }

  /// How many numbers all parameters hold together; one that stands at two paths counts once.
  public var scalarCount: Int { distinct.reduce(0) { $0 + $1.shape.elementCount } }

  /// Gives every parameter its start: a function of the seed and of its path alone, so that adding
  /// a layer changes no other.
  package func initialize(seed: UInt64) {
    let seedKey = RandomKey(seed: seed)
    let starts = leaves.map {
      $0.parameter.initialization.values($0.parameter.shape, key: seedKey.folding(in: $0.path))
    }
    evaluate(starts)
    // Backwards, so that a parameter at two paths starts as its first one says.
    Parameter.setValues(of: leaves.reversed().map(\.parameter), to: starts.reversed())
    tellPaths()
  }

  /// Lets messages about the parameters name their paths.
  package func tellPaths() {
    for leaf in leaves { HolderNames.name(leaf.parameter.slot.number, leaf.path) }
    Parameters.namedLast.withLock { $0 = paths }
  }

  private static let namedLast = Lock<[String]>([])

  /// The paths of the tree that got numbers last: what is missing there may have been forgotten.
  static var pathsNamedLast: [String] { namedLast.withLock { $0 } }
}

extension Parameters: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { leaves.count }
  public subscript(position: Int) -> (path: String, parameter: Parameter) {
    (leaves[position].path, leaves[position].parameter)
  }
}

extension Parameter: ParameterTree {
  /// The parameter alone, at the empty path.
  public var parameters: Parameters { Parameters([ParameterLeaf(path: "", parameter: self)]) }
}
