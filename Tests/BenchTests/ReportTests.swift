import Linearizability
import ReportPage
import TestPrograms
import XCTest

@testable import mini_maelstrom

/// The report page of a run.
final class ReportTests: BenchProgram {
    private struct Data: Decodable {
        struct Series: Decodable {
            var kind: String
            var ending: String
            var count: Int
            var asked: [Double]
        }
        struct Kind: Decodable {
            var kind: String
            var count: Int
        }
        struct Operation: Decodable { var words: String }
        struct Violation: Decodable {
            var failing: Operation
            var possible: String
        }
        struct Span: Decodable { var state: String }
        struct Lane: Decodable { var spans: [Span] }

        var verdict: String
        var outcome: String
        var lastWords: [String]
        var series: [Series]
        var kinds: [Kind]
        var lanes: [Lane]
        var violations: [Violation]
    }

    override class var sideBySide: [String: [String]] {
        let faults = "--nemesis partition,pause --nemesis-interval 0.3"
        return [
            "raft-kv": words(of: "raft-kv", nodes: 3, "--rate 200 --time-limit 2"),
            "raft-kv under faults": words(
                of: "raft-kv", nodes: 3, "--rate 100 --time-limit 1 --aftermath 0.3 \(faults)"),
            "apart": words(nodes: 3, "--time-limit 0.5"),
            "gossip": words(nodes: 3, "--time-limit 0.3", with: "gossip"),
            "proxy": words(nodes: 3, "--nodes eva,max,ida --time-limit 0.3", with: "proxy"),
            "transactions": words(nodes: 3, "-w txn-list-append --time-limit 0.3"),
        ]
    }

    private func report(_ name: String) throws -> (page: String, data: Data) {
        let ended = try end(of: name)
        XCTAssertTrue(ended.output.contains("/report.html"), ended.output)
        return try drawn()
    }

