// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Programs that use the library from outside, built and run by scripts in Scripts (what files do to
// it) and Benchmarks (what work costs). A package of its own: the flags that instrument the parsers
// for `Fuzz` belong to no other build.
let package = Package(
  name: "Robustness",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Pullback", path: "..", traits: [])],
  targets: [
    .executableTarget(
      name: "Fuzz", dependencies: [.product(name: "Pullback", package: "Pullback")]),
    .executableTarget(
      name: "Counted", dependencies: [.product(name: "Pullback", package: "Pullback")]),
    .executableTarget(
      name: "Trial", dependencies: [.product(name: "Pullback", package: "Pullback")]),
  ],
  swiftLanguageModes: [.v6]
)
