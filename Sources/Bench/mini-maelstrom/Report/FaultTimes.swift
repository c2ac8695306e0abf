/// When what was broken.
struct FaultTimes: Sendable {
    struct Span: Encodable, Hashable, Sendable {
        var fault: Nemesis.Fault
        /// In milliseconds since the start.
        var from: Double
        /// The same as `from` for what happens in a moment.
        var to: Double
        /// Whom it struck; empty where that is nobody in particular.
        var nodes: [Int]
        /// What the nemesis noted.
        var text: String
    }

    /// Those that are not over end at infinity.
    private var known: [Span] = []

    /// - Parameter end: of the run, in milliseconds since the start.
    func spans(end: Double) -> [Span] {
        known.map { span in
            var span = span
            if span.to == .infinity { span.to = max(span.from, end) }
            return span
        }
    }

    /// - Parameter time: in nanoseconds since the start.
    /// - Returns: its number.
    @discardableResult
    mutating func begin(_ fault: Nemesis.Fault, _ text: String, nodes: [Int] = [], at time: UInt64) -> Int {
        known.append(
            Span(fault: fault, from: Double(time) / 1e6, to: .infinity, nodes: nodes, text: text))
        return known.count - 1
    }

    /// Ends all of a kind.
    mutating func end(_ fault: Nemesis.Fault, at time: UInt64) {
        for number in known.indices where known[number].fault == fault && known[number].to == .infinity {
            known[number].to = Double(time) / 1e6
        }
    }

    /// Ends the one with that number.
    /// - Parameter text: how it went.
    mutating func end(_ number: Int, _ text: String, at time: UInt64) {
        known[number].to = Double(time) / 1e6
        known[number].text += "; \(text)"
    }
}
