import Consensus
import KeyValue

/// The requests of operators, their effects and their answers. Each request has a client id of its own: `o` and
/// the number of the request.
struct ChangeLedger {
    enum Action: Hashable {
        case change([NodeID])
        case transfer(to: NodeID)
    }

    struct Asked {
        var action: Action
        /// Whether it has a `msg_id`, which is then its number.
        var isNumbered: Bool
        var copies = Copies()
        /// The index at which the final membership was committed.
        var effect: Index?
        var refusal: Index?
    }

    private(set) var asked: [Asked] = []
    /// The committed memberships with their indexes, oldest first.
    private(set) var memberships: [(index: Index, membership: Membership)]
    private(set) var transfersMade = 0

    init(initialVoters: [NodeID]) {
        memberships = [(0, Membership(voters: initialVoters))]
    }

    subscript(number: Int) -> Asked { asked[number] }

    var changesMade: Int { asked.count { $0.effect != nil } }

    /// The latest committed membership.
    var membership: Membership { memberships[memberships.count - 1].membership }

    func membership(at index: Index) -> Membership {
        (memberships.last { $0.index <= index } ?? memberships[0]).membership
    }

    // MARK: - Asking

    mutating func ask(_ action: Action, isNumbered: Bool) -> Int {
        asked.append(Asked(action: action, isNumbered: isNumbered))
        return asked.count - 1
    }

    mutating func send(_ number: Int, to member: Int, life: Int) {
        asked[number].copies.send(to: member, life: life)
    }

    // MARK: - Effects

    private func number(_ id: RequestID, at index: Index) throws -> Int {
        guard id.client.first == "o", let number = Int(id.client.dropFirst()), asked.indices.contains(number),
            case .change = asked[number].action,
            asked[number].isNumbered ? id.number == number : id.numberedBy != nil
        else { throw Breach(.atMostOnce, "entry \(index) is a change that nobody asked for: \(id.words)") }
        return number
    }

    /// Records that `new` is committed at `index`.
    mutating func recordCommit(of new: Membership, at index: Index) throws {
        guard let id = RequestID(words: new.change) else {
            throw Breach(.atMostOnce, "entry \(index) is a change that nobody requested: \(new.words)")
        }
        let number = try number(id, at: index)
        guard case .change(let voters) = asked[number].action, voters == new.incoming else {
            throw Breach(
                .atMostOnce, "entry \(index) changes the voters to \(new.words) for change \(number)")
        }
        let old = membership
        let follows =
            old.isJoint
            ? !new.isJoint && new.incoming == old.incoming && new.change == old.change
            : new.isJoint ? new.outgoing == old.incoming : new.incoming == old.incoming
        guard follows else {
            throw Breach(.oneChange, "entry \(index) changes the voters from \(old.words) to \(new.words)")
        }
        memberships.append((index, new))
        try checkMayHappen(number, index)
        guard !new.isJoint else { return }
        guard asked[number].effect == nil else {
            throw Breach(.atMostOnce, "entry \(index) makes change \(number) again")
        }
        asked[number].effect = index
    }

    private func checkMayHappen(_ number: Int, _ index: Index) throws {
        if let refusal = asked[number].refusal {
            throw Breach(.honesty, "change \(number) was refused at \(refusal), and is made at \(index)")
        }
        if asked[number].copies.willNotHappen {
            throw Breach(.honesty, "change \(number) was answered 11, and is made at \(index)")
        }
    }

    /// Records that the refusal of a change is committed at `index`.
    mutating func refuses(_ id: RequestID, at index: Index) throws {
        let number = try number(id, at: index)
        if let effect = asked[number].effect {
            throw Breach(.atMostOnce, "change \(number) was made at \(effect), and is refused at \(index)")
        }
        if asked[number].refusal == nil { asked[number].refusal = index }
    }

    // MARK: - Answers

    mutating func answered(_ reply: ClientReply, by member: Int, life: Int, _ elections: Elections) throws {
        guard let number = Int(reply.client.dropFirst()), asked.indices.contains(number),
            reply.inReplyTo == (asked[number].isNumbered ? number : nil),
            asked[number].copies.answered(by: member, life: life)
        else { throw Breach(.answers, "an answer to \(reply.client) that it did not ask for") }
        let one = asked[number]
        switch (reply.body, one.action) {
        case (.changeMembershipOK(let members), .change(let voters)):
            if one.effect == nil || members != voters {
                throw Breach(.honesty, "change \(number) is answered \(members), and is not committed")
            }
        case (.error(.abort, _), .change):
            if one.refusal == nil || one.effect != nil {
                throw Breach(.honesty, "change \(number) is answered 14, and its refusal is not committed")
            }
        case (.error(.temporarilyUnavailable, _), .change):
            asked[number].copies.denied()
            if asked[number].copies.willNotHappen, let effect = one.effect {
                throw Breach(.honesty, "change \(number) is answered 11, and was made at \(effect)")
            }
        case (.error(.timeout, _), .change): break
        case (.transferLeadershipOK(let leader), .transfer(let target)):
            transfersMade += 1
            if leader != target || !elections.hasLed(Member.index(of: target)) {
                throw Breach(.honesty, "transfer \(number) is answered \(leader), which never led")
            }
        case (.error(.abort, _), .transfer), (.error(.malformedRequest, _), .transfer): break
        default: throw Breach(.honesty, "request \(number) of an operator is answered \(reply.body)")
        }
    }
}
