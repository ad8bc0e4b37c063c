// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// Settings that no network can be fitted with, or not to these rows.
///
/// ```swift
/// var settings = FitSettings()
/// settings.validation = .share(1.5)
/// let arrays = try FitArrays(
///   inputs: StoredTensor(shape: [4, 1], scalars: [0, 1, 2, 3] as [Float]),
///   targets: StoredTensor(shape: [4], scalars: [0, 1, 0, 1] as [Int32]))
/// do {
///   _ = try TableModel.fit(arrays, fitting: settings)
/// } catch {
///   print(error)   // validation: a share of 1.5 is not between 0 and 1
/// }
/// ```
public struct FitError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The setting that is wrong: "hidden", "validation"; nil if it is the rows.
  public let setting: String?
  /// What is wrong, and what to do where that is not plain.
  public let problem: String

  init(_ setting: String?, _ problem: String) { (self.setting, self.problem) = (setting, problem) }

  /// The setting and what is wrong with it.
  public var description: String { setting.map { "\($0): \(problem)" } ?? problem }
}

extension FitSettings {
  /// Throws unless all numbers are such as can be.
  package func check() throws(FitError) {
    func check(_ name: String, _ isRight: Bool, _ problem: @autoclosure () -> String)
      throws(FitError)
    {
      if !isRight { throw FitError(name, problem()) }
    }
    func atLeast(_ least: Int, _ number: Int?, _ name: String) throws(FitError) {
      try check(name, number ?? least >= least, "\(number!) where \(least) or more is expected")
    }
    func positive(_ number: Float?, _ name: String, orZero: Bool = false) throws(FitError) {
      let value = number ?? 1
      try check(
        name, value.isFinite && (value > 0 || orZero && value == 0),
        "\(value) where a number \(orZero ? "from 0 on" : "above 0") is expected")
    }
    for width in hidden ?? [] {
      try check(
        "hidden", (1...1 << 20).contains(width), "a layer of \(width) units; use 1 to 1048576")
    }
    try check("hidden", hidden?.count ?? 0 <= 100, "\(hidden?.count ?? 0) layers; use 100 at most")
    try atLeast(1, members, "members")
    if let members, members > 1 {
      try check(
        "members", members <= 1000 && hidden?.count ?? 1 == 1,
        "\(members) networks; use 1000 at most, each of one hidden layer")
    }
    try atLeast(1, epochs, "epochs")
    try check("epochs", epochs ?? 1 <= 1 << 30, "\(epochs ?? 1); use \(1 << 30) at most")
    try atLeast(1, batch, "batch")
    try atLeast(0, patience, "patience")
    try positive(learningRate, "learning rate")
    try positive(weightDecay, "weight decay", orZero: true)
    try check(
      "dropout", dropout >= 0 && dropout < 1,
      "\(dropout) where a share from 0 to below 1 is expected"
    )
    switch validation {
    case .share(let share), .byTime(_, let share), .groups(_, let share):
      try check("validation", share > 0 && share < 1, "a share of \(share) is not between 0 and 1")
    case .folds(let number):
      try check("validation", number >= 2, "\(number) folds; use 2 or more")
      try check(
        "validation", !keepsValidation,
        "no model of one fold is better than the others; leave out keepsValidation")
    case .none: break
    }
  }
}
