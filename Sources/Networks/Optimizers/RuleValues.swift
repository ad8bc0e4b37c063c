// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What an ``UpdateRule`` works with, by name: the state of a parameter, or the numbers of a step.
///
/// ```swift
/// state.velocity = scalars.momentum * state.velocity + gradient
/// ```
@dynamicMemberLookup
public struct RuleValues<Element: Sendable>: Sendable {
  package private(set) var names: [String]
  package private(set) var values: [Element]
  /// What messages say: the rule and what it has.
  private let rule: String
  private let noun: String
  private let takesNew: Bool
  /// Where the next name stands, if they come in the order of the time before.
  private var next = 0

  /// - Parameters:
  ///   - noun: "state" or "scalar".
  ///   - takesNew: whether a value may be given a name that is not there.
  init(
    _ names: [String] = [], _ values: [Element] = [], of rule: String, noun: String,
    takesNew: Bool = false
  ) {
    self.names = names
    self.values = values
    self.rule = rule
    self.noun = noun
    self.takesNew = takesNew
  }

  /// The value of a name; a mistake if there is none.
  public subscript(dynamicMember name: String) -> Element {
    get { self[name] }
    set { self[name] = newValue }
  }

  /// The value of a name; a mistake if there is none.
  public subscript(name: String) -> Element {
    get {
      guard let place = names.firstIndex(of: name) else { refuse(name) }
      return values[place]
    }
    set {
      if next >= names.count || names[next] != name {
        next = names.firstIndex(of: name) ?? names.count
      }
      if next < names.count {
        values[next] = newValue
      } else if takesNew {
        names.append(name)
        values.append(newValue)
      } else {
        refuse(name)
      }
      next += 1
    }
  }

  /// The next value that is set is probably that of this number.
  mutating func expect(_ number: Int) { next = number }

  private func refuse(_ name: String) -> Never {
    Mistake(
      rule, "\"\(name)\" is no \(noun) of it",
      fix: names.isEmpty ? "it has none" : "use \(names.joined(separator: ", "))"
    ).stop(at: nil)
  }
}
