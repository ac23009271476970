// swift-tools-version: 6.1
// One package, many small targets. Arrows point down only; Sources/Runtime/Runtime.docc/Architecture.md
// is the map, ArchitectureTests holds this file and every import to it.

import PackageDescription

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "ringi",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Values and pure functions
    .target(name: "Domain"),
    .target(name: "PolicyEngine", dependencies: ["Domain"]),
    .target(name: "TextDiff"),
    .target(name: "EffectPreview", dependencies: ["Domain", "TextDiff"]),
    .target(name: "AuditLog", dependencies: ["Domain", crypto]),
    .target(name: "AuditVerify", dependencies: [crypto]),
    .target(name: "GateKeeper", dependencies: ["Domain", "PolicyEngine", "AuditLog"]),
    .target(name: "Wire"),
    .target(name: "AgentLink", dependencies: ["Domain", "Wire"]),
    .target(name: "CellScreen"),
    .target(name: "ConsoleUI", dependencies: ["Domain", "EffectPreview", "CellScreen"]),
    // Edges
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .target(name: "SQLite", dependencies: ["CSQLite"]),
    .target(name: "Storage", dependencies: ["Domain", "AuditLog", "GateKeeper", "SQLite"]),
    .target(name: "CProcess"),
    .target(name: "Effector", dependencies: ["Domain", "GateKeeper", "CProcess"]),
    .systemLibrary(name: "CCurses", providers: [.apt(["libncurses-dev"]), .brew(["ncurses"])]),
    .target(name: "CTerminalGuard"),
    .target(name: "CursesTerminal", dependencies: ["CellScreen", "CCurses", "CTerminalGuard"]),
    .target(
      name: "Settings", dependencies: ["Domain", "PolicyEngine", "CellScreen", "ConsoleUI", yams],
      resources: [.embedInCode("Connectors")]),
    // Wiring
    .target(
      name: "Runtime",
      dependencies: [
        "Domain", "PolicyEngine", "TextDiff", "EffectPreview", "AuditLog", "AuditVerify", "GateKeeper", "Wire",
        "AgentLink", "CellScreen", "ConsoleUI", "SQLite", "Storage", "CProcess", "Effector", "CursesTerminal",
        "Settings",
      ]),
    .executableTarget(name: "ringi", dependencies: ["Runtime", argumentParser]),
    .executableTarget(name: "ringi-rules-agent", dependencies: ["Wire"]),
    .executableTarget(
      name: "ringi-bench",
      dependencies: [
        "Domain", "AuditLog", "GateKeeper", "EffectPreview", "SQLite", "Storage", "TextDiff", "Runtime", "Wire",
      ]),
    // Tests
    .target(name: "TestKit", dependencies: ["Domain", "AuditLog", "GateKeeper", "Storage"], path: "Tests/TestKit"),
    .testTarget(name: "ArchitectureTests", dependencies: ["TestKit"]),
    .testTarget(name: "DomainTests", dependencies: ["Domain", "EffectPreview", "TextDiff"]),
    .testTarget(
      name: "PolicyTests",
      dependencies: ["TestKit", "Domain", "PolicyEngine", "Settings", "Wire", "CellScreen", "ConsoleUI"]),
    .testTarget(name: "TextDiffTests", dependencies: ["TextDiff"]),
    .testTarget(
      name: "LogTests",
      dependencies: [
        "TestKit", "Domain", "AuditLog", "AuditVerify", "GateKeeper", "PolicyEngine", "SQLite", "Storage", "Wire",
        crypto,
      ]),
    .testTarget(name: "LinkTests", dependencies: ["TestKit", "Domain", "Wire", "AgentLink", "Settings"]),
    .testTarget(
      name: "EffectorTests",
      dependencies: ["TestKit", "Domain", "AuditLog", "CProcess", "GateKeeper", "Effector", "Storage"]),
    .testTarget(
      name: "ConsoleTests", dependencies: ["TestKit", "Domain", "EffectPreview", "CellScreen", "ConsoleUI", "Wire"],
      exclude: ["Golden"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "TestKit", "CProcess", "SQLite", "Domain", "CellScreen", "ConsoleUI", "Effector", "GateKeeper", "Storage",
        "Runtime", "Wire",
        "ringi", "ringi-rules-agent",
      ]),
  ]
)

// The same strict settings for every Swift target.
let plainC: Set<String> = ["CProcess", "CTerminalGuard"]
for target in package.targets where target.type != .system {
  if plainC.contains(target.name) {
    target.cSettings = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]
  } else {
    target.swiftSettings = [
      .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .unsafeFlags(["-warnings-as-errors"]),
    ]
  }
}
