import Consensus

/// Who led which term and who voted for whom, over the whole run and all lives of its members.
struct Elections {
    private var leaders: [Term: Int] = [:]
    /// By member.
    private var votes: [[Term: NodeID]]

    init(members: Int) {
        votes = Array(repeating: [:], count: members)
    }

    /// `member` is another from now on, of the same name.
    mutating func forgetVotes(of member: Int) {
        votes[member] = [:]
    }

    var highestTerm: Term { leaders.keys.max() ?? 0 }

    func hasLed(_ member: Int) -> Bool { leaders.values.contains(member) }

    /// `member` leads `term`, or speaks as its leader.
    mutating func leads(_ member: Int, term: Term) throws {
        guard let known = leaders.updateValue(member, forKey: term), known != member else { return }
        throw Breach(.electionSafety, "both n\(known) and n\(member) lead term \(term)")
    }

    /// `member` gave its vote, or stored it.
    mutating func votes(_ member: Int, for candidate: NodeID, term: Term) throws {
        guard let known = votes[member].updateValue(candidate, forKey: term), known != candidate else {
            return
        }
        throw Breach(.oneVote, "n\(member) votes for \(known) and for \(candidate) in term \(term)")
    }
}

/// Every entry that ever stood in a log. Where two agree in index and term they must say the same and follow
/// an entry of the same term; by induction, then, everything before them agrees too.
struct Entries {
    private struct Known {
        var entry: Entry
        var previousTerm: Term
        var member: Int
    }

    /// By index, from 0; what stood there in different terms.
    private var known: [[Known]] = []

    mutating func stands(_ entry: Entry, at index: Index, after previousTerm: Term, in member: Int) throws {
        while known.count <= index { known.append([]) }
        if let other = known[index].first(where: { $0.entry.term == entry.term }) {
            guard other.entry == entry, other.previousTerm == previousTerm else {
                throw Breach(
                    .logMatching,
                    "entry \(index) of term \(entry.term) differs between n\(other.member) and n\(member),"
                        + " or what it follows does (terms \(other.previousTerm) and \(previousTerm))")
            }
        } else {
            known[index].append(Known(entry: entry, previousTerm: previousTerm, member: member))
        }
    }
}
