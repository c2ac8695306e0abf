import Foundation

/// Builds the report as one self-contained file.
enum ReportPage {
    /// - Throws: `EncodingError`.
    static func html(_ report: Report) throws -> [UInt8] {
        let data = try json(report)
        let scripts = [
            helperScript, chartScript, headScript, latencyScript, throughputScript, laneScript, kindScript,
            lamportScript, lamportPicture, violationScript, anomalyScript, startScript,
        ]
        return Array(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Text.escaped(report.name)): \(report.verdict)</title>
            <style>
            \(style)</style>
            </head>
            <body>
            <main id="report"><noscript>This report draws itself: it needs JavaScript.</noscript></main>
            <script type="application/json" id="data">\(data)</script>
            <script>
            "use strict";
            \(scripts.joined(separator: "\n"))</script>
            </body>
            </html>

            """.utf8)
    }

    /// Encodes data for a script: text of nodes must not be able to close it.
    /// - Throws: `EncodingError`.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
            .replacingOccurrences(of: "<", with: "\\u003c")
    }
}
