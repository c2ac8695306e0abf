import Consensus

/// What a member has on its disk.
package struct Disk: Sendable {
    package var hardState = HardState()
    package var log = Log()
    var snapshot: Snapshot?
    var membership: Membership?
    /// The text of a snapshot that is arriving.
    private var arriving = ""

    package init() {}

    /// Of a member that has been in `term`, and holds a no-op of each of these terms.
    package init(term: Term, votedFor: NodeID? = nil, log terms: [Term]) {
        self.init(term: term, votedFor: votedFor, entries: terms.map { Entry(term: $0, payload: .noOp) })
    }

    package init(term: Term, votedFor: NodeID? = nil, entries: [Entry]) {
        hardState = HardState(term: term, votedFor: votedFor)
        log = Log(entries: entries)
    }

    mutating func store(_ update: StorageUpdate) {
        if let state = update.hardState { hardState = state }
        switch update.log {
        case .unchanged: break
        case .suffix(let start, let entries):
            if start <= log.lastIndex { log.truncate(from: start) }
            log.append(contentsOf: entries)
        case .reset(let position):
            log = Log(lastIncludedIndex: position.index, lastIncludedTerm: position.term)
        }
        for piece in update.snapshotPieces {
            arriving = piece.offset == 0 ? piece.text : arriving + piece.text
            guard piece.isLast else { continue }
            if let whole = SnapshotText(parsing: arriving) {
                take(whole.snapshot(at: piece.position), whole.membership)
            }
            arriving = ""
        }
    }

    mutating func take(_ snapshot: Snapshot, _ membership: Membership) {
        guard snapshot.position.index > self.snapshot?.position.index ?? 0 else { return }
        self.snapshot = snapshot
        self.membership = membership
    }

    /// The last index that is there, or within a snapshot.
    var lastIndex: Index { max(log.lastIndex, snapshot?.position.index ?? 0) }

    func holds(_ index: Index, of term: Term) -> Bool {
        index <= max(log.lastIncludedIndex, snapshot?.position.index ?? 0) || log.term(at: index) == term
    }

    /// The log that a member starts with: what follows its snapshot (§7).
    var startingLog: Log {
        guard let position = snapshot?.position, position.index > log.lastIncludedIndex else { return log }
        guard log.term(at: position.index) == position.term else {
            return Log(lastIncludedIndex: position.index, lastIncludedTerm: position.term)
        }
        var rest = log
        rest.forget(upTo: position.index)
        return rest
    }

    func mix(into hasher: inout Hasher) {
        hasher.combine(hardState)
        log.mix(into: &hasher)
        hasher.combine(snapshot?.position)
        hasher.combine(arriving)
    }
}

/// A snapshot of a state machine that keeps the terms of what it has applied, so that two members which applied the
/// same have the same. It is sent in two pieces.
struct SnapshotText: SnapshotSource, Equatable {
    let text: String
    let membership: Membership

    init(terms: [Term], _ membership: Membership) {
        let sets = [membership.incoming, membership.outgoing].map { $0.joined(separator: ",") }
        text = ([terms.map(String.init).joined(separator: " ")] + sets + [membership.change]).joined(
            separator: "|")
        self.membership = membership
    }

    init?(parsing text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4 else { return nil }
        let sets = parts[1...2].map { $0.split(separator: ",").map(String.init) }
        self.text = text
        membership = Membership(voters: sets[0], outgoing: sets[1], change: parts[3])
    }

    /// The terms of all entries that it stands for.
    var terms: [Term] {
        (text.split(separator: "|").first ?? "").split(separator: " ").compactMap { Int($0) }
    }

    func snapshot(at position: LogPosition) -> Snapshot { Snapshot(position: position, source: self) }

    var size: Int { text.utf8.count }

    func piece(at offset: Int) -> (text: String, isLast: Bool)? {
        let half = text.utf8.count / 2
        if offset == 0 { return (String(text.prefix(half)), false) }
        guard offset < text.utf8.count else { return nil }
        return (String(text.dropFirst(offset)), true)
    }
}
