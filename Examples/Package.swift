// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Each example is a program of one file: swift run -c release XOR
let examples = [
  "XOR", "Digits", "CNN", "Regression", "VAE", "GAN", "Transfer", "Resume", "Server", "Swarm",
  "Characters",
]

let package = Package(
  name: "Examples",
  platforms: [.macOS(.v15)],
  // Without its default trait, which the command needs, Pullback fetches nothing.
  dependencies: [.package(name: "Pullback", path: "..", traits: [])],
  targets: examples.map {
    .executableTarget(name: $0, dependencies: [.product(name: "Pullback", package: "Pullback")])
  },
  swiftLanguageModes: [.v6]
)
