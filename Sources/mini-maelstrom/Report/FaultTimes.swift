/// When what was broken, from what the nemesis noted.
struct FaultTimes: Sendable {
    struct Span: Encodable, Hashable, Sendable {
        /// `partition`, `kill`, `pause`, or what else can be broken.
        var fault: String
        /// In milliseconds since the start.
        var from: Double
        /// The same as `from` for what happens in a moment.
        var to: Double
        /// Whom it struck; empty where that is nobody in particular.
        var nodes: [Int]
        /// What the nemesis noted.
        var text: String
    }

    private(set) var spans: [Span] = []
    /// Places in `spans`.
    private var open: [Int] = []

    /// - Parameter end: of the run, in nanoseconds since its start.
    init(_ acts: [(event: Int, time: UInt64, text: String)], end: UInt64) {
        for act in acts {
            let parts = act.text.split(separator: "\t", maxSplits: 1).map { $0.drop { $0 == ":" } }
            guard parts.count == 2 else { continue }
            take(String(parts[0]), String(parts[1]), at: Double(act.time) / 1e6, end: Double(end) / 1e6)
        }
    }

    private mutating func take(_ name: String, _ detail: String, at time: Double, end: Double) {
        func span(_ fault: String, nodes: [Int] = []) -> Span {
            Span(fault: fault, from: time, to: max(time, end), nodes: nodes, text: detail)
        }
        if name == "start" {
            close("kill", at: time)
        } else if name == "resume" {
            close("pause", at: time)
        } else if name.hasPrefix("start-") {
            begin(span(String(name.dropFirst(6))))
        } else if name.hasPrefix("stop-") {
            close(String(name.dropFirst(5)), at: time)
        } else if name == "kill" || name == "pause" {
            let nodes = FaultTimes.nodes(detail)
            // A strike that found nobody to strike broke nothing.
            if !nodes.isEmpty { begin(span(name, nodes: nodes)) }
        } else if detail.hasPrefix("ask ") {
            begin(span(name))
        } else {
            answer(name, detail, at: time)
        }
    }

    /// `ok ["n1" "n2"]` ends what began as `ask ["n1" "n2"]`.
    private mutating func answer(_ name: String, _ detail: String, at time: Double) {
        let words = detail.drop { $0 != " " }
        let asked = open.first {
            spans[$0].fault == name && words.hasPrefix(spans[$0].text.drop { $0 != " " })
        }
        guard let asked else { return }
        open.removeAll { $0 == asked }
        spans[asked].to = time
        spans[asked].text += "; \(detail)"
    }

    private mutating func begin(_ span: Span) {
        open.append(spans.count)
        spans.append(span)
    }

    private mutating func close(_ fault: String, at time: Double) {
        for place in open where spans[place].fault == fault { spans[place].to = time }
        open.removeAll { spans[$0].fault == fault }
    }

    /// The nodes in a text such as `minority ["n1" "n4"]`.
    static func nodes(_ text: String) -> [Int] {
        guard let start = text.firstIndex(of: "["), let end = text[start...].firstIndex(of: "]") else {
            return []
        }
        return text[start..<end].split { "[\" ,".contains($0) }.compactMap {
            guard case .node(let number) = Address(String($0)) else { return nil }
            return number
        }
    }
}
