/// The times of faults.
struct FaultTimes: Sendable {
    struct Span: Encodable, Hashable, Sendable {
        var fault: Nemesis.Fault
        /// In milliseconds since the start.
        var from: Double
        /// Equal to `from` for an instant.
        var to: Double
        /// The nodes it hit; empty if none in particular.
        var nodes: [Int]
        /// The nemesis's words in the history.
        var text: String
    }

    /// Faults that have not ended have an infinite end.
    private var known: [Span] = []

    /// - Parameter end: the end of the run, in milliseconds since the start.
    func spans(end: Double) -> [Span] {
        known.map { span in
            var span = span
            if span.to == .infinity { span.to = max(span.from, end) }
            return span
        }
    }

    /// - Parameter time: in nanoseconds since the start.
    /// - Returns: the fault's number.
    @discardableResult
    mutating func begin(_ fault: Nemesis.Fault, _ text: String, nodes: [Int] = [], at time: UInt64) -> Int {
        known.append(
            Span(fault: fault, from: Double(time) / 1e6, to: .infinity, nodes: nodes, text: text))
        return known.count - 1
    }

    /// Ends all faults of a kind.
    mutating func end(_ fault: Nemesis.Fault, at time: UInt64) {
        for number in known.indices where known[number].fault == fault && known[number].to == .infinity {
            known[number].to = Double(time) / 1e6
        }
    }

    /// Ends one fault.
    /// - Parameter text: the outcome.
    mutating func end(_ number: Int, _ text: String, at time: UInt64) {
        known[number].to = Double(time) / 1e6
        known[number].text += "; \(text)"
    }
}
