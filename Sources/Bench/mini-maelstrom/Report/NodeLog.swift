/// Reads the roles of a node from its log. Other lines, and logs of foreign nodes, are skipped.
enum NodeLog {
    struct Change: Hashable, Sendable {
        /// In milliseconds since the run's start; negative before it.
        var time: Double
        var role: Lane.State
        var term: Int
        /// The log line's text.
        var text: String
    }

    private static let day = 86_400_000.0

    /// - Parameters:
    ///   - text: the log.
    ///   - name: the node's id.
    ///   - start: the start of the run, in milliseconds since midnight UTC.
    static func changes(_ text: String, of name: String, start: Double) -> [Change] {
        var changes: [Change] = []
        var isVoter = true
        var last = -day / 2
        for line in text.split(separator: "\n") {
            guard let (clock, term, words) = parse(line, name) else { continue }
            var time = ((clock - start) * 1000).rounded() / 1000
            // The clock of a log restarts at midnight.
            while time < last - day / 2 { time += day }
            while changes.isEmpty, time > day / 2 { time -= day }
            last = time
            let before = changes.last?.role
            guard let role = role(words, before: before, name: name, isVoter: &isVoter) else { continue }
            let isSame = role == before && changes.last?.term == term
            if !isSame || role == .candidate || role == .preCandidate {
                changes.append(Change(time: time, role: role, term: term, text: String(words)))
            }
        }
        return changes
    }

    /// - Returns: nil if the line says nothing about the role.
    private static func role(
        _ words: Substring, before: Lane.State?, name: String, isVoter: inout Bool
    ) -> Lane.State? {
        if let voters = voters(words) {
            isVoter = voters.contains(name)
            if before == .leader { return nil }
            return isVoter ? (before == .learner ? .follower : before ?? .follower) : .learner
        }
        if words.hasPrefix("leads term ") { return .leader }
        if words.hasPrefix("stands in term ") { return .candidate }
        if words.hasPrefix("has heard from no leader;") { return .preCandidate }
        if words.hasPrefix("follows ") || words.hasPrefix("is a follower in term ") {
            return isVoter ? .follower : .learner
        }
        return nil
    }

    /// Parses `makes the voters n0,n1/n2,n3 c7 1`, with the old voters after a slash, or `voters are n0 n1`.
    private static func voters(_ words: Substring) -> [String]? {
        if words.hasPrefix("makes the voters ") {
            return words.dropFirst(17).prefix { $0 != " " }.split { ",/".contains($0) }.map(String.init)
        }
        guard let range = words.firstRange(of: "voters are ") else { return nil }
        return words[range.upperBound...].prefix { $0 != ";" }.split(separator: " ").map(String.init)
    }

    /// Parses `13:21:43.492 n0 t2 election: leads term 2`.
    private static func parse(
        _ line: Substring, _ name: String
    ) -> (time: Double, term: Int, words: Substring)? {
        let parts = line.split(separator: " ", maxSplits: 4)
        guard parts.count == 5, let time = timeOfDay(parts[0]), parts[1] == name, parts[2].first == "t",
            let term = Int(parts[2].dropFirst()), parts[3].hasSuffix(":")
        else { return nil }
        return (time, term, parts[4])
    }

    /// In milliseconds.
    private static func timeOfDay(_ text: Substring) -> Double? {
        let parts = text.split(separator: ":")
        guard parts.count == 3, let hours = Int(parts[0]), let minutes = Int(parts[1]),
            let seconds = Double(parts[2])
        else { return nil }
        return (Double(hours * 60 + minutes) * 60 + seconds) * 1000
    }
}
