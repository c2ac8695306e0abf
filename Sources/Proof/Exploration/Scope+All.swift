/// The scopes that have names, in the order of what they cost.
extension Scope {
    package static let all: [Scope] = [
        figure8, logs, heartbeat, shorter, majority, lists, grants, learner, four, deposed, behind, untold,
        copies, swaps, move, transfer, twice, shrink, rivals, replaced, halfMade, handover, snapshot, givenUp,
        swap, asker, errors, pair, five, halves, compacted, unsettled, election, reads, replication, grow,
        cas, overwritten, clients, transactions,
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

    /// n0 has appended twice in term 1, and nobody has heard of it; then n1 has led term 2.
    private static let secondLeader = [
        Disk(term: 2, log: [1, 1]), Disk(term: 2, votedFor: "n1", log: [2]),
        Disk(term: 2, votedFor: "n1", log: [2]),
    ]

    private static let logs = Scope(
        "logs", "two whose logs differ lead one after the other, and send their entries one by one",
        members: 3,
        terms: 4, logLength: 3, candidates: [0, 1]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 2
        $0.budget.contactLapses = 1
        $0.budget.overtaken = 1
        $0.sendsSingleEntries = true
        $0.disks = secondLeader
    }

    private static let heartbeat = Scope(
        "heartbeat", "a leader sends a heartbeat to one whose log differs", members: 3, terms: 3,
        logLength: 3,
        candidates: [0, 1]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 1
        $0.budget.heartbeats = 1
        $0.sendsSingleEntries = true
        $0.disks = secondLeader
    }

    private static let shorter = Scope(
        "shorter", "a leader commits, and one that holds less stands", members: 3, terms: 2, logLength: 3,
        candidates: [1]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.budget.commands = 1
    }

    private static let majority = Scope(
        "majority", "a leader of five that hears two of them commits, and says so with a heartbeat",
        members: 5, terms: 1,
        logLength: 3,
        candidates: []
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.budget.commands = 1
        $0.budget.heartbeats = 1
        $0.cuts = [[0, 3], [0, 4]]
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
        $0.isQuick = true
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
        $0.isQuick = true
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
        $0.isQuick = true
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
        $0.isQuick = true
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
        $0.budget.overtaken = 1
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

    /// n0 has appended thrice in term 1, and nobody has heard of it; then n1 has led term 2.
    private static let replaced = Scope(
        "replaced", "a leader compacts its log, and sends the snapshot to one whose longer log differs",
        members: 3,
        terms: 3, logLength: 3, candidates: [1]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 1
        $0.budget.snapshots = 1
        $0.disks = [
            Disk(term: 2, log: [1, 1, 1]), Disk(term: 2, votedFor: "n1", log: [2]),
            Disk(term: 2, votedFor: "n1", log: [2]),
        ]
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

    private static let transfer = Scope(
        "transfer", "a leader hands over, and both may crash", members: 3, terms: 2, logLength: 2,
        candidates: [0]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 2
        $0.budget.contactLapses = 1
        $0.budget.overtaken = 1
        $0.budget.transfers = 1
        $0.budget.crashes = 1
        $0.cuts = [[0, 2]]
    }

    private static let overwritten = Scope(
        "overwritten", "as `logs`, and one may crash: a follower whose log was cut commits with its leader",
        members: 3, terms: 4, logLength: 3, candidates: [0, 1]
    ) {
        $0.budget.electionTimeouts = 2
        $0.budget.contactLapses = 1
        $0.budget.crashes = 1
        $0.sendsSingleEntries = true
        $0.disks = secondLeader
    }

    private static let untold = Scope(
        "untold",
        "a follower is told what its leader holds, and then follows one that crashes before it stores",
        members: 3, terms: 3, logLength: 3, candidates: [0, 1]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 2
        $0.budget.contactLapses = 1
        $0.budget.overtaken = 1
        $0.budget.crashes = 1
        $0.crashing = [1]
        $0.sendsSingleEntries = true
        $0.cuts = [[0, 1]]
        $0.disks = [
            Disk(term: 1, log: [1, 1]), Disk(term: 2, votedFor: "n1", log: [1]), Disk(term: 1, log: []),
        ]
    }

    private static let grants = Scope(
        "grants", "a vote arrives when its candidate stands again, and another may have it now", members: 3,
        terms: 2, logLength: 1, candidates: [0, 1]
    ) {
        $0.isQuick = true
        $0.budget.electionTimeouts = 3
        $0.cuts = [[0, 1]]
        $0.disks = [Disk(), Disk(term: 1, votedFor: "n1", log: []), Disk()]
    }
}
