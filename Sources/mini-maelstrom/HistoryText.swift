import Linearizability

typealias RunHistory = History<Int, RegisterValue>
typealias RunEvent = Event<Int, RegisterValue>

/// Histories as text, one event a line, in the columns of Maelstrom's `history.txt` with the time, in seconds
/// since the start, before them.
enum HistoryText {
    static func line(_ event: RunEvent, seconds: String, error: ErrorReason?) -> String {
        let name: String
        let value: String
        switch event.action {
        case .read(let read):
            (name, value) = ("read", read.map(\.description) ?? "nil")
        case .write(let written):
            (name, value) = ("write", written.description)
        case .compareAndSet(let from, let to):
            (name, value) = ("cas", "[\(from) \(to)]")
        }
        let end = error.map { "\t\(oneLine($0.description))" } ?? ""
        return "\(seconds)\t\(event.process)\t:\(kind(event.kind))\t:\(name)\t[\(event.key) \(value)]\(end)"
    }

    /// Reads a history of this bench or of Maelstrom; lines of the nemesis are passed over.
    /// - Throws: `UsageError` that names the line.
    static func parse(_ text: String) throws -> RunHistory {
        var history = RunHistory()
        for (number, line) in text.split(separator: "\n").enumerated() {
            var columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            // Without a time, the type comes second.
            if columns.count > 2, !columns[1].hasPrefix(":"), columns[2].hasPrefix(":") {
                columns.removeFirst()
            }
            if columns.first == ":nemesis" || columns.count > 1 && columns[1] == ":nemesis" { continue }
            guard let event = event(columns) else {
                throw UsageError("line \(number + 1) is no event of a lin-kv history: \(line)")
            }
            history.append(event)
        }
        return history
    }

    private static func event(_ columns: [Substring]) -> RunEvent? {
        guard columns.count >= 4, let process = Int(columns[0]), let kind = kind(columns[1]) else {
            return nil
        }
        let words = columns[3].split { "[ ]".contains($0) }
        guard let key = words.first.flatMap({ Int($0) }) else { return nil }
        let values = words.dropFirst().map { word in
            Int(word).map(RegisterValue.integer) ?? .other(String(word))
        }
        let action: Action<RegisterValue>
        switch (columns[2], values.count) {
        case (":read", 1): action = .read(words[1] == "nil" ? nil : values[0])
        case (":write", 1): action = .write(values[0])
        case (":cas", 2): action = .compareAndSet(from: values[0], to: values[1])
        default: return nil
        }
        return RunEvent(process: process, kind: kind, key: key, action: action)
    }

    private static func kind(_ kind: RunEvent.Kind) -> String {
        switch kind {
        case .invoke: "invoke"
        case .ok: "ok"
        case .fail: "fail"
        case .info: "info"
        }
    }

    private static func kind(_ text: Substring) -> RunEvent.Kind? {
        switch text {
        case ":invoke": .invoke
        case ":ok": .ok
        case ":fail": .fail
        case ":info": .info
        default: nil
        }
    }

    /// With blanks for what would end the line or the column.
    static func oneLine(_ text: String) -> String {
        text.map { $0.isNewline || $0 == "\t" ? " " : String($0) }.joined()
    }
}
