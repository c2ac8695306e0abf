import Foundation

/// A request of a browser on this machine.
struct HTTPRequest {
    var method: String
    /// The path with its escapes resolved, without query and fragment.
    var path: String
    /// What follows the question mark; empty if there is none.
    var query: String
    /// By lowercase name.
    var headers: [String: String]
    var body: [UInt8] = []

    /// - Parameter head: up to the empty line.
    /// - Returns: nil if it is no request.
    init?(head: String) {
        let lines = head.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
        let target = words[1].prefix { $0 != "#" }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first.flatMap({ String($0).removingPercentEncoding }), path.hasPrefix("/"),
            !path.utf8.contains(0)
        else { return nil }
        method = String(words[0])
        self.path = path
        query = parts.count > 1 ? String(parts[1]) : ""
        headers = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
    }

    /// Whether it names this machine. A foreign page could otherwise read what is here through DNS rebinding.
    var isLocal: Bool {
        guard let host = headers["host"] else { return true }
        return ["127.0.0.1", "localhost"].contains(host.prefix { $0 != ":" })
    }

    /// Whether it comes from a page of this server, or from no page. Browsers tell whose page posts something.
    var isSameOrigin: Bool {
        guard let origin = headers["origin"] else { return headers["sec-fetch-site"] ?? "none" == "none" }
        return headers["host"].map { origin == "http://\($0)" } ?? false
    }
}

struct HTTPAnswer {
    var status = "200 OK"
    var type: String
    var body: [UInt8]

    static func page(_ body: [UInt8]) -> HTTPAnswer {
        HTTPAnswer(type: "text/html; charset=utf-8", body: body)
    }

    static func error(_ status: String) -> HTTPAnswer { text(status, status: status) }

    static func text(_ text: String, status: String) -> HTTPAnswer {
        HTTPAnswer(status: status, type: "text/plain; charset=utf-8", body: Array("\(text)\n".utf8))
    }
}
