/// The scopes that have names, in the order of what they cost.
extension Scope {
    package static let all: [Scope] = [
        figure8, copies, move, transfer, shrink, rivals, snapshot, pair, five, halves, election, reads,
        replication,
        grow, clients, transactions,
    ]

    /// Figure 8 of the paper (§5.4.2) from its second picture on, with three members: n0 has appended in term 1, and n1
    /// in term 2, nobody has heard of either, and n1 has stood in term 3 in vain.
    private static let figure8 = Scope(
        "figure-8", "two leaders with entries of their own, as in Figure 8 of the paper", members: 3,
        terms: 4,
        logLength: 2, candidates: [0, 1]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 2
        $0.budget.contactLapses = 1
        $0.cuts = [[0, 1]]
        $0.sendsSingleEntries = true
        $0.checksHarmOnly = true
        $0.disks = [
            Disk(term: 2, log: [1]), Disk(term: 3, votedFor: "n1", log: [2]),
            Disk(term: 2, votedFor: "n1", log: []),
        ]
    }

    private static let rivals = Scope(
        "rivals", "two lead one after the other, and hear each other only through a third", members: 3,
        terms: 3,
        logLength: 2, candidates: [0, 1]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 3
        $0.budget.contactLapses = 2
        $0.budget.crashes = 2
        $0.cuts = [[0, 1]]
    }

    private static let pair = Scope(
        "pair", "a follower that is a quorum with its leader commits by itself, and all may crash",
        members: 3,
        terms: 2, logLength: 3, candidates: [0, 1]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 3
        $0.budget.contactLapses = 2
        $0.budget.crashes = 2
        $0.budget.commands = 1
        $0.cuts = [[0, 1]]
    }

    private static let election = Scope(
        "election", "three voters of which one stands, and all may crash", members: 3, terms: 3, logLength: 1,
        candidates: [0]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 3
        $0.budget.crashes = 1
    }

    private static let replication = Scope(
        "replication", "two leaders and a command: what one appended, another overwrites", members: 3,
        terms: 2,
        logLength: 4, candidates: [0, 1]
    ) {
        $0.budget.electionTimeouts = 2
        $0.budget.contactLapses = 1
        $0.budget.commands = 1
        $0.budget.crashes = 1
        // The two that lead hear each other: where one voter decides for both, neither ever overwrites the other.
        $0.cuts = [[0, 2]]
    }

    private static let reads = Scope(
        "reads", "a read at a leader or follower, while another leader is elected and commits", members: 3,
        terms: 2,
        logLength: 1, candidates: [0, 1]
    ) {
        $0.budget.electionTimeouts = 2
        $0.budget.contactLapses = 1
        $0.budget.reads = 2
        $0.questions = 20
        $0.cuts = [[0, 1]]
    }

    private static let halves = Scope(
        "halves", "three voters become two, and a pair is a quorum of one half or of both", members: 3,
        terms: 2,
        logLength: 4, candidates: [1], changes: [[0, 1]]
    ) {
        $0.leader = 0
        $0.questions = 17
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.budget.changes = 1
    }

    private static let grow = Scope(
        "grow", "one voter becomes two and then three, while another comes to lead", members: 3, voters: [0],
        terms: 2, logLength: 6, candidates: [1], changes: [[0, 1], [0, 1, 2]]
    ) {
        $0.leader = 0
        $0.questions = 13
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.budget.changes = 2
    }

    private static let shrink = Scope(
        "shrink", "three voters become one, which is not the one that leads", members: 3, terms: 2,
        logLength: 4,
        candidates: [1], changes: [[1]]
    ) {
        $0.leader = 0
        $0.questions = 15
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.budget.changes = 1
    }

    private static let move = Scope(
        "move", "two voters hand over to two others, and are removed, the leader too", members: 4,
        voters: [0, 1],
        terms: 2, logLength: 4, candidates: [1, 2], changes: [[2, 3]]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.budget.changes = 1
    }

    private static let snapshot = Scope(
        "snapshot", "a leader compacts its log; one that is behind installs the snapshot, and may crash",
        members: 2,
        voters: [0], terms: 1, logLength: 3, candidates: [0]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 1
        $0.budget.commands = 2
        $0.budget.snapshots = 1
        $0.budget.heartbeats = 1
        $0.budget.crashes = 1
        $0.crashing = [1]
    }

    private static let five = Scope(
        "five", "five voters, and two that stand and share one voter", members: 5, terms: 3, logLength: 1,
        candidates: [0, 1]
    ) {
        $0.budget.electionTimeouts = 3
        $0.budget.contactLapses = 1
        $0.budget.crashes = 1
        $0.isQuick = true
        $0.cuts = [[0, 1], [0, 4], [1, 2], [2, 3], [2, 4], [3, 4]]
    }

    private static let clients = Scope(
        "clients", "whole replicas: a write and a read at any member, while another comes to lead",
        members: 3,
        terms: 2, logLength: 4, candidates: [1]
    ) {
        $0.leader = 0
        $0.operations = [.write(1), .read]
        $0.budget.operations = 2
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.questions = 10
    }

    private static let transactions = Scope(
        "transactions",
        "whole replicas: a transaction that writes and one that reads, while another comes to lead",
        members: 3, terms: 2, logLength: 4, candidates: [1]
    ) {
        $0.leader = 0
        $0.operations = [
            .transaction([.append(.x, 1), .write(.y, 2)]), .transaction([.read(.x), .read(.y)]),
        ]
        $0.budget.operations = 2
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.questions = 10
    }

    private static let copies = Scope(
        "copies", "whole replicas: operations that may fail, each at any member, also again and again",
        members: 3,
        terms: 2, logLength: 7, candidates: [1]
    ) {
        $0.leader = 0
        $0.operations = [
            .cas(from: 1, to: 2), .write(1), .transaction([.append(.y, 3), .read(.x), .append(.x, 4)]),
        ]
        $0.budget.operations = 3
        $0.budget.copies = 2
        $0.questions = 10
        $0.isQuick = true
    }

    private static let transfer = Scope(
        "transfer", "a leader hands over, and both may crash", members: 3, terms: 2, logLength: 2,
        candidates: [0]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 2
        $0.budget.contactLapses = 1
        $0.budget.transfers = 1
        $0.budget.crashes = 1
        $0.cuts = [[0, 2]]
    }
}
