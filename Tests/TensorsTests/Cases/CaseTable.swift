// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport

/// How each operation is called for its cases, on tensors of one element type.
///
/// One `add` for an operation: the name of its declaration, how far it may be from the
/// peers, and the call.
struct CaseTable<Scalar: TensorScalar>: Sendable {
  typealias Inputs = CaseInputs<Scalar>

  struct Entry: Sendable {
    let tolerance: CaseTolerance
    let gradientTolerance: CaseTolerance
    let function: @Sendable (Inputs) -> [Value]
  }

  private(set) var entries: [String: Entry] = [:]

  /// - Parameter name: the declaration, "sum(along:keepingAxes:)", or "+(_:_:) number": with a word
  ///   where there are several ways to call it.
  mutating func add<Result>(
    _ name: String, _ tolerance: CaseTolerance = .exact, gradient: CaseTolerance? = nil,
    _ function: @escaping @Sendable (Inputs) -> Tensor<Result>
  ) {
    addValues(name, tolerance, gradient: gradient) { [function($0).value] }
  }

  /// The same for a function that gives several tensors.
  mutating func addSeveral<Result>(
    _ name: String, _ tolerance: CaseTolerance = .exact, gradient: CaseTolerance? = nil,
    _ function: @escaping @Sendable (Inputs) -> [Tensor<Result>]
  ) {
    addValues(name, tolerance, gradient: gradient) { function($0).map(\.value) }
  }

  /// The same for results of several types.
  mutating func addValues(
    _ name: String, _ tolerance: CaseTolerance = .exact, gradient: CaseTolerance? = nil,
    _ function: @escaping @Sendable (Inputs) -> [Value]
  ) {
    precondition(entries[name] == nil, "\(name) stands twice in the table")
    entries[name] = Entry(
      tolerance: tolerance, gradientTolerance: gradient ?? tolerance, function: function)
  }

  /// An operation along none (which are all), one or two axes, which are declared `Int...`.
  mutating func addReduction<Result>(
    _ name: String, _ tolerance: CaseTolerance = .exact, gradient: CaseTolerance? = nil,
    _ all: @escaping @Sendable (Inputs) -> Tensor<Result>,
    _ one: @escaping @Sendable (Inputs, Int) -> Tensor<Result>,
    _ two: @escaping @Sendable (Inputs, Int, Int) -> Tensor<Result>
  ) {
    add(name, tolerance, gradient: gradient) { inputs in
      let axes = inputs.axes
      return switch axes.count {
      case 0: all(inputs)
      case 1: one(inputs, axes[0])
      default: two(inputs, axes[0], axes[1])
      }
    }
  }
}

/// The inputs of a case and its arguments, as words.
struct CaseInputs<Scalar: TensorScalar>: Sendable {
  let values: [Value]
  let arguments: [Substring]

  /// An input of the type that the case is run in.
  subscript(place: Int) -> Tensor<Scalar> { Tensor(values[place]) }
  var all: [Tensor<Scalar>] { values.map { Tensor($0) } }
  func integers(_ place: Int) -> Tensor<Int32> { Tensor(values[place]) }
  func truths(_ place: Int) -> Tensor<Bool> { Tensor(values[place]) }

  /// Arguments: words, numbers, "2,-1" and "()".
  func word(_ place: Int) -> String { String(arguments[place]) }
  func number(_ place: Int) -> Double { Double(arguments[place])! }
  func int(_ place: Int) -> Int { Int(arguments[place])! }
  func ints(_ place: Int) -> [Int] {
    arguments[place] == "()" ? [] : arguments[place].split(separator: ",").map { Int($0)! }
  }
  func shape(_ place: Int) -> Shape { Shape(ints(place)) }
  /// With spaces, which stand in files as underscores.
  func text(_ place: Int) -> String { String(arguments[place].map { $0 == "_" ? " " : $0 }) }
  /// "h=2,w=3"
  func sizes(_ place: Int) -> [String: Int] {
    if arguments[place] == "()" { return [:] }
    let pairs = arguments[place].split(separator: ",").map { $0.split(separator: "=") }
    return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), Int($0[1])!) })
  }

  /// What reductions are given last: axes, and whether these are kept.
  var axes: [Int] { ints(arguments.count - 2) }
  var keepsAxes: Bool { arguments.last == "keep" }
}

/// The tables of all element types.
enum CaseTables {
  static let float: CaseTable<Float> = {
    var table = floatAndDouble.float
    table.addMovements()
    table.addJoining()
    table.addOrders()
    table.addNumbers()
    table.addScans()
    table.addProducts()
    table.addAdding()
    table.addFractions()
    table.addQuantiles()
    table.addNormalizations()
    table.addRecurrences()
    table.addWindows()
    return table
  }()

  static let double: CaseTable<Double> = {
    var table = floatAndDouble.double
    table.addMovements()
    table.addJoining()
    table.addOrders()
    table.addNumbers()
    table.addScans()
    table.addProducts()
    table.addAdding()
    table.addFractions()
    table.addQuantiles()
    table.addNormalizations()
    table.addRecurrences()
    table.addWindows()
    return table
  }()

  static let int32: CaseTable<Int32> = {
    var table = CaseTable<Int32>()
    table.addMovements()
    table.addJoining()
    table.addOrders()
    table.addNumbers()
    table.addScans()
    table.addProducts()
    table.addAdding()
    table.addIntegers()
    return table
  }()

  static let bool: CaseTable<Bool> = {
    var table = CaseTable<Bool>()
    table.addMovements()
    table.addJoining()
    table.addOrders()
    table.addTruths()
    table.addMasks()
    return table
  }()

  private static let floatAndDouble = {
    var tables = ElementwiseTables()
    tables.addFunctions()
    return tables
  }()

  static let names: Set<String> = Set(float.entries.keys).union(double.entries.keys)
    .union(int32.entries.keys).union(bool.entries.keys)
}
