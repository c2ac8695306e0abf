import Foundation
import ReportPage

/// The pages of `mini-maelstrom serve`: the runs, newest first, their files, and the files' content.
struct StorePages {
    /// A run in the list. What an older bench has not stored is nil.
    private struct Line: Encodable {
        var folder: String
        var name: String
        /// When it ended, in milliseconds since 1970.
        var date: Double
        var verdict: String?
        var isInterrupted: Bool?
        var program: String?
        var workload: String?
        var nodes: Int?
        var faults: [String]?
        /// As text, for JavaScript has no such integers.
        var seed: String?
        var requests: Int?
        var seconds: Double?
        var files: [String]
    }

    /// What is shown of a run's results.
    private struct Summary: Decodable {
        var verdict: String?
        var checked: Bool?
        var signal: Int32?
        var program: String?
        var workload: String?
        var nodes: Int?
        var nemesis: [String]?
        var seed: UInt64?
        var total: Counts?
        var seconds: Double?
    }

    private struct Runs: Encodable {
        var title = "Runs"
        var runs: [Line]
    }

    private struct Folder: Encodable {
        var title: String
        var place: String
        var files: [String]
    }

    /// The store with all symbolic links resolved. Nothing outside of it is served.
    private let root: String

    init(store: String) { root = URL(fileURLWithPath: store).resolvingSymlinksInPath().path }

    func answer(_ request: HTTPRequest) -> HTTPAnswer {
        guard ["GET", "HEAD"].contains(request.method) else { return .error("405 Method Not Allowed") }
        guard request.isLocal else { return .error("403 Forbidden") }
        if ["/favicon.ico", "/favicon.svg"].contains(request.path) {
            return HTTPAnswer(type: "image/svg+xml", body: ReportPage.icon)
        }
        let full = URL(fileURLWithPath: root + request.path).resolvingSymlinksInPath().path
        guard full == root || full.hasPrefix(root + "/") else { return .error("404 Not Found") }
        guard FileManager.default.fileExists(atPath: full) else {
            return full == root ? page(Runs(runs: []), title: "Runs") : .error("404 Not Found")
        }
        if FileManager.default.isFile(full) { return file(full) }
        return full == root ? runs() : folder(full, String(full.dropFirst(root.count)))
    }

    private func page(_ content: some Encodable, title: String) -> HTTPAnswer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = (try? encoder.encode(content)).map { String(decoding: $0, as: UTF8.self) }
        return .page(ReportPage.runs(title: title, json: json ?? "{}"))
    }

    private func runs() -> HTTPAnswer {
        let lines = StorePages.names(in: root).filter { $0 != "latest" }.map(line)
        return page(Runs(runs: lines.sorted { ($0.date, $0.name) > ($1.date, $1.name) }), title: "Runs")
    }

    private func line(_ folder: String) -> Line {
        let results = FileManager.default.contents(atPath: "\(root)/\(folder)/results.json")
        let summary = results.flatMap { try? JSONDecoder().decode(Summary.self, from: $0) }
        let isMeasured = summary?.checked == false && summary?.verdict == RunVerdict.valid.rawValue
        return Line(
            folder: folder, name: folder, date: StorePages.date("\(root)/\(folder)"),
            verdict: isMeasured ? "measured" : summary?.verdict, isInterrupted: summary?.signal != nil,
            program: summary?.program,
            workload: summary?.workload, nodes: summary?.nodes, faults: summary?.nemesis,
            seed: summary?.seed.map { String($0) }, requests: summary?.total?.all, seconds: summary?.seconds,
            files: ["report.html", "results.json", "history.txt"].filter {
                FileManager.default.isFile("\(root)/\(folder)/\($0)")
            })
    }

    private func folder(_ path: String, _ place: String) -> HTTPAnswer {
        let title = String(place.dropFirst())
        return page(Folder(title: title, place: place, files: StorePages.names(in: path)), title: title)
    }

    private func file(_ path: String) -> HTTPAnswer {
        guard let data = FileManager.default.contents(atPath: path) else { return .error("404 Not Found") }
        let type =
            switch URL(fileURLWithPath: path).pathExtension {
            case "html": "text/html; charset=utf-8"
            case "json": "application/json"
            case "svg": "image/svg+xml"
            case "txt", "log": "text/plain; charset=utf-8"
            default: "application/octet-stream"
            }
        return HTTPAnswer(type: type, body: Array(data))
    }

    private static func names(in folder: String) -> [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return found.filter { !$0.hasPrefix(".") }.sorted()
    }

    /// In milliseconds since 1970.
    private static func date(_ path: String) -> Double {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let date = attributes?[.modificationDate] as? Date ?? .distantPast
        return (date.timeIntervalSince1970 * 1000).rounded()
    }
}
