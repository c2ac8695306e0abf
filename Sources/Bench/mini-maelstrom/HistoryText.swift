import Linearizability

typealias RunHistory = History<Int, RegisterValue>
typealias RunEvent = HistoryEvent<Int, RegisterValue>

/// Histories as text, one event per line, with the columns of Maelstrom's `history.txt` after the time in seconds
/// since the start.
enum HistoryText {
    static func line(_ event: RunEvent, seconds: String, error: ErrorReason?) -> String {
        let (name, values) = event.action.jepsen
        let words = values.map { $0?.description ?? "nil" }
        let value = words.count == 1 ? words[0] : "[\(words.joined(separator: " "))]"
        let end = error.map { "\t\(oneLine($0.description))" } ?? ""
        return
            "\(seconds)\t\(event.process)\t\(Self.name(event.kind))\t:\(name)\t[\(event.key) \(value)]\(end)"
    }

    /// Parses a history of this bench or of Maelstrom. Lines of the nemesis are skipped.
    /// - Throws: `UsageError` that names the line.
    static func parse(_ text: String) throws -> RunHistory {
        var history = RunHistory()
        try read(text, "a lin-kv history") { columns in event(columns).map { history.append($0) } }
        return history
    }

    /// Reads each line of an event.
    /// - Parameter take: takes its columns; nil where they are no event.
    /// - Throws: `UsageError` that names the line.
    static func read(_ text: String, _ kind: String, _ take: ([Substring]) -> Void?) throws {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, let columns = columns(line) else { continue }
            guard take(columns) != nil else {
                throw UsageError(
                    "line \(number + 1) is no event of \(kind): \(Text.cut(String(line), 200))")
            }
        }
    }

    /// The columns of an event without its time; nil for the nemesis.
    static func columns(_ line: Substring) -> [Substring]? {
        var columns = line.split(separator: "\t", omittingEmptySubsequences: false)
        // Maelstrom's lines have no time, so the type is in the second column.
        if columns.count > 2, !columns[1].hasPrefix(":"), columns[2].hasPrefix(":") { columns.removeFirst() }
        if columns.first == ":nemesis" || columns.count > 1 && columns[1] == ":nemesis" { return nil }
        return columns
    }

    private static func event(_ columns: [Substring]) -> RunEvent? {
        guard columns.count >= 4, let process = Int(columns[0]), let kind = kind(columns[1]) else {
            return nil
        }
        guard columns[3].first == "[", columns[3].last == "]" else { return nil }
        // The value of a read may be any JSON, with spaces and brackets.
        let words = columns[3].dropFirst().dropLast().split(separator: " ", maxSplits: 1)
        guard words.count == 2, let key = Int(words[0]) else { return nil }
        func value(_ word: Substring) -> RegisterValue {
            Int(word).map(RegisterValue.integer) ?? .other(String(word))
        }
        let action: Action<RegisterValue>
        switch columns[2] {
        case ":read": action = .read(words[1] == "nil" ? nil : value(words[1]))
        case ":write": action = .write(value(words[1]))
        case ":cas":
            let pair = words[1].split { "[ ]".contains($0) }
            guard pair.count == 2 else { return nil }
            action = .compareAndSet(from: value(pair[0]), to: value(pair[1]))
        default: return nil
        }
        return RunEvent(process: process, kind: kind, key: key, action: action)
    }

    private static func name(_ kind: RunEvent.Kind) -> String {
        switch kind {
        case .invoke: ":invoke"
        case .ok: ":ok"
        case .fail: ":fail"
        case .info: ":info"
        }
    }

    private static func kind(_ text: Substring) -> RunEvent.Kind? {
        [.invoke, .ok, .fail, .info].first { name($0) == text }
    }

    /// Replaces newlines and tabs by spaces.
    static func oneLine(_ text: String) -> String {
        text.map { $0.isNewline || $0 == "\t" ? " " : String($0) }.joined()
    }
}
