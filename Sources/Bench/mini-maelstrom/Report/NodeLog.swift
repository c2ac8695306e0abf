/// Reads the roles of a node from its log: from the lines that hold the words `role=ROLE` and `term=N`, and a time of
/// day in UTC. Any node may write such lines; others are skipped.
enum NodeLog {
    struct Change: Hashable, Sendable {
        /// In milliseconds since the run's start; negative before it.
        var time: Double
        var role: Lane.State
        var term: Int
        /// The log line's text.
        var text: String
    }

    /// What a line says of its node.
    struct Line: Hashable, Sendable {
        /// In milliseconds since midnight; nil where the line has none.
        var time: Double?
        var role: Lane.State
        var term: Int
        var text: String
    }

    private static let day = 86_400_000.0

    /// - Parameters:
    ///   - text: the log.
    ///   - start: the start of the run, in milliseconds since midnight UTC.
    static func changes(_ text: String, start: Double) -> [Change] {
        var changes: [Change] = []
        var last = -day / 2
        // As characters, "\r\n" would be one, which ends no line; and a long log takes much longer.
        for line in text.utf8.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            guard let line = parse(Substring(line)), let clock = line.time else { continue }
            var time = ((clock - start) * 1000).rounded() / 1000
            // The clock of a log restarts at midnight.
            while time < last - day / 2 { time += day }
            while changes.isEmpty, time > day / 2 { time -= day }
            last = time
            let isSame = line.role == changes.last?.role && changes.last?.term == line.term
            if !isSame || line.role == .candidate || line.role == .preCandidate {
                changes.append(Change(time: time, role: line.role, term: line.term, text: line.text))
            }
        }
        return changes
    }

    /// Parses `13:21:43.492 n0 t2 election: leads term 2 (role=leader term=2)`, and
    /// `time=2026-11-27T13:21:43.492Z msg="elected" role=leader term=2`.
    /// - Returns: nil for a line without a role and a term.
    static func parse(_ line: Substring) -> Line? {
        // Most lines have none.
        guard line.utf8.contains(UInt8(ascii: "=")), line.contains("role=") else { return nil }
        var (time, role, term) = (Double?.none, Lane.State?.none, Int?.none)
        var text: [Substring] = []
        for word in line.split(separator: " ") {
            let bare = word.drop { "([{".contains($0) }.prefix { !")]},;".contains($0) }
            if bare.hasPrefix("role=") {
                role = Lane.State(logged: bare.dropFirst(5))
            } else if bare.hasPrefix("term=") {
                term = Int(bare.dropFirst(5))
            } else if time == nil, let found = timeOfDay(bare) {
                time = found
            } else {
                text.append(word)
            }
        }
        guard let role, let term else { return nil }
        return Line(time: time, role: role, term: term, text: text.joined(separator: " "))
    }

    /// Parses `13:21:43.492`, also as the end of a date or a field.
    /// - Returns: milliseconds.
    private static func timeOfDay(_ word: Substring) -> Double? {
        let bare = word.drop { !$0.isNumber }
        let clock = bare.firstIndex(of: "T").map { bare[bare.index(after: $0)...] } ?? bare
        let parts = clock.prefix { $0 != "Z" }.split(separator: ":")
        guard parts.count == 3, let hours = Int(parts[0]), let minutes = Int(parts[1]),
            let seconds = Double(parts[2])
        else { return nil }
        return (Double(hours * 60 + minutes) * 60 + seconds) * 1000
    }
}

extension Lane.State {
    /// The role that a node calls itself; nil if it is none.
    init?(logged word: Substring) {
        let name = word.lowercased().split(separator: "_").joined(separator: "-")
        guard let state = Self(rawValue: name), ![.unknown, .paused, .down].contains(state) else {
            return nil
        }
        self = state
    }
}
