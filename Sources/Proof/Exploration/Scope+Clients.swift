import Consensus

/// Scopes in which clients ask whole replicas.
extension Scope {
    static let errors = Scope(
        "errors", "whole replicas: a write sent twice, and answers that come too late", members: 2, terms: 2,
        logLength: 4, candidates: [1]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.operations = [.write(1)]
        $0.budget.operations = 1
        $0.budget.copies = 1
        $0.budget.patience = 2
        $0.budget.electionTimeouts = 1
        $0.budget.overtaken = 1
        $0.questions = 7
    }

    static let handover = Scope(
        "handover", "whole replicas: a write sent twice, while one leader hands over to another", members: 2,
        terms: 2, logLength: 4, candidates: []
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.operations = [.write(1)]
        $0.budget.operations = 1
        $0.budget.copies = 1
        $0.budget.patience = 1
        $0.budget.transfers = 1
        $0.hasSlowElections = true
        $0.questions = 6
    }

    static let swaps = Scope(
        "swaps", "whole replicas: a compare-and-set that may fail, and is sent twice", members: 2, terms: 2,
        logLength: 6, candidates: []
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.operations = [.cas(from: 1, to: 2), .write(1)]
        $0.budget.operations = 2
        $0.budget.copies = 1
        $0.questions = 7
    }

    static let lists = Scope(
        "lists", "one replica: transactions that append to what they have written themselves", members: 1,
        terms: 1, logLength: 4, candidates: []
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.operations = [
            .transaction([.append(.x, 1), .append(.x, 2), .read(.x)]),
            .transaction([.write(.y, 3), .append(.y, 4)]),
        ]
        $0.budget.operations = 2
        $0.budget.copies = 1
    }

    static let cas = Scope(
        "cas", "whole replicas: a write and a compare-and-set at any member, while another comes to lead",
        members: 3, terms: 2, logLength: 4, candidates: [1]
    ) {
        $0.leader = 0
        $0.operations = [.write(1), .cas(from: 1, to: 2)]
        $0.budget.operations = 2
        $0.budget.electionTimeouts = 1
        $0.budget.contactLapses = 1
        $0.questions = 10
    }

    static let halfMade = Scope(
        "half-made", "whole replicas: one of two is removed, asked for twice, and who asks loses its leader",
        members: 2, terms: 2, logLength: 6, candidates: [1]
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.operations = [.change(voters: [0])]
        $0.budget.operations = 1
        $0.budget.copies = 1
        $0.budget.patience = 1
        $0.budget.electionTimeouts = 1
        $0.questions = 8
    }

    static let givenUp = Scope(
        "given-up", "whole replicas: a change is given up, and its request comes once more", members: 3,
        voters: [0, 1], terms: 1, logLength: 6, candidates: []
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.operations = [.change(voters: [0, 1, 2])]
        $0.asked = [1]
        $0.budget.operations = 1
        $0.budget.givenUp = 1
        $0.cuts = [[1, 2]]
        $0.questions = 20
    }

    static let clients = Scope(
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

    static let transactions = Scope(
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

    static let copies = Scope(
        "copies", "whole replicas: a write and a transaction that may fail, one of them sent twice",
        members: 2, terms: 2, logLength: 6, candidates: []
    ) {
        $0.isQuick = true
        $0.leader = 0
        $0.operations = [.write(1), .transaction([.write(.y, 3), .read(.y), .append(.x, 4)])]
        $0.budget.operations = 2
        $0.budget.copies = 1
        $0.questions = 7
    }
}
