import Consensus

/// More scopes in which the voters change.
extension Scope {
    static let compacted = Scope(
        "compacted", "a leader compacts its log in the middle of a change, which is then undone", members: 3,
        voters: [0], terms: 4, logLength: 6, candidates: [0, 1], changes: [[0]]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.budget.electionTimeouts = 2
        $0.budget.changes = 1
        $0.budget.snapshots = 1
        $0.budget.commands = 1
        $0.cuts = [[0, 2]]
        $0.disks = Array(repeating: Disk(term: 1, entries: grown), count: 3)
    }

    static let swap = Scope(
        "swap", "one of two voters is replaced, while it comes to lead", members: 3, voters: [0, 2], terms: 2,
        logLength: 4, candidates: [2], changes: [[0, 1]]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.budget.heartbeats = 1
        $0.budget.changes = 1
    }

    static let twice = Scope(
        "twice", "two lead one after the other, and each changes the voters", members: 3, terms: 2,
        logLength: 4, candidates: [1], changes: [[0], [1]]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.budget.changes = 2
        $0.questions = 12
    }
}
