// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Built and run by Scripts/fuzz-formats.sh. A package of its own, because the flags that instrument
// the parsers belong to no other build.
let package = Package(
  name: "Fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Pullback", path: "..")],
  targets: [
    .executableTarget(
      name: "Fuzz", dependencies: [.product(name: "Pullback", package: "Pullback")])
  ],
  swiftLanguageModes: [.v6]
)
