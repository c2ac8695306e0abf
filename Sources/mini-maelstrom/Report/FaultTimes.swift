/// When what was broken, from what the nemesis noted.
struct FaultTimes: Sendable {
    struct Span: Encodable, Hashable, Sendable {
        /// `partition`, `kill`, `pause`, or what else can be broken.
        var fault: String
        /// In milliseconds since the start.
        var from: Double
        /// The same as `from` for what happens in a moment.
        var to: Double
        /// Whom it struck; empty where that is everyone, or nobody in particular.
        var nodes: [Int]
        /// What the nemesis noted.
        var text: String
    }

    private(set) var spans: [Span] = []
    private var open: [(index: Int, nodes: Set<Int>)] = []

    /// - Parameter end: of the run, in nanoseconds since its start.
    init(_ acts: [(event: Int, time: UInt64, text: String)], end: UInt64) {
        let end = Double(end) / 1e6
        for act in acts {
            let parts = act.text.split(separator: "\t", maxSplits: 1).map(String.init)
            guard let name = parts.first?.drop(while: { $0 == ":" }) else { continue }
            let detail = parts.count > 1 ? String(parts[1].drop { $0 == ":" }) : ""
            take(String(name), detail, at: Double(act.time) / 1e6, end: end)
        }
    }

    private mutating func take(_ name: String, _ detail: String, at time: Double, end: Double) {
        switch name {
        case "kill", "pause": begin(name, detail, FaultTimes.nodes(detail), at: time, end: end)
        case "start": close("kill", FaultTimes.nodes(detail), at: time)
        case "resume": close("pause", FaultTimes.nodes(detail), at: time)
        default:
            if name.hasPrefix("start-") {
                begin(String(name.dropFirst(6)), detail, [], at: time, end: end)
            } else if name.hasPrefix("stop-") {
                close(String(name.dropFirst(5)), [], at: time)
            } else if !answer(name, detail, at: time) {
                let isAsked = detail.hasPrefix("ask ")
                if isAsked { open.append((spans.count, [])) }
                spans.append(
                    Span(
                        fault: name, from: time, to: isAsked ? max(time, end) : time, nodes: [], text: detail)
                )
            }
        }
    }

    /// `ok ["n1" "n2"]` ends what began as `ask ["n1" "n2"]`.
    /// - Returns: whether anything was asked that this answers.
    private mutating func answer(_ name: String, _ detail: String, at time: Double) -> Bool {
        let words = detail.drop { $0 != " " }
        guard
            let place = open.firstIndex(where: {
                let asked = spans[$0.index]
                return asked.fault == name && words.hasPrefix(asked.text.drop { $0 != " " })
            }), !detail.hasPrefix("ask ")
        else { return false }
        let index = open.remove(at: place).index
        spans[index].to = time
        spans[index].text += "; \(detail)"
        return true
    }

    private mutating func begin(
        _ fault: String, _ detail: String, _ nodes: [Int], at time: Double, end: Double
    ) {
        if nodes.isEmpty { close(fault, [], at: time) }
        // A strike that found nobody to strike broke nothing.
        if detail.hasSuffix("[]") { return }
        open.append((spans.count, Set(nodes)))
        spans.append(Span(fault: fault, from: time, to: max(time, end), nodes: nodes, text: detail))
    }

    /// - Parameter nodes: those for which it is over; none for all of them.
    private mutating func close(_ fault: String, _ nodes: [Int], at time: Double) {
        for place in open.indices where spans[open[place].index].fault == fault {
            open[place].nodes.subtract(nodes)
            if nodes.isEmpty { open[place].nodes = [] }
            if open[place].nodes.isEmpty { spans[open[place].index].to = time }
        }
        open.removeAll { spans[$0.index].fault == fault && $0.nodes.isEmpty }
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
