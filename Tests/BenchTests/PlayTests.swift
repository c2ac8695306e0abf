import Foundation
import TestPrograms
import XCTest

@testable import mini_maelstrom

/// A live cluster, with controls at a prompt and on a page.
final class PlayTests: BenchProgram {
    private func play(_ options: String, isTerminal: Bool = false) throws -> LiveCluster {
        try LiveCluster(options.split(separator: " ").map(String.init), isTerminal: isTerminal, in: folder)
    }

    func testAScriptBreaksAndMendsARealCluster() throws {
        let cluster = try play("--node-count 3 --latency 1")
        defer { cluster.end() }
        cluster.wait(for: "leads term")
        try cluster.ask(#"write x {"any": [1, "a b"]}"#, ": done")
        try cluster.ask("read x n1", #"read "x": {"any":[1,"a b"]}"#)
        try cluster.ask("cas x 1 2", #"cas "x" 1 2: error 22"#)
        try cluster.ask("members n0 n1", "n2 is a learner")
        try cluster.ask("transfer n1", "transfer n1: done")
        try cluster.type("see\n")
        cluster.wait(for: "n1  ★ leader")
        cluster.wait(for: "n2    learner")
        // Nobody loses what was acknowledged.
        try cluster.type("kill n0 n1 n2\nstart n0 n1 n2\n")
        cluster.wait(for: "you start n2 again")
        cluster.wait(for: "leads term")
        try cluster.ask("read x", #"read "x": {"any":[1,"a b"]}"#)
        try cluster.type("see n0\nquit\n")
        XCTAssertTrue(cluster.wait(for: #"write "x" {"#).contains("voters: n0 n1"))
        cluster.process.waitUntilExit()
        XCTAssertEqual(cluster.process.terminationStatus, 0)
    }

    func testATerminalShowsMembersAboveThePrompt() throws {
        let cluster = try play("--node-count 1 --latency 1", isTerminal: true)
        defer { cluster.end() }
        cluster.wait(for: "n0  ★ leader")
        // A line that is corrected, one that is brought back, and one that is wrong.
        try cluster.ask("write x 7\u{7f}5", #"write "x" 5: done"#)
        try cluster.ask("\u{1b}[A", #"write "x" 5: done"#)
        try cluster.type("jump\n")
        cluster.wait(for: "jump: no such command; help lists them")
        try cluster.type("pause n0\n")
        cluster.wait(for: "n0  ‖ paused")
        try cluster.type("\u{04}")
        cluster.process.waitUntilExit()
        XCTAssertEqual(cluster.process.terminationStatus, 0)
    }

    func testMessagesOfAnyNodeAreShown() throws {
        let cluster = try play("--bin \(builtProgram("TestNode").path) --node-count 2 --latency 1 -- gossip")
        defer { cluster.end() }
        try cluster.type("messages on\nwrite 1 5 n0\nsee\n")
        cluster.wait(for: "n0 -> n1: gossip")
        cluster.wait(for: "write 1 5: done")
        cluster.wait(for: "n0    unknown")
        try cluster.type("cut n0>n1\nwrite 1 6 n0\n")
        cluster.wait(for: "lost: n0 -> n1: gossip")
    }

    func testTheLogOfAnyNodeTellsItsRole() throws {
        let script = folder.appendingPathComponent("node")
        try """
        #!/bin/sh
        read init
        echo '{"src":"n0","dest":"c1","body":{"type":"init_ok","in_reply_to":1}}'
        echo 'time=2026-11-27T12:00:00Z msg="won the election" role=leader term=3' >&2
        exec cat >/dev/null

        """.write(to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        let cluster = try play("--bin \(script.path) --node-count 1")
        defer { cluster.end() }
        cluster.wait(for: "★ n0 leads term 3")
    }

    /// If there is a browser.
    func testAPageShowsTheClusterAndItsControlsWork() throws {
        let browser = try Browser()
        let cluster = try play("--node-count 3 --latency 5")
        defer { cluster.end() }
        let address = cluster.wait(for: "/ ").dropLast()
        let page = try BrowserPage(browser, String(address), width: 400, in: folder)
        defer { page.close() }
        try page.wait(until: "document.querySelector('.member.leader')")
        // Again where the time of the request was over before, as on a busy machine.
        try page.value(
            """
            at('value').value = 'two words';
            at('write').click();
            function isWritten() {
              const answers = document.querySelectorAll('.of-answer');
              if (answers[0]?.textContent.endsWith('"two words": done')) return true;
              if (answers.length > (page.tries ?? 0)) {
                page.tries = answers.length;
                at('write').click();
              }
              return false;
            }
            """)
        try page.wait(until: "isWritten()")
        try page.wait(until: "document.querySelectorAll('.member .entry.committed').length >= 6")
        // The follower that comes first is cut off, and then killed.
        try page.value("document.querySelector('.member.follower').click()")
        try page.value("document.querySelector('[data-command=cut]').click()")
        try page.wait(until: "!at('cuts').hidden && document.querySelector('#messages .lost')")
        try page.value("document.querySelector('[data-command=kill]').click()")
        try page.wait(until: "document.querySelector('.member.down')?.textContent.includes('✗ down')")
        try page.value(
            "at('line').value = 'jump', at('line').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))"
        )
        try page.wait(until: "at('refused').textContent.startsWith('jump: no such command')")
        for width in [400, 1400] {
            try page.resize(width: width)
            XCTAssertEqual(try page.value("document.documentElement.scrollWidth <= \(width)") as? Bool, true)
        }
    }

    func testOnlyThePageItselfGivesCommands() throws {
        let members = (0..<3).map { PlayMember(id: "n\($0)") }
        let pages = PlayPages(desk: PlayDesk(PlayPicture(title: "t", members: members)))
        func status(_ head: String, _ body: String = "") throws -> String {
            var request = try XCTUnwrap(HTTPRequest(head: head.replacingOccurrences(of: "|", with: "\r\n")))
            request.body = Array(body.utf8)
            return String(pages.answer(request).status.prefix(3))
        }
        let post = "POST /command HTTP/1.1|Host: 127.0.0.1:8081"
        XCTAssertEqual(try status("\(post)|Origin: http://127.0.0.1:8081", "kill n0"), "200")
        XCTAssertEqual(try status(post, "kill n1"), "200")
        for foreign in ["http://evil.example", "http://127.0.0.1:8082", "https://127.0.0.1:8081", "null"] {
            XCTAssertEqual(try status("\(post)|Origin: \(foreign)", "kill n2"), "403", foreign)
        }
        XCTAssertEqual(try status("\(post)|Sec-Fetch-Site: cross-site", "kill n2"), "403")
        XCTAssertEqual(try status("POST /command HTTP/1.1|Host: evil.example:8081", "kill n2"), "403")
        XCTAssertEqual(try status("GET /command HTTP/1.1", "kill n2"), "404")
        XCTAssertEqual(try status(post, "kill n3"), "400")
        XCTAssertEqual(try status(post, "quit"), "400")
        XCTAssertEqual(pages.desk.take(), [.kill([0]), .kill([1])])
    }
}
