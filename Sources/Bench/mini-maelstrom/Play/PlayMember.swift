/// What is known of a member: from its answers to `status` and `log`, from its log lines, and from the messages that it
/// sends. Each tells what it can; what nobody tells is nil.
struct PlayMember: Encodable, Hashable, Sendable {
    enum State: String, Encodable, Sendable {
        case starting, up, paused, down
    }

    struct Entry: Encodable, Hashable, Sendable {
        var term: Int?
        var words: String
    }

    /// The number of entries that are shown.
    static let latest = 12

    let id: String
    var state = State.starting
    /// With the names of `Lane.State`.
    var role: String?
    var term: Int?
    var vote: String?
    var leader: String?
    var commit: Int?
    /// The ids of the voters.
    var voters: [String]?
    /// The index before the first entry of `log`.
    var base = 0
    var log: [Entry] = []
    /// Who tells the role: what it sends, until its log does, until it answers `status`. A log is read late.
    private var isLogHeard = false
    private var isStatusHeard = false

    private enum CodingKeys: String, CodingKey {
        case id, state, role, term, vote, leader, commit, voters, base, log
    }

    init(id: String) { self.id = id }

    var last: Int { base + log.count }

    /// Its process has ended. Its log and its vote may be on a disk.
    mutating func end() {
        (state, role, leader) = (.down, nil, nil)
    }

    mutating func hear(_ line: NodeLog.Line) {
        guard !isStatusHeard else { return }
        isLogHeard = true
        (role, term) = (line.role.rawValue, line.term)
    }

    /// Takes an answer to `status`.
    mutating func hear(status body: PlayMessage) {
        guard let said = body.body["role"] as? String, let role = Lane.State(logged: said[...]) else {
            return
        }
        isStatusHeard = true
        self.role = role.rawValue
        term = body.term ?? term
        vote = body.body["voted_for"] as? String
        leader = body.body["leader"] as? String
        commit = body.integer("commit_index")
        voters = body.body["members"] as? [String]
    }

    /// Takes an answer to `log`.
    mutating func hear(log answer: PlayMessage) {
        let first = answer.entries.first.flatMap { ($0 as? [String: Any])?["index"] as? Int }
        base = (first ?? (answer.integer("last_index") ?? 0) + 1) - 1
        log = answer.entries.map(Self.entry)
        trim()
    }

    /// Takes what a message that it sends tells.
    mutating func sends(_ message: PlayMessage) {
        let (told, toldTerm) = (role, term)
        defer {
            if isLogHeard, !isStatusHeard { (role, term) = (told, toldTerm) }
            // Only its status tells whether it is a voter.
            if told == Lane.State.learner.rawValue, role == Lane.State.follower.rawValue { role = told }
        }
        guard let sent = message.term, !message.flag("pre_vote") else {
            if message.type == "request_vote" { role = Lane.State.preCandidate.rawValue }
            return
        }
        if sent > term ?? -1 {
            // Who is in a later term has not voted in it yet, as far as is known.
            (role, vote) = (role == nil || term != nil ? Lane.State.follower.rawValue : role, nil)
        }
        term = max(sent, term ?? 0)
        switch message.type {
        case "append_entries", "install_snapshot":
            (role, leader) = (Lane.State.leader.rawValue, id)
            commit = message.integer("leader_commit") ?? commit
            if let previous = message.integer("prev_log_index") { put(message.entries, after: previous) }
        case "request_vote": (role, vote, leader) = (Lane.State.candidate.rawValue, id, nil)
        case "request_vote_res": if message.flag("vote_granted") { vote = message.destination }
        case "append_entries_res":
            leader = message.destination
            if role == Lane.State.candidate.rawValue || role == nil { role = Lane.State.follower.rawValue }
        default: break
        }
    }

    /// Takes the entries of an append that it acknowledged.
    mutating func acknowledges(_ append: PlayMessage) {
        guard let previous = append.integer("prev_log_index") else { return }
        put(append.entries, after: previous)
        if let committed = append.integer("leader_commit") { commit = max(commit ?? 0, min(committed, last)) }
    }

    /// Replaces what does not agree.
    private mutating func put(_ entries: [Any], after previous: Int) {
        guard !entries.isEmpty else { return }
        guard previous >= base, previous <= last else {
            // What lies between is unknown.
            if previous > last { (base, log) = (previous, entries.map(Self.entry)) }
            return trim()
        }
        for (offset, entry) in entries.map(Self.entry).enumerated() {
            let place = previous - base + offset
            if place < log.count, log[place].term == entry.term { continue }
            log.removeSubrange(min(place, log.count)...)
            log.append(entry)
        }
        trim()
    }

    private mutating func trim() {
        let excess = log.count - Self.latest
        guard excess > 0 else { return }
        log.removeFirst(excess)
        base += excess
    }

    private static func entry(_ value: Any) -> Entry {
        let (term, words) = PlayMessage.entry(value)
        return Entry(term: term, words: words)
    }

    /// Its log as terms, `[..3 4 4]`; a bar stands after what it knows to be committed.
    var terms: String {
        var words = base > 0 ? ["..\(base)"] : []
        for (offset, entry) in log.enumerated() {
            if base + offset == commit, offset > 0 || base > 0 { words.append("|") }
            words.append(entry.term.map(String.init) ?? "?")
        }
        return "[" + words.joined(separator: " ") + "]"
    }

    /// The member in one line.
    var line: String {
        let told: String
        switch state {
        case .down: told = "✗ down"
        case .paused: told = "‖ paused"
        case .starting: told = "starting"
        case .up: told = (role == "leader" ? "★ " : "  ") + (role ?? "unknown")
        }
        let facts = [
            "term \(term.map(String.init) ?? "?")", "vote \(vote ?? "-")",
            "commit \(commit.map(String.init) ?? "?")",
        ]
        return Text.left(id, 4) + Text.left(told, 16)
            + zip(facts, [9, 9, 12]).map { Text.left($0, $1) }.joined(separator: " ") + terms
    }
}
