/// Which nodes answer no client any more.
struct Silences: Sendable {
    /// Of each node: how many requests it answered, how many timed out since, and when the first of those was sent, in
    /// nanoseconds since the start.
    private var nodes: [(answered: Int, open: Int, since: UInt64)]

    /// How many requests in a row tell of a node that answers nothing more.
    private static let telling = 3

    init(nodes: Int) { self.nodes = Array(repeating: (0, 0, 0), count: nodes) }

    /// - Parameter now: in nanoseconds since the start.
    mutating func add(_ completion: Clients.Completion, at now: UInt64) {
        var node = nodes[completion.node]
        if completion.outcome.reason == .timeout {
            if node.open == 0 { node.since = now - min(now, completion.latency) }
            node.open += 1
        } else {
            node.answered += 1
            node.open = 0
        }
        nodes[completion.node] = node
    }

    /// A sentence for each node that was silent at the end.
    func lines(_ names: NodeNames) -> [String] {
        nodes.enumerated().filter { $0.element.open >= Silences.telling }.map { index, node in
            let start = Text.decimal(Double(node.since) / 1e9, 1)
            return node.answered == 0
                ? "\(names[index]) answered none of its \(Text.grouped(node.open)) requests"
                : "\(names[index]) answered none of its last \(Text.grouped(node.open)) requests, from \(start) s on"
        }
    }
}
