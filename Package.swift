// swift-tools-version: 6.0
import PackageDescription

// Each room may import only rooms above it in this list; see the README's architecture section.
let package = Package(
    name: "raft-kv",
    products: [
        .executable(name: "raft-kv", targets: ["raft-kv"])
    ],
    targets: [
        .target(name: "Raft"),
        .target(name: "Detours", dependencies: ["Raft"]),
        .target(name: "KeyValue", dependencies: ["Raft", "Detours"]),
        .target(name: "Linearizability"),
        .target(name: "Storage", dependencies: ["Raft", "KeyValue"]),
        .target(
            name: "Simulation", dependencies: ["Raft", "Detours", "KeyValue", "Linearizability", "Storage"]),
        .target(name: "Maelstrom", dependencies: ["Raft", "Detours", "KeyValue"]),
        .executableTarget(name: "raft-kv", dependencies: ["Raft", "KeyValue", "Storage", "Maelstrom"]),
        .executableTarget(name: "mini-maelstrom", dependencies: ["Linearizability"]),
        .executableTarget(name: "simulate", dependencies: ["Simulation"]),

        // What the clusters of unit tests share.
        .target(name: "TestNetwork", path: "Tests/TestNetwork"),
        .testTarget(name: "RaftTests", dependencies: ["Raft", "TestNetwork"]),
        .testTarget(name: "DetoursTests", dependencies: ["Detours"]),
        .testTarget(name: "KeyValueTests", dependencies: ["Raft", "Detours", "KeyValue", "TestNetwork"]),
        .testTarget(name: "StorageTests", dependencies: ["Raft", "KeyValue", "Storage", "Simulation"]),
        .testTarget(name: "LinearizabilityTests", dependencies: ["Linearizability"]),
        .testTarget(
            name: "SimulationTests", dependencies: ["Simulation", "simulate", "Raft", "KeyValue", "Storage"]),
        .testTarget(name: "MaelstromTests", dependencies: ["Raft", "Detours", "KeyValue", "Maelstrom"]),
        .testTarget(name: "NodeTests", dependencies: ["raft-kv"]),
        .target(name: "FuzzInput", dependencies: ["Raft", "KeyValue", "Maelstrom"], path: "Tests/FuzzInput"),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzInput"]),
        // What scripts/benchmark measures nodes against.
        .executableTarget(name: "EchoNode", path: "Tests/EchoNode"),
        // A node for the bench's own tests: a lone store or a naive Raft, which does wrong what it is told to.
        .executableTarget(name: "TestNode", path: "Tests/TestNode"),
        .testTarget(
            name: "BenchTests", dependencies: ["mini-maelstrom", "raft-kv", "Linearizability", "TestNode"]),
    ]
)

// libFuzzer brings its own main, so this target links only where scripts/fuzz asks for it.
if Context.environment["RAFT_KV_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzInput"], path: "Tests/Fuzz", exclude: ["Corpus", "dictionary"],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}
