// swift-tools-version: 6.0
import PackageDescription

// Node is what ships, Proof what proves it, Bench what shows it. A module imports only those above it in this list, and
// nothing that ships imports what does not; see the README's architecture section.
let package = Package(
    name: "raft-kv",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "raft-kv", targets: ["raft-kv"])
    ],
    targets: [
        .target(name: "Platform", path: "Sources/Node/Platform"),
        .target(name: "Consensus", path: "Sources/Node/Consensus"),
        .target(name: "Detours", dependencies: ["Consensus"], path: "Sources/Node/Detours"),
        .target(name: "KeyValue", dependencies: ["Consensus", "Detours"], path: "Sources/Node/KeyValue"),
        .target(name: "Storage", dependencies: ["Consensus", "KeyValue"], path: "Sources/Node/Storage"),
        .target(
            name: "Maelstrom", dependencies: ["Consensus", "Detours", "KeyValue"],
            path: "Sources/Node/Maelstrom"),
        .executableTarget(
            name: "raft-kv", dependencies: ["Platform", "Consensus", "KeyValue", "Storage", "Maelstrom"],
            path: "Sources/Node/raft-kv"),

        .target(name: "Linearizability", path: "Sources/Proof/Linearizability"),
        .target(name: "Serializability", path: "Sources/Proof/Serializability"),
        .target(
            name: "Page", path: "Sources/Proof/Page",
            resources: [.embedInCode("members.css"), .embedInCode("elements.js")]),
        .target(
            name: "StoryPage", dependencies: ["Consensus", "Page"], path: "Sources/Proof/StoryPage",
            resources: [.embedInCode("page.html"), .embedInCode("page.css"), .embedInCode("page.js")]),
        .target(
            name: "Simulation",
            dependencies: [
                "Consensus", "Detours", "KeyValue", "Linearizability", "Maelstrom", "Serializability",
                "Storage",
                "StoryPage",
            ], path: "Sources/Proof/Simulation"),
        .executableTarget(
            name: "simulate", dependencies: ["Simulation", "StoryPage"], path: "Sources/Proof/simulate"),
        .target(
            name: "Exploration", dependencies: ["Consensus", "KeyValue", "Simulation", "StoryPage"],
            path: "Sources/Proof/Exploration"),
        .executableTarget(
            name: "explore", dependencies: ["Exploration", "StoryPage"], path: "Sources/Proof/explore"),

        // Pages take long to compile into code, and change seldom, so they have targets of their own.
        .target(
            name: "ReportPage", dependencies: ["Page"], path: "Sources/Bench/ReportPage",
            resources: [
                "report.html", "report.css", "helpers.js", "charts.js", "head.js", "latency.js",
                "throughput.js", "lanes.js", "kinds.js", "messages.js", "meanings.js", "diagram.js",
                "violations.js",
                "anomalies.js", "start.js", "runs.html", "runs.css", "runs.js", "favicon.svg",
            ].map { .embedInCode($0) }),
        .target(
            name: "PlayPage", dependencies: ["Page"], path: "Sources/Bench/PlayPage",
            resources: ["play.html", "play.css", "controls.js", "picture.js", "play.js", "play.svg"]
                .map { .embedInCode($0) }),
        .executableTarget(
            name: "mini-maelstrom",
            dependencies: ["Platform", "Linearizability", "Serializability", "ReportPage", "PlayPage"],
            path: "Sources/Bench/mini-maelstrom"),

        // The programs that tests start, and where they find them.
        .target(name: "TestPrograms", path: "Tests/TestPrograms"),
        // What the clusters of unit tests share.
        .target(name: "TestNetwork", path: "Tests/TestNetwork"),
        .testTarget(name: "ConsensusTests", dependencies: ["Consensus", "TestNetwork", "TestPrograms"]),
        .testTarget(name: "DetoursTests", dependencies: ["Consensus", "Detours", "TestPrograms"]),
        .testTarget(
            name: "KeyValueTests",
            dependencies: ["Consensus", "Detours", "KeyValue", "TestNetwork", "TestPrograms"]),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Consensus", "KeyValue", "Storage", "Simulation", "TestPrograms"]),
        .testTarget(name: "LinearizabilityTests", dependencies: ["Linearizability"]),
        .testTarget(name: "SerializabilityTests", dependencies: ["Serializability"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Simulation", "simulate", "Consensus", "KeyValue", "Storage", "StoryPage", "TestPrograms",
            ]),
        .testTarget(
            name: "ExplorationTests",
            dependencies: ["Exploration", "Consensus", "KeyValue", "Simulation", "StoryPage", "TestPrograms"]),
        .testTarget(name: "MaelstromTests", dependencies: ["Consensus", "Detours", "KeyValue", "Maelstrom"]),
        .testTarget(
            name: "NodeTests",
            dependencies: ["raft-kv", "Platform", "Consensus", "Maelstrom", "TestPrograms"]),
        .testTarget(
            name: "DocumentTests",
            dependencies: ["raft-kv", "mini-maelstrom", "simulate", "explore", "TestNode", "TestPrograms"]),
        .target(
            name: "FuzzInput", dependencies: ["Consensus", "KeyValue", "Maelstrom"], path: "Tests/FuzzInput"),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzInput"]),
        // A node for the bench's own tests: a lone store or a naive Raft, which does wrong what it is told to.
        .executableTarget(name: "TestNode", path: "Tests/TestNode"),
        .testTarget(
            name: "BenchTests",
            dependencies: [
                "mini-maelstrom", "raft-kv", "Linearizability", "ReportPage", "PlayPage", "Serializability",
                "StoryPage",
                "TestNode",
                "TestPrograms",
            ]),
    ]
)

// What scripts/benchmark measures nodes against.
if Context.environment["RAFT_KV_BENCHMARK"] != nil {
    package.targets.append(.executableTarget(name: "EchoNode", path: "Tests/EchoNode"))
}

// libFuzzer brings its own main, so this target links only where scripts/fuzz asks for it.
if Context.environment["RAFT_KV_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzInput"], path: "Tests/Fuzz", exclude: ["Corpus", "dictionary"],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}
