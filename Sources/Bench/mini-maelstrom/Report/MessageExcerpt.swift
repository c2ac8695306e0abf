/// The messages that a report shows: those at the start, around interesting moments, and at the end.
struct MessageExcerpt: Encodable {
    /// An interesting time.
    struct Moment: Encodable, Hashable {
        var name: String
        /// In milliseconds since the start.
        var from: Double
        var to: Double
    }

    struct Message: Encodable {
        var number: Int
        var source: String
        var destination: String
        var kind: String
        var reference: Int
        /// In milliseconds since the start.
        var sent: Double
        /// Nil while it is under way.
        var arrived: Double?
        /// 0: arrived, 1: dropped, 2: arrived more than once.
        var fate: Int
        var text: String

        func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            try list.encode(number)
            try list.encode(source)
            try list.encode(destination)
            try list.encode(kind)
            try list.encode(reference)
            try list.encode(sent)
            if let arrived { try list.encode(arrived) } else { try list.encodeNil() }
            try list.encode(fate)
            try list.encode(text)
        }
    }

    /// The largest number of messages in a report.
    static let limit = 6_000
    private static let perMoment = 500
    private static let atStart = 800
    private static let atEnd = 300

    /// The number of all messages of the run.
    let total: Int
    let moments: [Moment]
    let messages: [Message]

    /// - Parameter start: the start of the run, in nanoseconds on the monotonic clock.
    init(_ journal: Journal, start: UInt64, names: NodeNames = NodeNames(), moments: [Moment]) {
        // A run may end before it starts.
        let start = start > 0 ? start : journal.known.first?.sent ?? 0
        total = journal.count
        self.moments = moments
        let known = journal.known
        var chosen = Set(known.prefix(MessageExcerpt.atStart).map(\.number))
        chosen.formUnion(known.suffix(MessageExcerpt.atEnd).map(\.number))
        func time(_ nanoseconds: UInt64) -> Double {
            nanoseconds >= start
                ? Report.milliseconds(nanoseconds - start) : -Report.milliseconds(start - nanoseconds)
        }
        for moment in moments where chosen.count < MessageExcerpt.limit {
            let within = known.filter {
                time($0.sent) <= moment.to && time($0.arrived ?? $0.sent) >= moment.from
            }
            let middle =
                within.count > MessageExcerpt.perMoment
                ? within.suffix(MessageExcerpt.perMoment) : within[...]
            for entry in middle where chosen.count < MessageExcerpt.limit { chosen.insert(entry.number) }
        }
        messages = known.filter { chosen.contains($0.number) }.map { entry in
            Message(
                number: entry.number, source: entry.source.name(names),
                destination: entry.destination.name(names), kind: entry.kind, reference: entry.reference,
                sent: time(entry.sent), arrived: entry.arrived.map(time),
                fate: entry.wasDropped ? 1 : entry.wasRepeated ? 2 : 0,
                text: MessageExcerpt.body(entry.text))
        }
    }

    /// The interesting times: violations, and then all others in order of time.
    static func moments(
        faults: [FaultTimes.Span], lanes: [Lane], violations: [ViolationPicture],
        names: NodeNames = NodeNames()
    ) -> [Moment] {
        let first = violations.prefix(5).map {
            Moment(
                name: "the violation of key \($0.key)", from: $0.failing.from - 20,
                to: ($0.failing.to ?? $0.failing.from) + 5)
        }
        var moments: [Moment] = []
        for lane in lanes {
            for span in lane.spans where span.state == .leader && span.from > 0 {
                moments.append(
                    Moment(
                        name: "\(names[lane.node]) leads term \(span.term)", from: span.from - 30,
                        to: span.from + 10))
            }
        }
        for fault in faults {
            let name = fault.fault.rawValue
            moments.append(Moment(name: "\(name) begins", from: fault.from - 5, to: fault.from + 25))
            if fault.to > fault.from {
                moments.append(Moment(name: "\(name) ends", from: fault.to - 5, to: fault.to + 25))
            }
        }
        return first + moments.sorted { $0.from < $1.from }
    }

    /// The body of a line.
    private static func body(_ line: [UInt8]) -> String {
        let text = String(decoding: line, as: UTF8.self)
        guard let start = text.firstRange(of: "\"body\":") else { return text }
        let body = text[start.upperBound...]
        return line.count < Journal.textLength && body.hasSuffix("}") ? String(body.dropLast()) : "\(body)…"
    }
}
