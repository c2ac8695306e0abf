/// The report of a run as one HTML page that draws itself, and needs nothing else; and the list of all runs.
package enum ReportPage {
    /// In the order in which they run.
    private static let scripts = [
        PackageResources.helpers_js, PackageResources.charts_js, PackageResources.head_js,
        PackageResources.latency_js, PackageResources.throughput_js, PackageResources.lanes_js,
        PackageResources.kinds_js, PackageResources.messages_js, PackageResources.meanings_js,
        PackageResources.diagram_js,
        PackageResources.violations_js, PackageResources.anomalies_js, PackageResources.start_js,
    ]

    /// - Parameter json: the data of the report.
    package static func html(title: String, json: String) -> [UInt8] {
        filled(
            PackageResources.report_html,
            [
                "TITLE": escaped(title), "STYLE": text(PackageResources.report_css), "DATA": inScript(json),
                "SCRIPT": scripts.map(text).joined(separator: "\n"),
            ])
    }

    /// The list of runs, or of a run's files.
    /// - Parameter json: its data.
    package static func runs(title: String, json: String) -> [UInt8] {
        filled(
            PackageResources.runs_html,
            [
                "TITLE": escaped(title), "STYLE": text(PackageResources.runs_css), "DATA": inScript(json),
                "SCRIPT": text(PackageResources.runs_js),
            ])
    }

    /// An SVG picture.
    package static var icon: [UInt8] { PackageResources.favicon_svg }

    /// Text of nodes must not be able to close the script that it stands in.
    private static func inScript(_ json: String) -> String { replaced(json, "<", by: "\\u003c") }

    /// A page with the words that stand for its parts replaced, one of them per line.
    private static func filled(_ page: [UInt8], _ parts: [String: String]) -> [UInt8] {
        let lines = text(page).split(separator: "\n", omittingEmptySubsequences: false)
        let filled = lines.map { line in
            for (name, text) in parts where line.contains(name) {
                return replaced(String(line), name, by: text)
            }
            return String(line)
        }
        return Array(filled.joined(separator: "\n").utf8)
    }

    private static func escaped(_ text: String) -> String {
        replaced(replaced(text, "&", by: "&amp;"), "<", by: "&lt;")
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func replaced(_ text: String, _ part: String, by other: String) -> String {
        text.split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
