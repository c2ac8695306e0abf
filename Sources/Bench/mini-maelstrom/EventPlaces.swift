import Linearizability
import Serializability

/// Where the events of a history stand: on which line of its file, when, and at which node.
struct EventPlaces: Sendable {
    /// From 1, as editors count.
    var lines: [Int] = []
    /// In seconds since the start; empty where the history does not tell.
    var times: [String] = []
    /// The node that was asked, of an invocation; empty where the history does not tell.
    var nodes: [String?] = []

    /// The columns before what an operation did.
    /// - Parameter returned: nil where its outcome is unknown.
    func columns(_ invoked: Int, _ returned: Int?, process: Int) -> String {
        func line(_ event: Int) -> String { lines.indices.contains(event) ? "\(lines[event])" : "?" }
        var text = Text.left("\(line(invoked)) to \(returned.map(line) ?? "?")", 16)
        if times.indices.contains(invoked) {
            let end = returned.flatMap { times.indices.contains($0) ? times[$0] : nil } ?? "?"
            text += Text.left("\(times[invoked]) to \(end) s", 22)
        }
        return text + Text.left(node(invoked) ?? "", hasNodes ? 6 : 0) + Text.left("\(process)", 9)
    }

    /// The heading over `columns`.
    var heading: String {
        Text.left("lines", 16) + Text.left("seconds", times.isEmpty ? 0 : 22)
            + Text.left("node", hasNodes ? 6 : 0) + "process"
    }

    /// Why events are no history.
    func words(_ error: any Error) -> String {
        func line(_ event: Int) -> String {
            lines.indices.contains(event)
                ? "line \(lines[event]) of the history" : "event \(event) of the history"
        }
        switch error {
        case HistoryError.processIsBusy(let process, let event),
            TransactionHistoryError.processIsBusy(let process, let event):
            return "\(line(event)): process \(process) invokes an operation, but its last one has not ended"
        case HistoryError.nothingInvoked(let process, let event),
            TransactionHistoryError.nothingInvoked(let process, let event):
            return "\(line(event)): process \(process) completes an operation that it did not invoke"
        default: return "the history cannot be checked: \(error)"
        }
    }

    private var hasNodes: Bool { nodes.contains { $0 != nil } }

    /// The node that was asked.
    func node(_ invoked: Int) -> String? { nodes.indices.contains(invoked) ? nodes[invoked] : nil }
}

extension HistoryText {
    /// Where the events of a history stand in its text.
    static func places(_ text: String) -> EventPlaces {
        var places = EventPlaces()
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, let columns = columns(line) else { continue }
            places.lines.append(number + 1)
            let all = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard all.count > columns.count else { continue }
            // To the millisecond.
            let parts = all[0].split(separator: ".")
            places.times.append(parts.count == 2 ? "\(parts[0]).\(parts[1].prefix(3))" : String(all[0]))
        }
        return places
    }
}
