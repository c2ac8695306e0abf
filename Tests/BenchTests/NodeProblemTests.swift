import TestPrograms
import XCTest

@testable import mini_maelstrom

/// What the bench says of nodes that do not start, and of results that cannot be written.
final class NodeProblemTests: BenchProgram {
    /// A node that answers `init`, with commands of a shell before and after the answer.
    private static func shellNode(beforeAnswer first: String = ":", afterInit commands: String) -> [String] {
        let reply = #"{"src":"n0","dest":"c1","body":{"type":"init_ok","in_reply_to":1}}"#
        let script = "read -r line\n\(first)\necho '\(reply)'\n\(commands)\n"
        return [
            "test", "--node-command", script, "--node-count", "1", "--time-limit", "0.1", "--rate", "max",
        ]
    }

    override class var sideBySide: [String: [String]] {
        [
            "unfinished": shellNode(afterInit: "while read -r line; do printf abc; done"),
            "closed": shellNode(beforeAnswer: "exec <&-", afterInit: "exec sleep 600 >&-"),
        ]
    }

    private func file(_ name: String, _ text: String, mode: Int = 0o755) throws -> String {
        let path = folder.appendingPathComponent(name).path
        XCTAssertTrue(
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
        return path
    }

    func testAProgramThatCannotRunIsToldInItsOwnSentence() throws {
        for (path, sentence) in [
            ("\(folder.path)/none", "there is no such file"), (folder.path, "this is a folder"),
            (try file("plain", "x", mode: 0o644), "this file is not executable; chmod +x makes it so"),
            (
                try file("lost", "#!/no/such/sh\n"),
                "the interpreter of this script, /no/such/sh, does not exist"
            ),
            (try file("astray", "#!/usr/bin/env no-such-sh\n"), "no-such-sh, is not on the path"),
            (try file("windows", "#!/bin/sh\r\nexit\r\n"), "the lines of this script end in CR LF"),
        ] {
            let problem = try XCTUnwrap(NodeProgram(path: path).problem, path)
            XCTAssertTrue(problem.contains(sentence), problem)
        }
        let pipe = folder.appendingPathComponent("pipe").path
        XCTAssertEqual(mkfifo(pipe, 0o755), 0)
        for path in [pipe, "/dev/null"] {
            let problem = try XCTUnwrap(NodeProgram(path: path).problem)
            XCTAssertTrue(problem.hasPrefix("this is no regular file"), problem)
        }
        XCTAssertNil(NodeProgram(path: try file("good", "#!/bin/sh\n")).problem)
        XCTAssertNil(NodeProgram(path: try file("better", "#!/usr/bin/env -S sh -e\n")).problem)
        let ended = try run("test", "--bin", folder.path)
        XCTAssertEqual(ended.status, 64)
        XCTAssertEqual(
            ended.complaints,
            "mini-maelstrom: --bin \(folder.path): this is a folder; expected a program that runs a node\n")
    }

    func testAFileWithoutAnInterpreterCannotBeStarted() throws {
        let ended = try run("test", "--bin", try file("text", "hello\n"), "--node-count", "1")
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(ended.output.contains("a script begins with a line such as #!/bin/sh"), ended.output)
        XCTAssertFalse(ended.output.contains("failed     unknown"), "a table of zeros: \(ended.output)")
    }

    func testARefusalOfInitIsQuoted() throws {
        let ended = try test("--time-limit 60", with: "refusal")
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(
            ended.output.contains("n0 did not start: it answered init with error 12: not like this"),
            ended.output)
        XCTAssertFalse(ended.output.contains("failed     unknown"), "a table of zeros: \(ended.output)")
        let files = try FileManager.default.contentsOfDirectory(atPath: latest.path)
        XCTAssertEqual(files.sorted(), ["n0.log", "results.json"])
    }

    func testANodeThatFloodsStdoutIsStoppedBeforeItFillsTheMemory() throws {
        let ended = try test("--time-limit 60", with: "flood")
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertNotNil(
            ended.output.firstRange(
                of:
                    #/n0 did not start: it has not answered init: it printed [12],[0-9,]+ bytes without a newline: xxx/#
            ),
            ended.output)
    }

    func testALineThatIsNeverFinishedIsRemarked() throws {
        let ended = try end(of: "unfinished", isServed: false)
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertNotNil(
            ended.output.firstRange(of: #/n0 printed [0-9,]+ bytes without a newline: abc/#), ended.output)
        XCTAssertFalse(ended.output.contains("closed its stdout"), ended.output)
    }

    func testANodeThatClosesItsStdinAndStdoutIsRemarked() throws {
        let ended = try end(of: "closed", isServed: false)
        XCTAssertEqual(ended.status, 1, ended.output)
        for words in ["n0 closed its stdin, though it lived on", "n0 closed its stdout, though it lived on"] {
            XCTAssertTrue(ended.output.contains(words), ended.output)
        }
        XCTAssertNotNil(
            ended.output.firstMatch(of: #/n0 answered none of its [0-9]+ requests\n/#), ended.output)
    }

    func testAnEmptyLineIsNoMessage() throws {
        let node = Self.shellNode(afterInit: "read -r line\necho\nwhile read -r line; do :; done")
        let ended = end(try start(node))
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(ended.output.contains("n0 printed an empty line, which is no message\n"), ended.output)
    }

    // Its bytes come in many reads, with a whole line before and behind it.
    func testALongLineIsReadWhole() throws {
        let reply = #"{"src":"n0","dest":"c2","body":{"type":"error","code":11,"in_reply_to":1,"text":""#
        let other = #"{"src":"n0","dest":"n0","body":{"type":"hello"}}"#
        let node = Self.shellNode(
            afterInit: """
                read -r line
                printf '\(other)\\n\(reply)'
                for i in 1 2 3 4 5 6 7 8; do head -c 100000 /dev/zero | tr '\\0' x; done
                printf '"}}\\n\(other)\\nthe end\\n'
                while read -r line; do :; done
                """)
        let ended = end(try start(node))
        XCTAssertTrue(ended.output.contains("(not a JSON object): the end\n"), ended.output)
        XCTAssertEqual(try results().errors["temporarily-unavailable"], 1)
        XCTAssertEqual(try results().serverMessages, 2)
    }

    func testALineThatIsNotUTF8IsNoMessage() throws {
        let reply =
            #"{"src":"n0","dest":"c2","body":{"type":"error","code":11,"text":"\377","in_reply_to":1}}"#
        let node = Self.shellNode(
            afterInit: "read -r line\nprintf '\(reply)\\n'\nwhile read -r line; do :; done")
        let ended = end(try start(node))
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertTrue(
            ended.output.contains("n0 printed a line that is no message (not UTF-8): {"), ended.output)
    }

    func testWhatANodePrintedInsteadOfInitOkIsTold() {
        var words = Run.FirstWords()
        XCTAssertEqual(
            words.why(partial: []),
            "it has not answered init in 10 s: it printed nothing. Does it flush stdout after each line?")
        XCTAssertEqual(
            words.why(partial: Array(#"{"src":"n0"}"#.utf8)),
            #"it has not answered init in 10 s: it printed 12 bytes without a newline: {"src":"n0"}"#)
        words.hear("ready".utf8)
        XCTAssertEqual(
            words.why(partial: []),
            "it has not answered init in 10 s: it printed a line that is no answer with in_reply_to 1, the last: ready"
        )
        words.hear("go".utf8)
        XCTAssertTrue(words.why(partial: []).contains("it printed 2 lines that are no answer"))
    }

    func testALongLogIsCutInTheMiddle() throws {
        let path = try file("n0.log", String(repeating: "a", count: 900))
        var limit = LogLimit(paths: [path, "\(folder.path)/none"], most: 1000)
        XCTAssertEqual(limit.apply(), [])
        let handle = try XCTUnwrap(FileHandle(forUpdatingAtPath: path))
        for round in 0..<3 {
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(String(repeating: "b", count: 600).utf8))
            XCTAssertEqual(limit.apply(), round == 0 ? [0] : [])
        }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("the end".utf8))
        XCTAssertEqual(
            try String(contentsOfFile: path, encoding: .utf8),
            String(repeating: "a", count: 500) + LogLimit.note + "the end")
    }

    /// The limit of a file's size is what a full disk is: a write fails.
    func testAVerdictIsGivenThoughTheDiskIsFullAndNoHalfFileStays() throws {
        let node = builtProgram("TestNode").path
        let script = try file(
            "small",
            "#!/bin/bash\ntrap '' XFSZ\nulimit -f 8\nexec '\(builtProgram("mini-maelstrom").path)' \"$@\"\n")
        let ended = try withEnoughTime { seconds in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: script)
            process.arguments = [
                "test", "--bin", node, "--node-count", "1", "--rate", "max", "--time-limit", seconds,
            ]
            process.currentDirectoryURL = folder
            let (output, complaints) = (Pipe(), Pipe())
            process.standardOutput = output
            process.standardError = complaints
            try process.run()
            return end((process, output, complaints))
        }
        XCTAssertEqual(ended.status, 74, ended.output + ended.complaints)
        XCTAssertTrue(ended.output.contains("Everything looks good!"), ended.output)
        XCTAssertTrue(ended.complaints.contains("cannot write maelstrom-runs/store/"), ended.complaints)
        let files = try FileManager.default.contentsOfDirectory(atPath: latest.path)
        XCTAssertEqual(files.sorted(), ["n0.log", "results.json"])
    }

    /// Runs a test whose stdout is a pipe that nobody reads.
    private func runUnread(_ arguments: String...) throws -> Ended {
        let process = Process()
        process.executableURL = builtProgram("mini-maelstrom")
        process.arguments =
            ["test", "--bin", builtProgram("TestNode").path, "--node-count", "1", "--rate", "max"] + arguments
        process.currentDirectoryURL = folder
        let (output, complaints) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = complaints
        output.fileHandleForReading.closeFile()
        try process.run()
        let said = complaints.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Ended(
            status: process.terminationStatus, output: "", complaints: String(decoding: said, as: UTF8.self))
    }

    func testARunThatCannotPrintGoesOnAndItsExitCodeTells() throws {
        let valid = try withEnoughTime {
            try runUnread("--time-limit", $0)
        } until: { _ in
            try results().verdict == .valid
        }
        XCTAssertEqual(valid.status, 74, valid.complaints)
        XCTAssertEqual(valid.complaints, "mini-maelstrom: cannot write to stdout: Broken pipe\n")
        XCTAssertEqual(try results().verdict, .valid)
        XCTAssertEqual(try runUnread("--time-limit", "0.3", "--", "malformed").status, 1)
    }

    func testVerdictsAreWrittenForOtherPrograms() throws {
        let junit = folder.appendingPathComponent("junit.xml")
        let summary = folder.appendingPathComponent("summary.md")
        try "# before\n".write(to: summary, atomically: false, encoding: .utf8)
        let ended = try withEnoughTime {
            try test("--time-limit \($0) --junit \(junit.path) --summary \(summary.path)", with: "stubborn")
        } until: {
            $0.output.contains(" cas succeeded")
        }
        XCTAssertEqual(ended.status, 1, ended.output)
        let xml = try String(contentsOf: junit, encoding: .utf8)
        XCTAssertTrue(xml.contains(#"tests="1" failures="1" errors="0""#), xml)
        XCTAssertTrue(xml.contains(#"<testcase classname="mini-maelstrom" name="lin-kv, seed 1""#), xml)
        XCTAssertTrue(xml.contains(" cas succeeded"), xml)
        XCTAssertTrue(XMLReader.isWellFormed(xml), xml)
        let page = try String(contentsOf: summary, encoding: .utf8)
        XCTAssertTrue(page.hasPrefix("# before\n### ❌ lin-kv: invalid\n"), page)
        XCTAssertTrue(page.contains("--seed 1 -- stubborn`"), page)
    }

    func testARunThatIsOnlyMeasuredIsNotCalledValid() throws {
        let junit = folder.appendingPathComponent("junit.xml")
        let summary = folder.appendingPathComponent("summary.md")
        let ended = try withEnoughTime {
            try? FileManager.default.removeItem(at: summary)
            return try test("--time-limit \($0) --no-check --junit \(junit.path) --summary \(summary.path)")
        }
        XCTAssertEqual(ended.status, 0, ended.output)
        let xml = try String(contentsOf: junit, encoding: .utf8)
        XCTAssertTrue(xml.contains(#"<skipped message="measured only, nothing was checked"/>"#), xml)
        let page = try String(contentsOf: summary, encoding: .utf8)
        XCTAssertTrue(page.hasPrefix("### ❔ lin-kv: not checked\n"), page)
    }

    func testWhatANodePrintsDoesNotReachTheTerminalAsItIs() {
        XCTAssertEqual(Text.printable("a\u{1b}[31m\0\tb\n\u{7f}"), "a␛[31m␀\tb\n␡")
        XCTAssertEqual(Text.printable("plain ✗"), "plain ✗")
    }

    func testTheCommandThatRepeatsARunHasItsSeed() {
        XCTAssertEqual(
            Repetition.command(
                "bench",
                ["test", "--bin", "my node", "--seed", "3", "--test-count=9", "--", "--seed", "it's"], seed: 7
            ),
            #"bench test --bin 'my node' --seed 7 -- --seed 'it'\''s'"#)
        XCTAssertEqual(
            Repetition.command("bench", ["hello", "--junit", "--seed", "--seed=4"], seed: 7),
            "bench hello --seed 7")
    }
}

/// Says whether tags are closed in their order.
private enum XMLReader {
    static func isWellFormed(_ text: String) -> Bool {
        var open: [Substring] = []
        for part in text.split(separator: "<").dropFirst() {
            guard let end = part.firstIndex(of: ">") else { return false }
            let tag = part[..<end]
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return false }
            } else if !tag.hasSuffix("/") {
                open.append(tag.prefix { $0 != " " })
            }
        }
        return open.isEmpty
    }
}
