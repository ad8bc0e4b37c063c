// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Inner loops and the code that walks over numbers stay optimised in debug builds:
// a debug build is for debugging the user's program, not for waiting on ours.
let optimisedC: [CSetting] = [.unsafeFlags(["-O2", "-ffp-contract=off"])]
let optimisedSwift: [SwiftSetting] = [.unsafeFlags(["-O"])]
// Tests call what is optimised and are no faster for being it themselves, and there is more of them
// than of the library.
let plainInRelease: [SwiftSetting] = [.unsafeFlags(["-Onone"], .when(configuration: .release))]

let package = Package(
  name: "Pullback",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Pullback", targets: ["Pullback"]),
    .library(name: "PullbackByHand", targets: ["PullbackByHand"]),
    .executable(name: "pullback", targets: ["PullbackCommand"]),
  ],
  traits: [
    .trait(
      name: "Command",
      description: "The pullback command; a package that wants the libraries alone does without."),
    .default(enabledTraits: ["Command"]),
  ],
  dependencies: [
    // Used by the command alone; the libraries depend on nothing.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .target(name: "CPullbackTrap", path: "Sources/CTrap"),
    .target(name: "CPullbackLocks", path: "Sources/CLocks", cSettings: optimisedC),
    .target(
      name: "PullbackTensors", dependencies: ["CPullbackTrap", "CPullbackLocks"],
      path: "Sources/Tensors", swiftSettings: optimisedSwift),
    .target(
      name: "PullbackPlans", dependencies: ["PullbackTensors"], path: "Sources/Plans",
      swiftSettings: optimisedSwift),
    .target(name: "CPullbackKernels", path: "Sources/CKernels", cSettings: optimisedC),
    .target(
      name: "PullbackRuntime",
      dependencies: ["PullbackPlans", "CPullbackKernels", "CPullbackLocks"],
      path: "Sources/Runtime", swiftSettings: optimisedSwift),
    .target(
      name: "CPullbackDigits", path: "Sources/CDigits", exclude: ["SOURCE.md", "digits.bin"]),
    .target(
      name: "PullbackNetworks", dependencies: ["PullbackRuntime"], path: "Sources/Networks"),
    .target(
      name: "PullbackTraining", dependencies: ["PullbackNetworks", "CPullbackDigits"],
      path: "Sources/Training"),
    .target(name: "CPullbackZlib", path: "Sources/CZlib"),
    .target(
      name: "PullbackFormats", dependencies: ["PullbackRuntime", "CPullbackZlib"],
      path: "Sources/Formats", swiftSettings: optimisedSwift),
    .target(
      name: "PullbackModels", dependencies: ["PullbackTraining", "PullbackFormats"],
      path: "Sources/Models", swiftSettings: optimisedSwift),
    .target(name: "PullbackByHand", dependencies: ["PullbackRuntime"], path: "Sources/ByHand"),
    .target(
      name: "PullbackDrawing", path: "Sources/Drawing", swiftSettings: optimisedSwift),
    .target(
      name: "PullbackDerivations", dependencies: ["PullbackNetworks", "PullbackDrawing"],
      path: "Sources/Derivations", swiftSettings: optimisedSwift),
    .target(
      name: "Pullback",
      dependencies: [
        "PullbackTensors", "PullbackPlans", "PullbackRuntime", "PullbackNetworks",
        "PullbackTraining", "PullbackFormats", "PullbackModels", "PullbackDerivations",
      ],
      path: "Sources/Pullback"),
    .target(name: "CPullbackStart", path: "Sources/CStart"),
    .executableTarget(
      name: "PullbackCommand",
      dependencies: [
        "Pullback", "PullbackByHand", "CPullbackKernels", "CPullbackStart",
        .product(
          name: "ArgumentParser", package: "swift-argument-parser",
          condition: .when(traits: ["Command"])),
      ],
      path: "Sources/PullbackCommand"),
    // A test of one source stands where the source does; tables and scenarios stand apart.
    .target(
      name: "PullbackTestSupport", dependencies: ["PullbackRuntime"], path: "Tests/Support",
      swiftSettings: optimisedSwift),
    .executableTarget(
      name: "StoppingExamples", dependencies: ["Pullback"], path: "Tests/Stopping"),
    .target(name: "CPullbackAllocations", path: "Tests/CAllocations"),
    .target(name: "CPullbackProcesses", path: "Tests/CProcesses"),
    .testTarget(
      name: "TensorsTests", dependencies: ["Pullback", "PullbackTestSupport"],
      exclude: ["Fixtures"], swiftSettings: plainInRelease),
    .testTarget(
      name: "PlansTests", dependencies: ["Pullback", "PullbackTestSupport"],
      swiftSettings: plainInRelease),
    .testTarget(
      name: "RuntimeTests",
      dependencies: [
        "Pullback", "PullbackTestSupport", "CPullbackProcesses", "StoppingExamples",
      ],
      exclude: ["Fixtures"], swiftSettings: plainInRelease),
    .testTarget(
      name: "FormatsTests", dependencies: ["Pullback", "PullbackTestSupport"],
      exclude: ["Fixtures"], swiftSettings: plainInRelease),
    .testTarget(
      name: "ModelsTests", dependencies: ["Pullback", "PullbackTestSupport"], exclude: ["Fixtures"],
      swiftSettings: plainInRelease),
    .testTarget(
      name: "NetworksTests",
      dependencies: ["Pullback", "PullbackTestSupport", "CPullbackAllocations"],
      exclude: ["Fixtures"], swiftSettings: plainInRelease),
    .testTarget(
      name: "TrainingTests", dependencies: ["Pullback", "PullbackTestSupport"],
      exclude: ["Fixtures"], swiftSettings: plainInRelease),
    .testTarget(
      name: "DerivationsTests",
      dependencies: ["Pullback", "PullbackTestSupport", "CPullbackAllocations"],
      swiftSettings: plainInRelease),
    .testTarget(
      name: "DrawingTests", dependencies: ["PullbackDrawing", "PullbackTestSupport"],
      swiftSettings: plainInRelease),
    .testTarget(
      name: "ByHandTests", dependencies: ["Pullback", "PullbackByHand"],
      swiftSettings: plainInRelease),
    .testTarget(
      name: "CommandTests",
      dependencies: ["PullbackCommand", "PullbackTestSupport", "CPullbackProcesses"],
      swiftSettings: plainInRelease),
    .testTarget(
      name: "DocumentationTests", dependencies: ["Pullback", "PullbackTestSupport"],
      swiftSettings: plainInRelease),
  ],
  swiftLanguageModes: [.v6]
)
