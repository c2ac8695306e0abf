import TestPrograms
import XCTest

@testable import mini_maelstrom

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

final class ServerTests: BenchProgram {
    private var store: String { folder.appendingPathComponent("store").path }

    override func setUpWithError() throws {
        try super.setUpWithError()
        for (file, text) in [
            ("old run/results.json", "{}"), ("new/history.txt", "0\t:invoke"), ("new/report.html", "<html>"),
            ("new/data/n0/log", "x"),
        ] {
            let url = folder.appendingPathComponent("store/\(file)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        try "secret".write(to: folder.appendingPathComponent("secret"), atomically: true, encoding: .utf8)
        try "secret".write(
            to: folder.appendingPathComponent("store-secret"), atomically: true, encoding: .utf8)
        for (link, target) in [("latest", "new"), ("new/way-out", "../../secret")] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(store)/\(link)", withDestinationPath: target)
        }
        for (run, age) in [("old run", 100.0), ("new", 0)] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: "\(store)/\(run)")
        }
    }

    private func answer(_ head: String) throws -> HTTPAnswer {
        StorePages(store: store).answer(try XCTUnwrap(HTTPRequest(head: head)))
    }

    private func get(_ target: String, headers: String = "") throws
        -> (status: String, type: String, text: String)
    {
        let answer = try answer("GET \(target) HTTP/1.1\r\n\(headers)\r\n")
        return (answer.status, answer.type, String(decoding: answer.body, as: UTF8.self))
    }

    func testRunsAreListedNewestFirstWithWhatTheyWere() throws {
        let page = try get("/")
        XCTAssertEqual(page.status, "200 OK")
        XCTAssertEqual(page.type, "text/html; charset=utf-8")
        let (new, old) = (
            page.text.range(of: #""folder":"new""#), page.text.range(of: #""folder":"old run""#)
        )
        XCTAssertLessThan(try XCTUnwrap(new).lowerBound, try XCTUnwrap(old).lowerBound)
        XCTAssertFalse(page.text.contains("latest"))
    }

    /// If there is a browser.
    func testABrowserShowsTheRunsAsATable() throws {
        let browser = try Browser()
        try """
        {"verdict":"invalid","checked":true,"signal":2,"program":"/a/my-node","workload":"lin-kv","nodes":3,"seconds":12.34,
        "nemesis":["partition","kill"],"seed":18446744073709551615,"total":{"ok":7,"fail":1,"info":0}}
        """.write(toFile: "\(store)/old run/results.json", atomically: true, encoding: .utf8)
        let page = folder.appendingPathComponent("runs.html")
        try Data(answer("GET / HTTP/1.1\r\n").body).write(to: page)
        let drawn = try browser.dump(page.absoluteString, size: "400,800", in: folder)
        for part in [
            #"<span class="invalid"><b aria-hidden="true">✗</b>invalid</span>"#, "my-node", "(3 nodes)",
            ">interrupted<",
            ">partition, kill<", ">18446744073709551615<", ">12.3 s<", #"href="/old%20run/results.json""#,
            #"href="/new/report.html""#, "no results",
        ] {
            XCTAssertTrue(drawn.contains(part), "\(part) in \(drawn)")
        }
    }

    func testFilesComeWithTheirTypes() throws {
        XCTAssertTrue(try get("/old%20run/").text.contains(#""files":["results.json"]"#))
        XCTAssertEqual(try get("/old%20run/results.json").type, "application/json")
        XCTAssertEqual(try get("/new/history.txt?x=1").text, "0\t:invoke")
        XCTAssertEqual(try get("/latest/report.html").type, "text/html; charset=utf-8")
        XCTAssertEqual(try get("/new/data/n0/log").type, "application/octet-stream")
        XCTAssertEqual(try get("/favicon.ico").type, "image/svg+xml")
    }

    func testNothingOutsideTheStoreIsServed() throws {
        for target in [
            "/../secret", "/new/../../secret", "/%2e%2e/secret", "/..%2fsecret", "/new/way-out",
            "/../store-secret", "/new/none", "//../secret",
        ] {
            let answer = try get(target)
            XCTAssertNotEqual(answer.status, "200 OK", target)
            XCTAssertFalse(answer.text.contains("secret"), target)
        }
        XCTAssertEqual(try get("/", headers: "Host: evil.example\r\n").status, "403 Forbidden")
        XCTAssertEqual(try get("/", headers: "Host: localhost:8080\r\n").status, "200 OK")
        XCTAssertEqual(try answer("POST / HTTP/1.1\r\n\r\n").status, "405 Method Not Allowed")
        for head in ["nonsense", "GET -secret HTTP/1.1", "GET /%00 HTTP/1.1", "GET / FTP"] {
            XCTAssertNil(HTTPRequest(head: "\(head)\r\n\r\n"), head)
        }
    }

    func testTheServerAnswersOnLoopback() throws {
        let running = try start(["serve", "--port", "0"])
        defer {
            running.process.terminate()
            running.process.waitUntilExit()
        }
        let first = String(decoding: running.output.fileHandleForReading.availableData, as: UTF8.self)
        let address = try XCTUnwrap(first.split(separator: " ").first.map(String.init))
        XCTAssertTrue(address.hasPrefix("http://127.0.0.1:"), first)
        let url = try XCTUnwrap(URL(string: address))
        XCTAssertTrue(String(decoding: try Data(contentsOf: url), as: UTF8.self).contains(#""runs":[]"#))
        var request = URLRequest(url: url)
        request.httpMethod = "HEAD"
        let answered = DispatchSemaphore(value: 0)
        URLSession.shared.dataTask(with: request) { body, answer, _ in
            let head = answer as? HTTPURLResponse
            XCTAssertEqual(head?.statusCode, 200)
            XCTAssertGreaterThan(answer?.expectedContentLength ?? 0, 1000)
            XCTAssertEqual(body?.count ?? 0, 0)
            answered.signal()
        }.resume()
        answered.wait()
    }
}
