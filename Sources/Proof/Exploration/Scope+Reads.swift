import Consensus

/// More scopes in which members are read.
extension Scope {
    static let asker = Scope(
        "asker", "a follower reads twice around a command, and may crash in between", members: 3, terms: 1,
        logLength: 2, candidates: []
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.budget.commands = 1
        $0.budget.reads = 2
        $0.budget.crashes = 1
        $0.crashing = [1]
        $0.cuts = [[1, 2]]
    }

    static let deposed = Scope(
        "deposed", "a leader is read while another comes to lead and commits", members: 3, terms: 2,
        logLength: 1,
        candidates: [1]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.budget.reads = 1
        $0.asked = [0]
    }

    static let four = Scope(
        "four", "a new leader of four is read, which does not know yet what was committed before", members: 4,
        terms: 2, logLength: 1, candidates: [1]
    ) {
        $0.isQuick = true
        $0.committed = 1
        $0.budget.electionTimeouts = 1
        $0.budget.reads = 1
        $0.asked = [1]
        $0.cuts = [[0, 1], [0, 2], [0, 3], [2, 3]]
        $0.disks = Array(repeating: Disk(term: 1, log: [1]), count: 4)
    }

    static let unsettled = Scope(
        "unsettled",
        "three voters become four, and a pair of the three commits what no leader knows to be committed",
        members: 4, voters: [0, 1, 2], terms: 1, logLength: 4, candidates: [], changes: [[0, 1, 2, 3]]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.budget.commands = 1
        $0.budget.heartbeats = 1
        $0.budget.changes = 1
        $0.budget.reads = 1
        $0.asked = [3]
        $0.cuts = [[0, 2], [1, 2], [2, 3]]
        $0.questions = 19
    }

    static let learner = Scope(
        "learner", "a member that does not vote is read while another comes to lead and commits", members: 4,
        voters: [0, 1, 2], terms: 2, logLength: 1, candidates: [1]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.budget.electionTimeouts = 1
        $0.budget.reads = 1
        $0.asked = [3]
        $0.cuts = [[0, 2], [1, 3]]
    }

    /// n0 has become three voters; n3 has heard of nothing but the first entry.
    static let behind = Scope(
        "behind", "a member is read whose membership is older than its leader's, while another comes to lead",
        members: 4, voters: [0], terms: 3, logLength: 1, candidates: [1]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.late = [3]
        $0.budget.electionTimeouts = 1
        $0.budget.reads = 1
        $0.asked = [3]
        $0.cuts = [[0, 2], [1, 3], [2, 3]]
        $0.disks = Array(repeating: Disk(term: 1, entries: grown), count: 3) + [Disk(term: 1, log: [1])]
    }

    /// A log in which n0 alone becomes n0, n1 and n2.
    static var grown: [Entry] {
        let three = Membership(voters: ["n0", "n1", "n2"], change: "1")
        let joint = Membership(voters: ["n0", "n1", "n2"], outgoing: ["n0"], change: "1")
        return [
            Entry(term: 1, payload: .noOp), Entry(term: 1, payload: .membership(joint)),
            Entry(term: 1, payload: .membership(three)),
        ]
    }
}