    /// The data in the last run's page.
    private func drawn() throws -> (page: String, data: Data) {
        let page = try contents("report.html")
        let start = try XCTUnwrap(page.range(of: #"<script type="application/json" id="data">"#))
        let end = try XCTUnwrap(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
        let json = page[start.upperBound..<end.lowerBound]
        return (page, try JSONDecoder().decode(Data.self, from: Foundation.Data(json.utf8)))
    }

    func testAReportAgreesWithTheResultsAndIsSelfContained() throws {
        let (page, data) = try report("raft-kv")
        XCTAssertEqual(data.verdict, "valid")
        let results = try results()
        let total = results.total.all
        XCTAssertEqual(data.series.map(\.count).reduce(0, +), total)
        XCTAssertEqual(data.series.map(\.asked.count).reduce(0, +), total)
        XCTAssertEqual(
            data.series.first { ($0.kind, $0.ending) == ("read", "ok") }?.count, results.byKind["read"]?.ok)
        let between = data.kinds.filter { $0.kind.hasPrefix("append_entries") || $0.kind.contains("vote") }
        XCTAssertGreaterThan(between.map(\.count).reduce(0, +), 0)
        XCTAssertEqual(data.lanes.count, 3)
        XCTAssertTrue(data.lanes.contains { $0.spans.contains { $0.state == "leader" } })
        for loads in ["http://", "https://", "src=", "<link", "@import", "url(h", "fetch(", "import("] {
            XCTAssertFalse(page.contains(loads), "the page loads something: \(loads)")
        }
    }

    func testAViolationIsDrawnWithThePossibleValues() throws {
        let (_, data) = try report("apart")
        XCTAssertEqual(data.verdict, "invalid")
        XCTAssertTrue(data.outcome.hasPrefix("Invalid: no order of operations explains"), data.outcome)
        let violation = try XCTUnwrap(data.violations.first)
        XCTAssertFalse(violation.possible.isEmpty)
        XCTAssertNotEqual(violation.failing.words, "read \(violation.possible)")
        // There are no lanes without role logs and faults.
        XCTAssertEqual(data.lanes.count, 0)
    }

    func testAReportQuotesTheEndOfALogThatIsTooLongToBeReadWhole() throws {
        let command =
            "yes 'a line of the log' | head -c 17000000 >&2; exec \(builtProgram("TestNode").path) exit"
        let ended = try run("test", "--node-command", command, "--node-count", "1", "--time-limit", "60")
        XCTAssertEqual(ended.status, 1, ended.output)
        XCTAssertEqual(try drawn().data.lastWords.last, "test-node: something dreadful happened")
    }

    func testAPictureOfAViolationNamesTheOrderUpToIt() throws {
        var recorder = Recorder(isOn: true)
        var time: UInt64 = 0
        func ask(_ process: Int, _ request: Request, _ read: RegisterValue? = nil) {
            recorder.invoke(request, process: process, at: time)
            recorder.complete(
                Clients.Completion(
                    worker: 0, process: process, request: request, outcome: .ok(read), latency: 1),
                at: time + 1_000_000)
            time += 2_000_000
        }
        ask(0, Request(key: 4, kind: .write, value: 1))
        ask(1, Request(key: 4, kind: .cas, value: 1, newValue: 2))
        ask(2, Request(key: 4, kind: .read), .integer(1))
        let judgement = Judgement(.registers(recorder.history), Statistics(), failure: nil)
        let found = try XCTUnwrap(judgement.violations.first)
        let picture = ViolationPicture(found.violation, key: found.key, of: judgement, recorder: recorder)
        XCTAssertEqual(picture.key, 4)
        XCTAssertEqual(picture.failing.words, "read 1")
        XCTAssertEqual(picture.failing.from, 4)
        XCTAssertEqual(picture.failing.to, 5)
        XCTAssertEqual(picture.possible, "2")
        XCTAssertEqual(picture.operations.map(\.words), ["wrote 1", "set 1 to 2"])
        XCTAssertEqual(picture.operations.map(\.place), [1, 2])
        XCTAssertEqual(picture.operations.map(\.leaves), ["1", "2"])
    }

    func testOutputOfNodesCannotEndTheScript() throws {
        let page = String(
            decoding: ReportPage.html(title: "a <b> & c", json: #"{"a":"</script>"}"#), as: UTF8.self)
        XCTAssertEqual(page.components(separatedBy: "</script>").count, 3)
        XCTAssertTrue(page.contains(#">{"a":"\u003c/script>"}</script>"#))
        XCTAssertTrue(page.contains("<title>a &lt;b> &amp; c</title>"))
        for placeholder in ["TITLE", "STYLE", "SCRIPT", "DATA"] {
            XCTAssertFalse(page.contains(placeholder), placeholder)
        }
    }

    /// If there is a browser: after the scripts have run, every chart is there and the console has no errors.
    func testABrowserDrawsEveryChart() throws {
        let browser = try BrowserPage(try Browser(), "about:blank", width: 1000, height: 800, in: folder)
        defer { browser.close() }
        _ = try report("gossip")
        let page = try show(browser)
        for chart in [
            "latency of requests over time", "requests per second over time", "messages between processes",
            "operations on key",
        ] {
            XCTAssertTrue(page.contains("aria-label=\"\(chart)"), "no chart of \(chart)")
        }
        XCTAssertTrue(page.contains("gossip</span>"))
        // The names of the lanes stay in sight, and the request that no order explains is marked.
        XCTAssertTrue(page.contains(#"<div class="heads"><div class="names"><svg"#))
        XCTAssertTrue(page.contains(">✗ "))
        _ = try report("proxy")
        let named = try show(browser)
        XCTAssertTrue(named.contains(">lin-kv</text>") && named.contains(">eva</text>"))
        XCTAssertFalse(named.contains("NaN"))
        _ = try report("transactions")
        let anomalous = try show(browser)
        XCTAssertTrue(anomalous.contains("aria-label=\"transactions of the"))
        XCTAssertTrue(anomalous.contains(#/>T\d+ txn</#))
        XCTAssertFalse(page.contains("[object"))
        XCTAssertFalse(page.contains("NaN"))
        _ = try report("raft-kv under faults")
        let drawn = try show(browser)
        XCTAssertTrue(drawn.contains("aria-label=\"the role of each node over time"))
        XCTAssertTrue(drawn.contains(">partition</text>"))
        XCTAssertFalse(drawn.contains("NaN"))
    }

    private func show(_ browser: BrowserPage) throws -> String {
        let page = latest.appendingPathComponent("report.html").resolvingSymlinksInPath()
        return try browser.show(page.absoluteString)
    }
}
