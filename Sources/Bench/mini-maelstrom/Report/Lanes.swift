/// The states of a node over time, from its log and from faults.
struct Lane: Encodable, Hashable, Sendable {
    enum State: String, Encodable, Sendable {
        /// Not logged yet.
        case unknown
        case follower
        case preCandidate = "pre-candidate"
        case candidate, leader, learner, paused, down
    }

    struct Span: Encodable, Hashable, Sendable {
        /// In milliseconds since the start.
        var from: Double
        var to: Double
        var state: State
        var term: Int
        /// The log line of its beginning.
        var text: String
    }

    var node: Int
    var spans: [Span]

    /// - Parameters:
    ///   - changes: in order of time.
    ///   - end: the end of the run, in milliseconds since the start.
    init(node: Int, changes: [NodeLog.Change], faults: [FaultTimes.Span], end: Double) {
        self.node = node
        let blows = faults.filter { [.kill, .pause].contains($0.fault) && $0.nodes.contains(node) }
        var times: Set<Double> = [0, end]
        for change in changes { times.insert(min(max(change.time, 0), end)) }
        for blow in blows { times.formUnion([min(blow.from, end), min(blow.to, end)]) }
        let ordered = times.sorted()
        spans = []
        var next = 0
        for (from, to) in zip(ordered, ordered.dropFirst()) {
            while next < changes.count, changes[next].time <= from { next += 1 }
            let change = next > 0 ? changes[next - 1] : nil
            let blow = blows.last { $0.from <= from && from < $0.to }
            var span = Span(
                from: from, to: to, state: change?.role ?? .unknown,
                term: change?.term ?? 0, text: change?.text ?? "")
            if let blow {
                span.state = blow.fault == .kill ? .down : .paused
                span.text = "\(blow.fault.rawValue): \(blow.text)"
            } else if let kill = blows.last(where: { $0.fault == .kill && $0.to <= from }),
                change.map({ $0.time < kill.to }) ?? false
            {
                // It runs again and has not logged its role.
                (span.state, span.text) = (.unknown, "has just been started")
            }
            append(span)
        }
    }

    private mutating func append(_ span: Span) {
        if let last = spans.last, last.state == span.state, last.term == span.term, last.to == span.from,
            last.text == span.text
        {
            spans[spans.count - 1].to = span.to
        } else {
            spans.append(span)
        }
    }
}
