import Foundation

/// The verdicts of runs for other programs: a JUnit file, and Markdown as GitHub shows it on the page of a step.
struct Exports {
    private let options: Options
    private let summary: String?
    private var all: [Results] = []

    init(_ options: Options) {
        self.options = options
        summary = options.summary ?? ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"]
    }

    /// Adds a run, and writes the files.
    /// - Throws: `SystemError`.
    mutating func add(_ results: Results) throws {
        all.append(results)
        if let file = options.junit { try write(Exports.junit(all), to: file) }
        guard let file = summary, !file.isEmpty else { return }
        let before = FileManager.default.contents(atPath: file) ?? Data()
        try write(String(decoding: before, as: UTF8.self) + Exports.markdown(results), to: file)
    }

    private func write(_ text: String, to file: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        } catch {
            throw SystemError(description: "cannot write \(file): \(error.localizedDescription)")
        }
    }

    /// A JUnit file with one test case per run. A run that is not judged is an error.
    static func junit(_ all: [Results]) -> String {
        func count(_ verdict: RunVerdict) -> Int { all.count { $0.verdict == verdict } }
        let time = Text.decimal(all.map(\.seconds).reduce(0, +), 3)
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites>",
            #"<testsuite name="mini-maelstrom" tests="\#(all.count)" failures="\#(count(.invalid))" "#
                + #"errors="\#(count(.unknown))" time="\#(time)">"#,
        ]
        for run in all {
            lines.append(
                #"<testcase classname="mini-maelstrom" name="\#(escaped(run.name)), seed \#(run.seed)" "#
                    + #"time="\#(Text.decimal(run.seconds, 3))">"#)
            if run.verdict == .valid, let reason = unfinished(run) {
                lines.append("<skipped message=\"\(reason)\"/>")
            }
            let name = run.verdict == .invalid ? "failure" : "error"
            if run.verdict != .valid {
                let first = (run.reasons.first ?? run.verdict.rawValue).prefix { $0 != "\n" }
                lines.append(
                    "<\(name) message=\"\(escaped(String(first)))\">"
                        + "\(escaped((run.reasons + [run.command ?? ""]).joined(separator: "\n")))</\(name)>")
            }
            lines.append("</testcase>")
        }
        return (lines + ["</testsuite>", "</testsuites>", ""]).joined(separator: "\n")
    }

    /// Why a run that nothing speaks against is not simply valid.
    private static func unfinished(_ run: Results) -> String? {
        if run.signal != nil { return "interrupted" }
        return run.checked ? nil : "measured only, nothing was checked"
    }

    /// A heading with the verdict, the figures, and the reasons.
    static func markdown(_ run: Results) -> String {
        let sign =
            switch run.verdict {
            case .valid where !run.checked: "❔"
            case .valid: "✅"
            case .invalid: "❌"
            case .unknown: "❔"
            }
        var lines = [
            "### \(sign) \(run.name): \(run.checked ? run.verdict.rawValue : "not checked")\(run.signal == nil ? "" : ", interrupted")",
            "",
            "\(Text.grouped(run.total.all)) requests in \(Text.decimal(run.seconds, 1)) s: "
                + "\(Text.grouped(run.total.ok)) ok, \(Text.grouped(run.total.fail)) failed, "
                + "\(Text.grouped(run.total.info)) unknown; seed \(run.seed)", "",
        ]
        if !run.reasons.isEmpty {
            lines += ["```", Text.printable(run.reasons.prefix(5).joined(separator: "\n")), "```", ""]
        }
        lines += (run.remarks ?? []).flatMap { ["- \($0.prefix { $0 != "\n" })"] + [""] }
        if let command = run.command { lines += ["`\(command)`", ""] }
        return lines.joined(separator: "\n")
    }

    /// Text for XML, which cannot hold most control characters, nor U+FFFE and U+FFFF.
    private static func escaped(_ text: String) -> String {
        let known = Text.printable(text).unicodeScalars.map { scalar -> Character in
            scalar.value == 0xfffe || scalar.value == 0xffff ? "\u{fffd}" : Character(scalar)
        }
        return Text.escaped(String(known)).replacingOccurrences(of: ">", with: "&gt;")
    }
}
