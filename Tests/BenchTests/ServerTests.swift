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

    private func get(_ target: String, headers: String = "") -> (status: String, type: String, text: String) {
        let answer = StorePages(store: store).answer("GET \(target) HTTP/1.1\r\n\(headers)\r\n")
        return (answer.status, answer.type, String(decoding: answer.body, as: UTF8.self))
    }

    func testRunsAreListedNewestFirstWithTheirReports() throws {
        let page = get("/")
        XCTAssertEqual(page.status, "200 OK")
        XCTAssertEqual(page.type, "text/html; charset=utf-8")
        let (new, old) = (page.text.range(of: "\"/new/\""), page.text.range(of: "\"/old%20run/\""))
        XCTAssertLessThan(try XCTUnwrap(new).lowerBound, try XCTUnwrap(old).lowerBound)
        XCTAssertTrue(page.text.contains("\"/new/report.html\""))
        XCTAssertFalse(page.text.contains("latest"))
    }

    func testFilesComeWithTheirTypes() {
        XCTAssertTrue(get("/old%20run/").text.contains("\"/old%20run/results.json\""))
        XCTAssertEqual(get("/old%20run/results.json").type, "application/json")
        XCTAssertEqual(get("/new/history.txt?x=1").text, "0\t:invoke")
        XCTAssertEqual(get("/latest/report.html").type, "text/html; charset=utf-8")
        XCTAssertEqual(get("/new/data/n0/log").type, "application/octet-stream")
    }

    func testNothingOutsideTheStoreIsServed() {
        for target in [
            "/../secret", "/new/../../secret", "/%2e%2e/secret", "/..%2fsecret", "/new/way-out",
            "/../store-secret",
            "-secret", "/new/none", "//../secret",
        ] {
            let answer = get(target)
            XCTAssertNotEqual(answer.status, "200 OK", target)
            XCTAssertFalse(answer.text.contains("secret"), target)
        }
        XCTAssertEqual(get("/", headers: "Host: evil.example\r\n").status, "403 Forbidden")
        XCTAssertEqual(get("/", headers: "Host: localhost:8080\r\n").status, "200 OK")
        XCTAssertEqual(
            StorePages(store: store).answer("POST / HTTP/1.1\r\n\r\n").status, "405 Method Not Allowed")
        XCTAssertEqual(StorePages(store: store).answer("nonsense\r\n\r\n").status, "400 Bad Request")
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
        let page = try Data(contentsOf: try XCTUnwrap(URL(string: address)))
        XCTAssertTrue(String(decoding: page, as: UTF8.self).contains("no runs yet"))
    }
}
