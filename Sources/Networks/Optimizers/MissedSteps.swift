// SPDX-License-Identifier: Apache-2.0

/// The steps of an optimizer that left a parameter as it was: it was frozen, or the loss did not
/// depend on it. Rules that count steps, as Adam does, count those that changed the parameter.
///
/// Parameters of a group that missed equally many share the rule's numbers: they are a class. What
/// differs once is never one class again, so that parameters which take turns need no new plans.
final class MissedSteps {
  struct Class {
    /// Whose rule it is.
    let group: Int
    fileprivate(set) var count = 0
  }

  private(set) var classes: [Class]
  /// The class of each parameter, by its place among the optimizer's.
  private(set) var classOfPlace: [Int]
  private let groupOfPlace: [Int]
  /// Another one when parameters stand in other classes.
  private(set) var revision = 0

  /// - Parameter groups: how many parameters each has.
  init(groups: [Int]) {
    groupOfPlace = groups.enumerated().flatMap { [Int](repeating: $0, count: $1) }
    classOfPlace = groupOfPlace
    classes = groups.indices.map { Class(group: $0) }
  }

  /// How many steps each parameter missed, by its place.
  var counts: [Int] {
    get { classOfPlace.map { classes[$0].count } }
    set {
      revision += 1
      classes = classes.indices.prefix(1 + (groupOfPlace.last ?? 0)).map { Class(group: $0) }
      classOfPlace = groupOfPlace
      for (place, count) in newValue.enumerated() where count > 0 {
        let known = classes.firstIndex { $0.group == groupOfPlace[place] && $0.count == count }
        classOfPlace[place] = known ?? classes.count
        if known == nil { classes.append(Class(group: groupOfPlace[place], count: count)) }
      }
    }
  }

  /// The number of a step for the parameters of a class; the first one is 1.
  func number(of step: Int, forClass number: Int) -> Int {
    max(step - classes[number].count, 1)
  }

  /// Splits classes of which a step changes a part, the parameters of these places; the classes
  /// that miss it.
  func split(changing places: [Int]) -> [Int] {
    let changed = Set(places), touched = Set(places.map { classOfPlace[$0] })
    var apart: [Int: Int] = [:]
    for place in classOfPlace.indices where !changed.contains(place) {
      let old = classOfPlace[place]
      guard touched.contains(old) else { continue }
      if apart[old] == nil {
        apart[old] = classes.count
        classes.append(classes[old])
      }
      classOfPlace[place] = apart[old]!
    }
    if !apart.isEmpty { revision += 1 }
    return classes.indices.filter { !touched.contains($0) }
  }

  /// Counts a step that these classes miss.
  func count(classes missing: [Int]) {
    for number in missing { classes[number].count += 1 }
  }
}
