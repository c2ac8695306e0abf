import TestPrograms
import XCTest

/// What the documents show of a session is what the programs print.
final class DocumentedSessionTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "documents-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDown() { try? FileManager.default.removeItem(at: folder) }

    func testEverySessionByHandPrintsWhatTheREADMESays() throws {
        let blocks = try Document("README.md").blocks
        var sessions = 0
        for (block, next) in zip(blocks, blocks.dropFirst()) where next.introduction == "prints" {
            sessions += 1
            XCTAssertEqual(try bash(block.text), next.text + "\n", "line \(block.line)")
        }
        XCTAssertEqual(sessions, 3)
    }

    func testTheSessionOfThePackagesGuideReadsWhatItWrote() throws {
        let blocks = try Document(Document.guide, indent: 2).blocks
        let session = try XCTUnwrap(blocks.first { $0.text.hasPrefix("printf ") })
        let printed = try bash(session.text.replacing("./raft-kv", with: ".build/release/raft-kv"))
        XCTAssertTrue(printed.hasSuffix(#""in_reply_to":3,"value":"x"}}"# + "\n"), printed)
    }

    func testTheTraceInCONTRIBUTINGIsThatOfItsSeed() throws {
        let blocks = try Document(".github/CONTRIBUTING.md").blocks
        let trace = try XCTUnwrap(blocks.first { $0.text.contains(" -> ") })
        let command = try XCTUnwrap(
            trace.introduction.split(separator: "`").map(String.init).first { $0.hasPrefix("scripts/") })
        let printed = try bash(
            command.replacing("scripts/simulate", with: "'\(builtProgram("simulate").path)'"))
        XCTAssertTrue(printed.contains("\n\(trace.text)\n"), "\(command) prints something else")
    }

    // MARK: - Sessions that differ from run to run

    /// A line without what differs from run to run: numbers, how many stand in a list and are committed, the steps of a
    /// transaction, and the width of columns.
    private func shape(_ line: some StringProtocol) -> String {
        String(line).replacing(#/[0-9][0-9.:]*/#, with: "#").replacing(#/\[[# |]*\]/#, with: "[#]")
            .replacing(#/n#( n#)+/#, with: "n#")
            .replacing(#/(r|append) # (\[#\]|#|nil)(, (r|append) # (\[#\]|#|nil))*/#, with: "STEPS")
            .replacing(#/ +/#, with: " ").trimmingCharacters(in: .whitespaces)
    }

    /// The block of the README that holds a text.
    private func block(with text: String) throws -> Document.Block {
        try XCTUnwrap(Document("README.md").blocks.first { $0.text.contains(text) }, text)
    }

    /// The lines of a block that no line of what was printed is like.
    private func missing(_ lines: [String], in printed: String) -> [String] {
        let shapes = Set(printed.split(separator: "\n").map(shape))
        return lines.filter { $0 != "[...]" && !$0.isEmpty && !shapes.contains(shape($0)) }
    }

    // In another run another one may lead, elections may take more terms, and a request may have to be repeated.
    func testTheSessionOfALiveClusterIsLikeThatInTheREADME() throws {
        let block = try block(with: "> see")
        let typed = block.lines.filter { $0.hasPrefix("> ") }.map { String($0.dropFirst(2)) }
        XCTAssertEqual(typed, ["write x 5", "kill n4", "read x n1", "see"])
        let cluster = try LiveCluster(["--latency", "20"], in: folder)
        defer { cluster.end() }
        let leads = cluster.wait(for: " leads term ")
        let leader = try XCTUnwrap(leads.matches(of: #/n[0-4]/#).last.map { String($0.output) })
        let other = leader == "n1" ? "n2" : "n1"
        try cluster.ask(typed[0], #"write "x" 5: done"#)
        try cluster.type("kill \(leader)\n")
        cluster.wait(for: " leads term ")
        let shown = block.lines.filter { !$0.hasPrefix("> ") }
        for _ in 0..<20 {
            // Once a read is answered somebody leads again.
            try cluster.ask("read x \(other)", #"read "x": 5"#)
            try cluster.type("see\n")
            cluster.wait(for: "\nn4 ")
            cluster.wait(for: "]\n")
            if missing(shown, in: cluster.transcript).isEmpty { return }
        }
        XCTFail("\(missing(shown, in: cluster.transcript)) in \(cluster.transcript)")
    }

    func testTheCycleInTheREADMEIsLikeOneOfANodeWithStaleReads() throws {
        let block = try block(with: "G-single-realtime")
        var printed = ""
        for seed in 1...20 {
            printed = try bash(
                """
                cd '\(folder.path)' && .build/release/mini-maelstrom test -w txn-list-append --node-count 1 \
                    --bin '\(builtProgram("TestNode").path)' --concurrency 8 --rate 2000 --key-count 3 \
                    --time-limit 0.4 --seed \(seed) -- stale-read
                """)
            if missing(block.lines, in: printed).isEmpty { return }
        }
        XCTFail("\(missing(block.lines, in: printed)) in \(printed)")
    }

    func testTheLineOfALogInTheREADMEIsLikeOneOfTheNode() throws {
        let block = try block(with: "(role=leader term=3)")
        let printed = try bash(
            """
            echo '{"src":"c1","dest":"n0","body":{"type":"init","msg_id":1,"node_id":"n0","node_ids":["n0"]}}' |
                RAFT_KV_LOG= .build/release/raft-kv 2>&1
            """)
        XCTAssertEqual(missing(block.lines, in: printed), [], printed)
    }

    // A command in the place of ssh runs what it is given here, and lets pkill end only what it started for that host.
    func testAClusterOnHostsRunsByTheCommandInTheREADME() throws {
        let block = try block(with: "ssh host{i}")
        for (name, text) in [
            (
                "ssh",
                """
                host=$1; shift
                case $1 in
                    pkill) kill "$2" "$(cat "$host.pid")" ;;
                    *) echo $$ >"$host.pid"; exec "$@" ;;
                esac
                """
            ), ("raft-kv", "exec '\(builtProgram("raft-kv").path)' \"$@\""),
            ("mini-maelstrom", "exec '\(builtProgram("mini-maelstrom").path)' \"$@\""),
        ] {
            let file = folder.appendingPathComponent(name)
            try "#!/bin/sh\n\(text)\n".write(to: file, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
        var printed = ""
        // On a busy machine too few requests may succeed.
        func isAsExpected() -> Bool {
            printed.contains("Everything looks good!") && printed.contains(#/\n  kills +[1-9]/#)
        }
        for seed in 1...20 where !isAsExpected() {
            printed = try bash(
                """
                cd '\(folder.path)' && PATH="$PWD:$PATH"
                \(block.text) --time-limit 1 --aftermath 0.4 --nemesis-interval 0.2 --seed \(seed)
                """)
        }
        XCTAssertTrue(isAsExpected(), printed)
    }
}
