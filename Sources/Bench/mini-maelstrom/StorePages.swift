import Foundation

/// The pages of `mini-maelstrom serve`: the runs, newest first, their files, and the files' content.
struct StorePages {
    struct Answer {
        var status: String
        var type: String
        var body: [UInt8]

        static func page(_ title: String, _ rows: [String]) -> Answer {
            let text = """
                <!doctype html><html lang="en"><meta charset="utf-8">
                <meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
                <title>\(title)</title><style>body{font:16px/1.5 system-ui;margin:2em}td{padding-right:1.5em}</style>
                <h1>\(title)</h1><table>\(rows.map { "<tr>\($0)</tr>\n" }.joined())</table></html>

                """
            return Answer(status: "200 OK", type: "text/html; charset=utf-8", body: Array(text.utf8))
        }

        static func error(_ status: String) -> Answer {
            Answer(status: status, type: "text/plain; charset=utf-8", body: Array("\(status)\n".utf8))
        }
    }

    /// The store with all symbolic links resolved. Nothing outside of it is served.
    private let root: String

    init(store: String) { root = URL(fileURLWithPath: store).resolvingSymlinksInPath().path }

    /// - Parameter request: the head of an HTTP request.
    func answer(_ request: String) -> Answer {
        let lines = request.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return .error("400 Bad Request") }
        guard words[0] == "GET" else { return .error("405 Method Not Allowed") }
        guard StorePages.isLocal(lines.dropFirst()) else { return .error("403 Forbidden") }
        let target = words[1].prefix { $0 != "?" && $0 != "#" }
        guard target.hasPrefix("/"), let path = String(target).removingPercentEncoding,
            !path.utf8.contains(0)
        else { return .error("400 Bad Request") }
        let full = URL(fileURLWithPath: root + path).resolvingSymlinksInPath().path
        guard full == root || full.hasPrefix(root + "/") else { return .error("404 Not Found") }
        guard FileManager.default.fileExists(atPath: full) else {
            return full == root ? .page("no runs yet", []) : .error("404 Not Found")
        }
        if FileManager.default.isFile(full) { return file(full) }
        return full == root ? runs() : folder(full, String(full.dropFirst(root.count)))
    }

    /// Rejects other host names, so that a foreign page cannot read runs through DNS rebinding.
    private static func isLocal(_ headers: ArraySlice<String>) -> Bool {
        guard let host = headers.first(where: { $0.lowercased().hasPrefix("host:") }) else { return true }
        let name = host.dropFirst(5).filter { $0 != " " }.prefix { $0 != ":" }
        return name == "127.0.0.1" || name == "localhost"
    }

    private func runs() -> Answer {
        let names = StorePages.names(in: root).filter { $0 != "latest" }
        let dated = names.map { (name: $0, date: StorePages.date("\(root)/\($0)")) }
            .sorted { ($0.date, $0.name) > ($1.date, $1.name) }
        return .page(
            "Runs",
            dated.map { name, _ in
                let results = try? Data(contentsOf: URL(fileURLWithPath: "\(root)/\(name)/results.json"))
                let verdict = results.flatMap { try? JSONDecoder().decode(Results.self, from: $0) }?.verdict
                let report = FileManager.default.isFile("\(root)/\(name)/report.html")
                return
                    "<td>\(StorePages.link("/\(name)/", name))</td><td>\(verdict?.rawValue ?? "no results")</td>"
                    + "<td>\(report ? StorePages.link("/\(name)/report.html", "report") : "")</td>"
            })
    }

    private func folder(_ path: String, _ place: String) -> Answer {
        .page(
            Text.escaped(String(place.dropFirst())),
            ["<td>\(StorePages.link("/", "all runs"))</td>"]
                + StorePages.names(in: path).map { "<td>\(StorePages.link("\(place)/\($0)", $0))</td>" })
    }

    private func file(_ path: String) -> Answer {
        guard let data = FileManager.default.contents(atPath: path) else { return .error("404 Not Found") }
        let type =
            switch URL(fileURLWithPath: path).pathExtension {
            case "html": "text/html; charset=utf-8"
            case "json": "application/json"
            case "svg": "image/svg+xml"
            case "txt", "log": "text/plain; charset=utf-8"
            default: "application/octet-stream"
            }
        return Answer(status: "200 OK", type: type, body: Array(data))
    }

    private static func names(in folder: String) -> [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return found.filter { !$0.hasPrefix(".") }.sorted()
    }

    private static func date(_ path: String) -> Date {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.modificationDate] as? Date ?? .distantPast
    }

    private static func link(_ path: String, _ words: String) -> String {
        let address = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? "/"
        return "<a href=\"\(Text.escaped(address))\">\(Text.escaped(words))</a>"
    }
}
