// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A setting of an update rule: its name in files and among the scalars, where it stands, and which
/// numbers it can be.
public struct Setting<Rule>: Sendable, CustomStringConvertible {
  package let name: String
  /// How messages speak of it: "a learning rate". Made of the name when it is needed.
  package var title: String { givenTitle ?? Setting.title(of: name) }
  private let givenTitle: String?
  package let range: SettingRange
  /// What it is where a file says nothing of it; nil if files must.
  package let absent: Float?
  private let get: @Sendable (Rule) -> Float
  private let put: @Sendable (inout Rule, Float) -> Void

  package init(
    _ name: String, title: String?, range: SettingRange, absent: Float?,
    get: @escaping @Sendable (Rule) -> Float, put: @escaping @Sendable (inout Rule, Float) -> Void
  ) {
    self.name = name
    givenTitle = title
    self.range = range
    self.absent = absent
    self.get = get
    self.put = put
  }

  /// A number, given at each run.
  ///
  /// - Parameters:
  ///   - title: how messages speak of it, if not as its name says ("a weight decay").
  ///   - absent: what it is where a model file says nothing of it: for settings that are new.
  public init(
    _ name: String, _ path: any WritableKeyPath<Rule, Float> & Sendable,
    _ range: SettingRange = .finite, title: String? = nil, absent: Float? = nil
  ) {
    self.init(
      name, title: title, range: range, absent: absent,
      get: { $0[keyPath: path] }, put: { $0[keyPath: path] = $1 })
  }

  /// An option, which decides what is written down; in files it is 0 or 1.
  public init(
    _ name: String, _ path: any WritableKeyPath<Rule, Bool> & Sendable, absent: Bool? = nil
  ) {
    self.init(
      name, title: nil, range: .option, absent: absent.map { $0 ? 1 : 0 },
      get: { $0[keyPath: path] ? 1 : 0 }, put: { $0[keyPath: path] = $1 != 0 })
  }

  /// Its name: `print(SGD(learningRate: 0.1).settings)` prints
  /// `[momentum, isNesterov, weightDecay]`.
  public var description: String { name }

  package func number(of rule: Rule) -> Float { get(rule) }

  package func set(_ rule: inout Rule, _ number: Float) { put(&rule, number) }

  /// The words of a name: "a learning rate" for "learningRate".
  private static func title(of name: String) -> String {
    let words = name.map { $0.isUppercase ? " \($0.lowercased())" : "\($0)" }.joined()
    return ("aeiou".contains(words.prefix(1)) ? "an " : "a ") + words
  }
}

/// The numbers that a setting can be, for its optimizer as for a file.
public enum SettingRange: Sendable {
  /// Any finite number.
  case finite
  /// 0 or more: a learning rate, a weight decay.
  case size
  /// 0 ..< 1: what is kept of the step before.
  case share
  /// 0 or 1, which stand for false and true.
  case option

  package func contains(_ number: Float) -> Bool {
    switch self {
    case .finite: number.isFinite
    case .size: number >= 0 && number.isFinite
    case .share: number >= 0 && number < 1
    case .option: number == 0 || number == 1
    }
  }

  /// How messages speak of such a number.
  package var name: String {
    switch self {
    case .finite: "a finite number"
    case .size: "a finite number of 0 or more"
    case .share: "a number in 0 ..< 1"
    case .option: "0 or 1"
    }
  }
}

/// The numbers of steps that are counted, up to 2^53: what all readers of a file count exactly.
package let stepCounts = 0...(1 << 53)
